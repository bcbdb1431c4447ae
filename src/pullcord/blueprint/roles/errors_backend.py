"""python-backend-engineer in the workflow `errors`: one mapping for all endpoints."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pullcord.blueprint.finish import Unfinished, finish
from pullcord.blueprint.house import UnknownLayout, look
from pullcord.blueprint.normalising import Normalised, normalise
from pullcord.blueprint.roles.saying import asked, blocked, report
from pullcord.blueprint.unclear import STOP
from pullcord.model.escalation import Escalation
from pullcord.model.quality import Finding
from pullcord.model.report import Report
from pullcord.model.summary import Summary
from pullcord.model.work import Brief, Workspace
from pullcord.protocols import Sandbox

LEAVE = "Mend the others and leave these as they are"


async def work(brief: Brief, workspace: Workspace, sandbox: Sandbox) -> tuple[Report, Summary]:
    """Normalise what is certain; ask about the rest, with its lines, before anything is changed."""
    root = workspace.path
    try:
        found = normalise(root, look(root))
    except (UnknownLayout, SyntaxError, ValueError) as error:
        return blocked(brief, str(error), "The mapping needs a person or an agent with a model.")
    if found.unclear and not any(LEAVE in answer for answer in brief.answers):
        return asked(brief, _question(brief, found.unclear))
    if not found.files:
        return _nothing(brief, root, found)
    for path, text in found.files.items():
        (root / path).write_text(text, "utf-8")
    try:
        await finish(workspace, sandbox, tuple(found.files))
    except Unfinished as error:
        return blocked(brief, error.message, "A person has to look at the workspace.")
    return report(
        brief,
        f"Normalised {len(found.done)} places in {', '.join(found.files)}: operations raise the "
        "service's own errors or let them pass, and one place answers them.",
        decisions=_decisions(found.done),
        assumptions=_assumptions(found.done),
        details=[*found.done, *left(root, found.unclear)],
        handoff=["Verify that no endpoint answers errors in a way of its own."],
    )


def _decisions(done: Sequence[str]) -> list[tuple[str, str]]:
    found = []
    if any("left to the mapping" in each for each in done):
        why = "the mapping answers it in the same way for every operation"
        found.append(("A clause that only answers what is mapped already is taken away", why))
    if any("with 403" in each for each in done):
        why = "whether somebody else's row exists is nobody's business"
        found.append(("403 for a row became 404", why))
    if any("second handler" in each for each in done):
        why = "which of two handlers answers would depend on the order of their registration"
        found.append(("Exceptions are handled in one place only", why))
    return found


def _assumptions(done: Sequence[str]) -> list[str]:
    said = any("with 400 became" in each for each in done)
    return ["A 400 whose text speaks of a clash meant 409, any other 422."] if said else []


def left(root: Path, unclear: Sequence[Finding]) -> list[str]:
    """How a summary names what a person wanted to stay: by its text, which no edit above moves."""
    return [
        f"Left as it is, as was answered: {each.path}: `{line(root, each)}`" for each in unclear
    ]


def line(root: Path, finding: Finding) -> str:
    """The text of the line that a finding is about."""
    lines = (root / finding.path).read_text("utf-8").splitlines()
    return lines[finding.line - 1].strip() if 0 < finding.line <= len(lines) else ""


def _nothing(brief: Brief, root: Path, found: Normalised) -> tuple[Report, Summary]:
    wrong = [each for each in brief.findings if each.gate != "agent"]
    if wrong:
        places = "; ".join(
            f"{each.path}:{each.line} {each.message}".lstrip(":0 ") for each in wrong
        )
        return blocked(
            brief,
            f"No endpoint answers errors by hand; this has another cause: {places}",
            "These findings need a person or an agent with a model.",
        )
    return report(
        brief,
        "Nothing to do: every endpoint leaves its errors to the one mapping of the service.",
        details=left(root, found.unclear),
        handoff=["Nothing was changed."],
    )


def _question(brief: Brief, unclear: Sequence[Finding]) -> Escalation:
    places = "\n".join(f"- {each.path}:{each.line} {each.message}" for each in unclear)
    return Escalation(
        kind="clarification",
        description="Some errors are answered in a way that has no certain counterpart.",
        fields={
            "Requirement": brief.task.description,
            "Ambiguity": f"What each of these is to answer cannot be told from the code:\n{places}",
        },
        options=(STOP, LEAVE),
        recommendation=STOP,
        evidence=tuple(f"{each.path}:{each.line}" for each in unclear),
    )
