"""The context given to an agent: SPEC.md, Context Passing Strategies.

Three templates with SPEC.md's words; what is particular to the task stands in their slots. Every
part has a size of its own, so that a brief never grows with the length of the run.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pullcord.model.agent import Agent
from pullcord.model.quality import Finding
from pullcord.model.roles import PLANNERS
from pullcord.model.task import Task
from pullcord.model.text import cut, one_line
from pullcord.model.work import Brief, Previous

LIMIT = 96_000
"""No brief is longer, in characters. It is more than all parts at their largest, so that the end of
a template is never cut off."""
PROMPT, CRITERIA, REQUEST, FEATURE, EARLIER, MENDING, ANSWERS = (
    8_000, 6_000, 6_000, 6_000, 4_000, 6_000, 3_000,
)  # fmt: skip
PACKET = 40_000
HISTORY = 2_000
ASSUMED = 3_000
ROUNDS = 3


def compose(brief: Brief, agent: Agent, alongside: Sequence[Task] = ()) -> str:
    """The text of a brief, from its other fields. `alongside` are the tasks that run in parallel.

    In parallel when others run alongside, else a handoff when there is a previous task, else the
    initial context. Contains "ultrathink" for agents of the Sonnet model.
    """
    if alongside:
        text = _parallel(brief, alongside, _needs(brief, agent))
    elif brief.previous:
        text = _handoff(brief, brief.previous[-1], _needs(brief, agent))
    else:
        text = _initial(brief, _needs(brief, agent))
    return cut(text, LIMIT)


def _initial(brief: Brief, needs: str) -> str:
    return f"""\
{_about(brief.task)}

Please ensure you:
1. Read @CLAUDE.md for project conventions
2. Read @docs/00_project_brief.md for overview
3. Follow the repository pattern + DI conventions
4. Use OpenAPI workflow (generate → verify → publish)
5. Follow testing best practices (repo-based fixtures)

Documentation Requirement:
Create summary in {brief.summary_path}

Escalation Protocol:
STOP and alert user for security issues, architectural conflicts, or high-debt workarounds.

{needs}

Use project tasks (poe): fix, test, generate-openapi, verify-openapi, publish-openapi.
Ensure mypy, ruff, and tests all pass (coverage ≥ 80%).
"""


def _handoff(brief: Brief, last: Previous, needs: str) -> str:
    decisions = "; ".join(one_line(d.decision) for d in last.summary.decisions)
    return f"""\
The previous agent (@agent-{one_line(last.task.subagent_type)}) has completed:
{cut(last.summary.overview.strip() or _about(last.task), 1_500)}

Previous agent's documentation: {last.summary_path}
Key decisions made: {cut(decisions, 800) or "none recorded"}

Now please:
{needs}

Create your own summary: {brief.summary_path}
Build upon previous work ensuring compatibility.
Alert if previous decisions conflict with best practices.
"""


def _parallel(brief: Brief, alongside: Sequence[Task], needs: str) -> str:
    others = "; ".join(
        f"{_about(task)} (@agent-{one_line(task.subagent_type)})" for task in alongside
    )
    return f"""\
Working in parallel on related components.
Your specific task: {needs}
Ensure your work integrates with: {cut(others, 2_000)}

Document in: {brief.summary_path}
Note any integration assumptions for other agents.
"""


def _needs(brief: Brief, agent: Agent) -> str:
    """The slot for the task itself: what is asked, by which measure, on what ground."""
    task, request = brief.task, brief.request
    parts = [
        f"{_about(task)}\n{cut(task.prompt.strip(), PROMPT)}".strip(),
        "ultrathink" if "sonnet" in agent.model.lower() else "",
        _part("Acceptance criteria", _bullets((*task.criteria, *request.criteria), CRITERIA)),
        _part("Constraints", _bullets(request.constraints, CRITERIA // 2)),
        _part("Answers of the user, which decide", _bullets(brief.answers, ANSWERS)),
        _part(
            f"Focused fix requirements (round {brief.round} of {max(brief.round, ROUNDS)})",
            _bullets((_mending(finding) for finding in brief.findings), MENDING),
        ),
        f"Failure document: {brief.failure}" if brief.failure else "",
        _part("Integration assumptions, which must fit together", _bullets(brief.assumed, ASSUMED)),
        _part("Request", cut(f"{one_line(request.title)}\n{request.text}".strip(), REQUEST)),
        _part("Feature block", cut((request.feature or "").strip(), FEATURE)),
        f"Sprint document: {_sprint(brief)}",
        _part("Summaries of this run so far", _earlier(brief.previous)),
        _part("What happened on the way", _bullets(_on_the_way(brief), HISTORY)),
        f"Round {brief.round} began at {brief.written_at} UTC: use this time in your summary.",
        f"You may change only: {cut(', '.join(agent.write), 1_000) or 'nothing'}",
        cut(brief.packet.strip(), PACKET),
    ]
    return "\n\n".join(part for part in parts if part)


def _on_the_way(brief: Brief) -> tuple[str, ...]:
    """Whoever plans notes what was in the way; for the others it stands in the summaries."""
    return brief.history if brief.task.subagent_type in PLANNERS else ()


def _about(task: Task) -> str:
    return cut(one_line(task.description), 300)


def _part(title: str, body: str) -> str:
    return f"{title}:\n{body}" if body else ""


def _bullets(items: Iterable[str], limit: int) -> str:
    """One line per item, each once, as many as fit; what is left out is counted."""
    lines = [
        f"- {cut(line, 600)}" for line in dict.fromkeys(one_line(i[:2_000]) for i in items) if line
    ]
    kept, room = 0, limit - 40
    while kept < len(lines) and room >= len(lines[kept]):
        room -= len(lines[kept]) + 1
        kept += 1
    left = len(lines) - kept
    return "\n".join(lines[:kept] + ([f"- and {left} more"] if left else []))


def _mending(finding: Finding) -> str:
    line = f":{finding.line}" if finding.line else ""
    place = f"{finding.path}{line} " if finding.path else ""
    return f"{place}{finding.gate}/{finding.rule}: {finding.message}"


def _sprint(brief: Brief) -> str:
    if not brief.sprint_document:
        return "none in this repository"
    revision = f" at revision {brief.sprint_revision}" if brief.sprint_revision else ""
    return cut(f"{brief.sprint_document}{revision}", 600)


def _earlier(previous: Sequence[Previous]) -> str:
    """Every earlier summary by its path; digests, the latest first, in what room is left."""
    lines = [f"- {p.summary_path}" for p in previous]
    room = EARLIER - sum(len(line) + 1 for line in lines)
    if room < 0:
        kept = EARLIER // (max(len(line) for line in lines) + 1) - 1
        return "\n".join(
            [f"- the {len(lines) - kept} before these: docs/temp/agent_*.md", *lines[-kept:]]
        )
    for index in reversed(range(len(lines))):
        digest = one_line(previous[index].digest)
        if digest and room > 60:
            with_digest = f"{lines[index]}: {cut(digest, min(300, room - 2))}"
            room -= len(with_digest) - len(lines[index])
            lines[index] = with_digest
    return "\n".join(lines)
