"""What an agent is told: gathered from the ledger and the run's own commits."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pullcord.briefs import failure
from pullcord.briefs import summary as summaries
from pullcord.briefs.assumptions import assumed
from pullcord.briefs.brief import compose
from pullcord.briefs.packet import only, packet
from pullcord.line.ask import questions
from pullcord.line.changed import changed_by
from pullcord.line.history import history
from pullcord.line.mandate import mandate
from pullcord.line.parts import REVIEWERS, Parts
from pullcord.model.fact import Fact
from pullcord.model.quality import Finding, Receipt
from pullcord.model.run import Opened
from pullcord.model.secrets import redacted
from pullcord.model.summary import Summary
from pullcord.model.task import Task
from pullcord.model.work import Brief, Previous
from pullcord.patterns.graph import beside

SPRINTS = "docs/planning/sprints/"


@dataclass(frozen=True)
class Setting:
    """What an attempt starts from besides its task: what to mend, the commit of the red attempt
    that holds it ('' for a fresh start), the tasks that run at the same time, and the ids of those
    that a red merge brought together with this one."""

    findings: tuple[Finding, ...] = ()
    last: str = ""
    alongside: tuple[Task, ...] = ()
    met: tuple[str, ...] = ()


async def brief_for(
    parts: Parts, task: Task, round: int, opened: Opened, setting: Setting
) -> Brief:
    """The brief of one attempt. Every brief of a run names the same revision of the sprint document
    and all summaries that were handed off before it."""
    facts = await parts.facts()
    document, revision = await _sprint(parts)
    previous = await handoffs(parts, facts)
    brief = Brief(
        run=parts.drive.run,
        text="",
        task=task,
        round=round,
        request=parts.start.request_of(task),
        written_at=opened.at,
        summary_path=opened.summary_path,
        sprint_document=document,
        sprint_revision=revision,
        previous=_own_last(previous, task),
        findings=setting.findings,
        failure=failure.path(parts.drive.run, task.id, round) if setting.findings else "",
        answers=_answers(task, facts),
        packet=await _packet(parts, task, opened, facts, previous),
        history=history(parts.start, task, facts),
        assumed=assumed(await sides(parts, task, round - 1, setting.met)) if setting.met else (),
    )
    agent, scope = parts.agents[task.subagent_type], await mandate(parts, task)
    text = compose(brief, agent.model_copy(update={"write": scope.told}), setting.alongside)
    return brief.model_copy(update={"text": redacted(text), "packet": redacted(brief.packet)})


async def _sprint(parts: Parts) -> tuple[str, str]:
    """The plan's sprint document, else the newest of the base, and its revision there; both ''
    when there is none."""
    named = parts.start.plan.sprint
    listing = await parts.tree.user("ls-tree", "-r", parts.start.base, "--", named or SPRINTS)
    found = sorted(
        (line.split("\t", 1)[1], line.split()[2])
        for line in listing.splitlines()
        if named or ("/sprint_" in line and line.endswith(".md") and "summary" not in line)
    )
    return (found[-1][0], found[-1][1][:12]) if found else ("", "")


async def handoffs(parts: Parts, facts: Sequence[Fact]) -> tuple[Previous, ...]:
    """Every handoff so far, in the order of their merging."""
    tasks = {task.id: task for task in parts.start.plan.tasks}
    opened = {fact.key: fact.body for fact in facts if fact.key.endswith("/opened")}
    handed = [(f.key.split("/")[0], f) for f in facts if f.key.endswith("/handoff")]
    places = [
        (f.body["commit"], opened[f"{f.key.removesuffix('/handoff')}/opened"]["summary_path"])
        for _, f in handed
    ]
    texts = await parts.tree.user.read_all(places)
    return tuple(
        _said(tasks[task], commit, path, text)
        for (task, _), (commit, path), text in zip(handed, places, texts, strict=True)
    )


async def sides(parts: Parts, task: Task, round: int, met: Collection[str]) -> tuple[Previous, ...]:
    """The two sides of a red merge: what the tasks `met` handed off, and a round of this one."""
    facts = await parts.facts()
    bodies = {fact.key: fact.body for fact in facts if fact.key.startswith(f"{task.id}/{round}/")}
    commit = str(bodies[f"{task.id}/{round}/documented"]["commit"])
    path = str(bodies[f"{task.id}/{round}/opened"]["summary_path"])
    mine = _said(task, commit, path, await parts.tree.user.read(commit, path))
    theirs = [each for each in await handoffs(parts, facts) if each.task.id in met]
    return (*theirs, mine)


def _said(task: Task, commit: str, path: str, text: str | None) -> Previous:
    summary = _read(text or "", task)
    return Previous(
        task=task, commit=commit, summary_path=path, summary=summary,
        digest=summaries.digest(summary),
    )  # fmt: skip


def _own_last(previous: Sequence[Previous], task: Task) -> tuple[Previous, ...]:
    """The handoffs of other chains first: an agent takes over from its own chain's latest."""
    return tuple(sorted(previous, key=lambda each: each.task.chain == task.chain))


@lru_cache(maxsize=256)
def _read(text: str, task: Task) -> Summary:
    """A summary that opened its handoff; one that a person waived may still be unreadable."""
    try:
        return summaries.parse(text)
    except ValueError as error:
        return Summary(
            agent=task.subagent_type, task=task.description, date="",
            overview=f"The summary cannot be read ({error}); see the file itself.",
        )  # fmt: skip


def _answers(task: Task, facts: Sequence[Fact]) -> tuple[str, ...]:
    """What people answered to this task's questions and to the run's."""
    return tuple(
        f"{q.escalation.description}: {q.answer.text}"
        for q in questions(facts)
        if q.answer is not None and q.task in ("", task.id)
    )


async def _packet(
    parts: Parts, task: Task, opened: Opened, facts: Sequence[Fact], previous: Sequence[Previous]
) -> str:
    """The reviewer's fixed packet: the whole change of its run, or of its chain where there are
    several; the latest receipts; the criteria; what parallel tasks assumed of each other."""
    if task.subagent_type not in REVIEWERS:
        return ""
    request = parts.start.request_of(task)
    diff = await parts.tree.user.diff(parts.start.base, opened.parent)
    if parts.start.plan.chains:
        chain = {each.id for each in parts.start.plan.tasks if each.chain == task.chain}
        diff = only(diff, await changed_by(parts, chain))
    handoffs = [fact.body["receipts"] for fact in facts if fact.key.endswith("/handoff")]
    receipts = [Receipt.model_validate(r) for r in (handoffs[-1] if handoffs else [])]
    plan = parts.start.plan
    numbers = {task.id: number for number, task in enumerate(plan.tasks)}
    own = (each for each in previous if each.task.chain == task.chain)
    side_by_side = [each for each in own if beside(plan, numbers[each.task.id])]
    criteria = (*request.criteria, *request.constraints)
    return packet(diff, receipts, criteria, assumed(side_by_side))
