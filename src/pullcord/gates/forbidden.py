"""Gate 2: SPEC.md's forbidden patterns and the integrity of tests, by syntax tree and token.

Only what is new since the state before counts. An occurrence is known by its rule and its code, not
by its line, so moving code finds nothing.
"""

from __future__ import annotations

import ast
import asyncio
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from pullcord.gates import integrity, inventory, types_kept
from pullcord.gates.rules import RULES, TEXT_RULES
from pullcord.gates.rules.rule import File, Occurrence
from pullcord.gates.rules.text import Text, read_text
from pullcord.gates.source import comments, parsed, text_of
from pullcord.model.quality import Finding, Verdict
from pullcord.protocols import Case


class Forbidden:
    """No unjustified ignore, no hidden skip, no mocked Supabase, no way around OpenAPI, no weaker
    tests; no secret and no risk for data, which are alarms."""

    name = "forbidden"
    version = 2

    def applies(self, case: Case) -> str:
        return ""

    async def judge(self, case: Case) -> Verdict:
        findings = await asyncio.to_thread(lambda: list(_findings(case)))
        files = sum(_is_python(change.path) for change in case.changes)
        detail = f"{files} changed Python files"
        alarms = Counter(finding.alarm for finding in findings if finding.alarm)
        if findings:
            detail += f", {len(findings) - alarms.total()} forbidden patterns"
        detail += "".join(f", {count} {kind} alarms" for kind, count in alarms.items())
        return Verdict(
            gate=self.name,
            outcome="fail" if findings else "pass",
            detail=detail,
            findings=tuple(findings),
            counts={"files": files},
        )


def _findings(case: Case) -> Iterator[Finding]:
    yield from _unreadable(case)
    was, now = _files(case, case.before), _files(case, case.tree)
    for look in RULES.values():
        yield from _new([o for f in was for o in look(f)], [o for f in now for o in look(f)])
    before, after = _texts(case, case.before), _texts(case, case.tree)
    for look_at in TEXT_RULES.values():
        known = [o for f in before for o in look_at(f)]
        yield from _new(known, [o for f in after for o in look_at(f)])
    yield from _applied(case)
    yield from _stubs(case)
    yield from integrity.findings(case)
    yield from types_kept.findings(case)


def _new(was: list[Occurrence], now: list[Occurrence]) -> Iterator[Finding]:
    known = Counter(occurrence.key for occurrence in was)
    for found in now:
        if known[found.key] > 0:
            known[found.key] -= 1
        else:
            yield _finding(found)


def _finding(found: Occurrence) -> Finding:
    return Finding(gate="forbidden", rule=found.rule, message=found.message, path=found.path,
                   line=found.line, alarm=found.alarm)  # fmt: skip


def _texts(case: Case, root: Path) -> list[Text]:
    found = (read_text(root, change.path) for change in case.changes)
    return [text for text in found if text is not None]


def _applied(case: Case) -> Iterator[Finding]:
    """A migration of the base may have been applied already: what is written into it now would
    never be run, and what is taken out of it would still be there."""
    for change in case.changes:
        old = change.status != "added" and (case.trusted / change.path).is_file()
        if old and re.search(r"(^|/)migrations/[^/]+\.sql$", change.path):
            message = "is a migration that may have been applied: write a new one"
            yield Finding(gate="forbidden", rule="migration", message=message, path=change.path)


def _files(case: Case, root: Path) -> list[File]:
    """The changed Python files as they are in one of the trees; what cannot be read is left to
    `_unreadable`."""
    existing = frozenset(
        t.name.rpartition("::")[2] for t in inventory.changed_tests(case, case.before).values()
    )
    documented = _documented(case)
    package = case.project.app.partition(":")[0].partition(".")[0]
    files = []
    for change in case.changes:
        path = root / change.path
        module = parsed(path) if _is_python(change.path) and path.is_file() else None
        if module is not None:
            files.append(
                File(root, change.path, text_of(path), module, documented, existing, package)
            )
    return files


def _documented(case: Case) -> str | None:
    """The text in which a skip's reason must stand: the summary that is due, else a summary among
    the changes, else None."""
    if case.summary_path:
        return _text(case.tree / case.summary_path)
    written = [
        c.path
        for c in case.changes
        if c.status == "added" and c.path.startswith("docs/temp/agent_") and c.path.endswith(".md")
    ]
    return "\n".join(_text(case.tree / path) for path in written) if written else None


def _text(path: Path) -> str:
    if path.is_symlink() or not path.is_file():
        return ""
    return path.read_text(encoding="utf-8", errors="replace")


def _unreadable(case: Case) -> Iterator[Finding]:
    """Python files that cannot be read as Python: what they hide cannot be known."""
    for change in case.changes:
        path = case.tree / change.path
        if not _is_python(change.path) or not path.is_file():
            continue
        try:
            text = text_of(path)
            if parsed(path) is None:
                ast.parse(text)
            comments(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            message = f"cannot be read as Python: {error}"
            yield Finding(gate="forbidden", rule="syntax", message=message[:300], path=change.path,
                          line=getattr(error, "lineno", 0) or 0)  # fmt: skip


def _stubs(case: Case) -> Iterator[Finding]:
    """A stub beside a module is what the type checker reads instead of the code."""
    for change in case.changes:
        module = case.tree / change.path.removesuffix("i")
        if change.status == "added" and change.path.endswith(".pyi") and module.is_file():
            message = "hides the module beside it from the type checker"
            yield Finding(gate="forbidden", rule="ignore", message=message, path=change.path)


def _is_python(path: str) -> bool:
    return path.endswith((".py", ".pyi"))
