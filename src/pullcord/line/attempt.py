"""One try of a task by an agent: reserve, clone, brief, run, freeze, publish."""

from __future__ import annotations

import json
import traceback
from dataclasses import dataclass
from pathlib import Path

from pullcord.briefs import summary as summaries
from pullcord.errors import Unavailable
from pullcord.line.briefing import Setting, brief_for
from pullcord.line.budget import minutes_recorded
from pullcord.line.ground import ground, told
from pullcord.line.limits import limited, on_the_clock
from pullcord.line.parts import DOCUMENTS, Parts
from pullcord.line.redacting import report_without_secrets
from pullcord.model.agent import Agent
from pullcord.model.report import Report
from pullcord.model.run import Opened
from pullcord.model.task import Task
from pullcord.model.work import Brief, Workspace
from pullcord.workspace.folder import remove

_TRAILER = "Pullcord-Report: "


@dataclass(frozen=True)
class Tried:
    """An attempt that has ended. `commit` holds the frozen tree; `tree` is its id."""

    task: Task
    round: int
    opened: Opened
    commit: str
    tree: str
    report: Report

    @property
    def key(self) -> str:
        return f"{self.task.id}/{self.round}"


async def attempt(parts: Parts, task: Task, round: int, setting: Setting) -> Tried:
    """Do one attempt, or take it from the ledger. Work that was published is never repeated;
    partial work of a killed attempt is rescued first."""
    key = f"{task.id}/{round}"

    async def reserve() -> dict[str, object]:
        at = parts.clock()
        taken = [f.body["summary_path"] for f in await parts.facts() if "summary_path" in f.body]
        name = summaries.filename(task.subagent_type, task.id, at, taken)
        head, time = await parts.tree.head(), f"{at:%Y-%m-%d %H:%M:%S}"
        opened = Opened(
            at=time, summary_path=f"{summaries.FOLDER}/{name}", base=head, parent=head,
            agent=task.subagent_type,
        )  # fmt: skip
        return (await ground(parts, task, round, setting, opened)).model_dump()

    opened = Opened.model_validate(await parts.drive.once(f"{key}/opened", reserve))
    setting = told(parts, setting, opened)

    async def perform() -> dict[str, object]:
        commit = await parts.tree.user.resolve(parts.tree.ref(f"{key}/work"))
        with on_the_clock(parts, key, minutes_recorded(await parts.facts(), key)) as seconds:
            if commit is None:
                commit = await _work(parts, task, round, opened, setting)
            took = seconds()
        body = await parts.tree.user("log", "-1", "--format=%B", commit)
        line = next(x for x in body.splitlines() if x.startswith(_TRAILER))
        report = json.loads(line.removeprefix(_TRAILER))
        report["usage"]["seconds"] = took  # not in the commit, whose id a clock must not change
        return {"commit": commit, "tree": await parts.tree.tree_of(commit), "report": report}

    worked = await parts.drive.once(f"{key}/worked", perform)
    report = Report.model_validate(worked["report"])
    return Tried(task, round, opened, worked["commit"], worked["tree"], report)


async def _work(parts: Parts, task: Task, round: int, opened: Opened, setting: Setting) -> str:
    """Let the agent work in a fresh clone and publish what it leaves."""
    name = f"{task.id}-{round}"
    await rescue(parts, name, opened)
    folder = await parts.tree.clone(name, opened.base)
    workspace = Workspace(path=folder, base=opened.base, environment=parts.environment)
    brief = await brief_for(parts, task, round, opened, setting)
    agent = parts.agents[task.subagent_type]
    yours = await parts.repository.fingerprint()
    work = _run(parts, agent, brief, workspace)
    report = await limited(parts, task, f"{task.id}/{round}", folder, work)
    report = report_without_secrets(report)
    now = await parts.repository.fingerprint()
    touched = sorted(name for name in yours if now[name] != yours[name])
    if touched:
        await parts.drive.record(f"{task.id}/{round}/touched", {"names": touched})
    return await _publish(parts, task, round, opened, report)


async def _publish(parts: Parts, task: Task, round: int, opened: Opened, report: Report) -> str:
    """Freeze what the agent left and bring it into the user's repository; the clone goes."""
    folder = parts.tree.folder / f"{task.id}-{round}"
    tree = await parts.tree.tree_of(opened.base)
    if folder.is_dir():
        tree = await parts.tree.freeze(folder, opened.base)
    message = f"{task.description}\n\n{_TRAILER}{json.dumps(report.model_dump(mode='json'))}\n"
    commit = await parts.tree.commit(
        tree, opened.base, message, agent=task.subagent_type, at=opened.at
    )
    published = await parts.tree.publish(f"{task.id}/{round}/work", commit)
    remove(folder)
    return published


async def abandon(parts: Parts, task: Task, round: int, why: str) -> Tried:
    """End an attempt whose agent was stopped: its work is kept, its report is red."""
    report = Report(status="blocked", exit=None, message=why)
    key = f"{task.id}/{round}"
    opened = Opened.model_validate(await parts.drive.find(f"{key}/opened"))
    commit = await _publish(parts, task, round, opened, report)
    tree = await parts.tree.tree_of(commit)
    body = {"commit": commit, "tree": tree, "report": report.model_dump(mode="json")}
    await parts.drive.record(f"{key}/worked", body)
    return Tried(task, round, opened, commit, tree, report)


async def _run(parts: Parts, agent: Agent, brief: Brief, workspace: Workspace) -> Report:
    """The agent's report; an agent that breaks leaves its work and a red report.

    Unavailable passes through: nothing was tried, so no round is used up.
    """
    try:
        return await parts.runtime.run(agent, brief, workspace, parts.sandbox)
    except Unavailable:
        raise
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        said = f"{type(error).__name__}: {error} ({Path(where.filename).name}:{where.lineno})"
        return Report(status="blocked", exit=1, message=said)


async def rescue(parts: Parts, name: str, opened: Opened) -> str | None:
    """Keep what a killed attempt left in its workspace under a rescue ref; None when nothing."""
    folder = parts.tree.folder / name
    if not folder.is_dir():
        return None
    tree = await parts.tree.freeze(folder, opened.base)
    if tree == await parts.tree.tree_of(opened.base):
        return None
    commit = await parts.tree.commit(
        tree, opened.base, f"Rescued work of {name}\n", agent="pullcord", at=opened.at
    )
    return await parts.tree.publish(f"rescue/{name}/{commit[:12]}", commit)


async def rescue_unfinished(parts: Parts) -> None:
    """Keep what agents left that were stopped in the middle, because another one pulled the cord
    for all. Their attempts begin again when the line goes on."""
    bodies = {fact.key: fact.body for fact in await parts.facts()}
    for key, body in bodies.items():
        attempt = key.removesuffix("/opened")
        if attempt != key and f"{attempt}/worked" not in bodies:
            await rescue(parts, attempt.replace("/", "-"), Opened.model_validate(body))


async def unmoved(parts: Parts, tried: Tried) -> bool:
    """Whether an attempt left everything but documents as it found it."""
    left = await parts.tree.fingerprint(tried.commit, DOCUMENTS)
    return left == await parts.tree.fingerprint(tried.opened.base, DOCUMENTS)
