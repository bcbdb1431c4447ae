"""The commit that a round starts from."""

from __future__ import annotations

from pullcord.briefs import failure
from pullcord.line.briefing import Setting
from pullcord.line.parts import Parts
from pullcord.model.run import Opened
from pullcord.model.task import Task


async def ground(parts: Parts, task: Task, round: int, setting: Setting, opened: Opened) -> str:
    """The head of the run, or the red attempt brought up to the head, which other tasks may have
    moved; what git cannot merge stands there with its conflict marks. With something to mend the
    document of that failure is added."""
    key, at = f"{task.id}/{round}", opened.at
    commit = await _brought_up(parts, key, setting.last, opened)
    if not setting.findings:
        return commit
    facts = await parts.facts()
    tried = [
        str(fact.body["summary_path"])
        for fact in facts
        if fact.key.endswith("/opened") and fact.key.split("/")[0] == task.id
    ]
    text = failure.render(task, round, at, setting.findings, tried)
    place = failure.path(parts.drive.run, task.id, round)
    tree = await parts.tree.replace_file(await parts.tree.tree_of(commit), place, text)
    message = f"Document what {key} mends\n"
    commit = await parts.tree.commit(tree, commit, message, agent="pullcord", at=at)
    return await _published(parts, f"{key}/base", commit)


async def _brought_up(parts: Parts, key: str, last: str, opened: Opened) -> str:
    head, at = opened.parent, opened.at
    if not last or head in (await parts.tree.user("rev-list", last)).split():
        return last or head
    tree, _ = await parts.tree.merge(head, last)
    commit = await parts.tree.commit(tree, head, f"Begin {key}\n", agent="pullcord", at=at)
    return await _published(parts, f"{key}/merged", commit)


async def _published(parts: Parts, name: str, commit: str) -> str:
    """The commit, under a ref. What a process that was killed before it recorded the attempt left
    there may stand on an earlier head, and is not taken."""
    there = await parts.tree.publish(name, commit)
    return there if there == commit else await parts.tree.publish(f"{name}-{commit[:12]}", commit)
