"""The scripted runtime: agents that do exactly what a file says. For tests of users' workflows."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path

from pullcord.briefs import escalation as escalations
from pullcord.briefs import summary as summaries
from pullcord.model.agent import Agent
from pullcord.model.escalation import Escalation
from pullcord.model.quality import Finding
from pullcord.model.report import Report, Review, Usage
from pullcord.model.summary import Blocker, Decision, Summary
from pullcord.model.task import Task
from pullcord.model.text import cut, one_line
from pullcord.model.work import Brief, Workspace
from pullcord.process import Limits
from pullcord.protocols import Box, Sandbox
from pullcord.runtimes.script import Escalate, Script, ScriptSummary, Step, parse

_DAEMON = "setsid sleep 86400 </dev/null >/dev/null 2>&1 &"
# Outside of any repository, so that nothing in the workspace's .git has a say.
_APPLY = ["env", "GIT_DIR=/nonexistent", "git", "apply", "--whitespace=nowarn", "/cache/step.patch"]


class _Failed(Exception):
    """A step could not be carried out; the attempt fails with these words."""


class Scripted:
    """Carries out a script's step for the task and round of each brief."""

    name = "scripted"

    def __init__(self, script: Script) -> None:
        self._script = script

    @classmethod
    def parse(cls, text: str, tasks: Sequence[Task]) -> Scripted:
        """The runtime of a script's text for the tasks of a plan. ConfigError lists what is wrong
        before anything runs; see script.parse."""
        return cls(parse(text, {name for t in tasks for name in (t.id, t.subagent_type)}))

    async def run(
        self, agent: Agent, brief: Brief, workspace: Workspace, sandbox: Sandbox
    ) -> Report:
        """Do the step. What cannot be done ends the attempt as blocked, with exit status 1."""
        step = self._script.step(brief.task.id, agent.name, brief.round)
        box = Box(
            repo=workspace.path,
            writable=True,
            environment=workspace.environment,
            readonly=(".git",),
        )
        said: list[str] = []
        try:
            await _act(step, box, sandbox, said)
            if step.summary is not False:
                _write(workspace.path, brief.summary_path, _summary(step, agent, brief))
        except _Failed as failure:
            return Report(status="blocked", message=str(failure), exit=1)
        if step.daemon:
            await sandbox.run(["sh", "-c", _DAEMON], box, Limits())
        if step.hang:
            await asyncio.Event().wait()
        return _report(step, said)


async def _act(step: Step, box: Box, sandbox: Sandbox, said: list[str]) -> None:
    """The step's work on the workspace; `said` gets a line for each command that failed."""
    root = box.repo
    for path, text in step.write.items():
        _write(root, path, text)
    for path, text in step.append.items():
        target = _target(root, path)
        _write(root, path, (target.read_text("utf-8") if target.exists() else "") + text)
    for path in step.delete:
        try:
            _target(root, path, follow=False).unlink()
        except OSError as error:
            raise _Failed(f"{path} cannot be deleted: {error.strerror}.") from error
    if step.patch:
        await _patch(step.patch, box, sandbox)
    for path, size in step.fill.items():
        target = _target(root, path)
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as file:
            file.truncate(size)
    for argv in step.run:
        done = await sandbox.run(argv, box, Limits())
        if done.exit != 0:
            said.append(f"{' '.join(argv)}: exit {done.exit}\n{done.stdout}{done.stderr}"[-2000:])
    await asyncio.sleep(step.sleep)


async def _patch(text: str, box: Box, sandbox: Sandbox) -> None:
    with tempfile.TemporaryDirectory(prefix="pullcord-") as folder:
        Path(folder, "step.patch").write_text(text, "utf-8")
        held = Box(repo=box.repo, writable=True, readonly=box.readonly, cache=Path(folder))
        done = await sandbox.run(_APPLY, held, Limits())
    if done.exit != 0:
        raise _Failed(f"The patch does not apply: {cut(one_line(done.stderr), 500)}")


def _target(root: Path, path: str, *, follow: bool = True) -> Path:
    """The file's place; refused when links lead it out of the workspace."""
    target = root / path
    inside = target if follow else target.parent
    if not inside.resolve().is_relative_to(root.resolve()):
        raise _Failed(f"{path} leads out of the workspace.")
    return target


def _write(root: Path, path: str, text: str) -> None:
    target = _target(root, path)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8", newline="")
    except OSError as error:
        raise _Failed(f"{path} cannot be written: {error.strerror}.") from error


def _report(step: Step, said: list[str]) -> Report:
    escalation = _escalation(step.escalate) if step.escalate else None
    words = [step.say, *said] + ([escalations.render(escalation)] if escalation else [])
    return Report(
        status=step.status or ("blocked" if escalation else "done"),
        message="\n\n".join(word for word in words if word),
        exit=step.exit,
        usage=Usage(**step.usage.model_dump()),
        review=_review(step),
        escalation=escalation,
    )


def _review(step: Step) -> Review | None:
    if step.review is None:
        return None
    return Review(
        decision=step.review.decision,
        findings=tuple(Finding(**finding.model_dump()) for finding in step.review.findings),
        criteria=step.review.criteria,
        evidence=step.review.evidence,
    )


def _escalation(said: Escalate) -> Escalation:
    values = said.model_dump(
        exclude={"kind", "description", "options", "recommendation", "evidence"}
    )
    return escalations.tidy(
        Escalation(
            kind=said.kind,
            description=said.description,
            fields={name.replace("_", " ").title(): text for name, text in values.items() if text},
            options=said.options,
            recommendation=said.recommendation,
            evidence=said.evidence,
        )
    )


def _summary(step: Step, agent: Agent, brief: Brief) -> str:
    if isinstance(step.summary, str):
        return step.summary
    said = step.summary or ScriptSummary()
    changed = [*step.write, *step.append, *step.fill]
    details = [f"`{path}` written" for path in changed]
    details += [f"`{path}` deleted" for path in step.delete]
    details += ["A patch applied"] if step.patch else []
    blockers: tuple[Blocker, ...] = ()
    if step.escalate:
        blockers = (
            Blocker(blocker=_escalation(step.escalate).description, resolution="Escalated"),
        )
    if said.blockers is not None:
        blockers = tuple(Blocker(**b.model_dump()) for b in said.blockers)
    decisions: tuple[Decision, ...] = (
        Decision(decision="Follow the script", rationale="The task is scripted"),
    )
    if said.decisions is not None:
        decisions = tuple(Decision(**d.model_dump()) for d in said.decisions)
    return summaries.render(
        Summary(
            agent=agent.name,
            task=brief.task.description,
            date=brief.written_at,
            overview=step.say or brief.task.description,
            decisions=decisions,
            assumptions=said.assumptions or (),
            details=said.details if said.details is not None else tuple(details),
            blockers=blockers,
            handoff=said.handoff if said.handoff is not None else ("Go on with the next task.",),
        )
    )
