"""The commit that a round starts from."""

from __future__ import annotations

from dataclasses import replace

from pullcord.briefs import failure
from pullcord.line.blame import met, unmerged
from pullcord.line.briefing import Setting
from pullcord.line.parts import Parts
from pullcord.model.run import Opened
from pullcord.model.task import Task


async def ground(parts: Parts, task: Task, round: int, setting: Setting, opened: Opened) -> Opened:
    """The reservation with its base: the head of the run, or the red attempt brought up to the
    head, which other tasks may have moved; what git cannot merge stands there with its conflict
    marks. With something to mend the document of that failure is added."""
    key, at = f"{task.id}/{round}", opened.at
    opened = await _brought_up(parts, key, setting.last, opened)
    findings = told(parts, setting, opened).findings
    if not findings:
        return opened
    facts = await parts.facts()
    tried = [
        str(fact.body["summary_path"])
        for fact in facts
        if fact.key.endswith("/opened") and fact.key.split("/")[0] == task.id
    ]
    text = failure.render(task, round, at, findings, tried)
    place = failure.path(parts.drive.run, task.id, round)
    tree = await parts.tree.replace_file(await parts.tree.tree_of(opened.base), place, text)
    message = f"Document what {key} mends\n"
    commit = await parts.tree.commit(tree, opened.base, message, agent="pullcord", at=at)
    return opened.model_copy(update={"base": await _published(parts, f"{key}/base", commit)})


def told(parts: Parts, setting: Setting, opened: Opened) -> Setting:
    """The setting with the conflicts that came about when the red attempt was brought up: pure."""
    if not opened.unmerged:
        return setting
    new = unmerged(parts, opened.unmerged, opened.met)
    known = tuple(finding for finding in setting.findings if finding not in new)
    return replace(setting, findings=(*new, *known), met=opened.met)


async def _brought_up(parts: Parts, key: str, last: str, opened: Opened) -> Opened:
    head, at = opened.parent, opened.at
    if not last or head in (await parts.tree.user("rev-list", last)).split():
        return opened.model_copy(update={"base": last or head})
    tree, paths = await parts.tree.merge(head, last)
    commit = await parts.tree.commit(tree, head, f"Begin {key}\n", agent="pullcord", at=at)
    base = await _published(parts, f"{key}/merged", commit)
    others = await met(parts, head, last, paths) if paths else ()
    return opened.model_copy(update={"base": base, "unmerged": paths, "met": others})


async def _published(parts: Parts, name: str, commit: str) -> str:
    """The commit, under a ref. What a process that was killed before it recorded the attempt left
    there may stand on an earlier head, and is not taken."""
    there = await parts.tree.publish(name, commit)
    return there if there == commit else await parts.tree.publish(f"{name}-{commit[:12]}", commit)
