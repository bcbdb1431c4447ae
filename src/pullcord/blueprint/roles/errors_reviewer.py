"""code-reviewer in the workflow `errors`: all endpoints are looked at, changed or not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pullcord.blueprint import change, errortests
from pullcord.blueprint.change import Changed
from pullcord.blueprint.checks import errors
from pullcord.blueprint.checks.file import File
from pullcord.blueprint.review import review
from pullcord.blueprint.roles.errors_backend import left
from pullcord.blueprint.roles.reviewer import told
from pullcord.model.quality import Finding
from pullcord.model.report import Report
from pullcord.model.summary import Summary
from pullcord.model.work import Brief, Workspace
from pullcord.protocols import Sandbox


async def work(brief: Brief, workspace: Workspace, sandbox: Sandbox) -> tuple[Report, Summary]:
    """The verdict on the change and on the error mapping of the whole application."""
    root = workspace.path
    changed = _with_error_tests(change.of(brief))
    verdict = review(root, changed, (*brief.request.criteria, *brief.request.constraints))
    allowed = {detail for each in brief.previous for detail in each.summary.details}
    found, files = _everywhere(root)
    known = {each.id for each in verdict.findings}
    stays = [each for each in found if allowed.intersection(left(root, [each]))]
    new = [each for each in found if each not in stays and each.id not in known]
    kept = [each for each in verdict.findings if each not in stays]
    if new or len(kept) < len(verdict.findings):
        both = tuple(sorted([*kept, *new], key=lambda each: (each.path, each.line)))
        decision = "object" if both else "approve"
        verdict = verdict.model_copy(update={"findings": both, "decision": decision})
    consistent = [f"Looked at the error mapping of {files} files, changed or not."]
    return told(brief, verdict, files, [*consistent, *left(root, stays)])


def _with_error_tests(changed: Changed) -> Changed:
    """The change, and the tests of errors even if they stood there before: they show the criteria,
    and no line of theirs is under review for that."""
    return replace(changed, lines={errortests.PATH: frozenset(), **changed.lines})


def _everywhere(root: Path) -> tuple[list[Finding], int]:
    """What is inconsistent in the application, and how many files it has."""
    paths = sorted((root / "app").rglob("*.py"))
    files = [File(root, p.relative_to(root).as_posix(), p.read_text("utf-8")) for p in paths]
    return [finding for file in files for finding in errors.look(file)], len(files)
