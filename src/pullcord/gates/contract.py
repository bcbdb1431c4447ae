"""Gate 4: does the implementation keep the locked contract, and do old clients still work?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pullcord.gates import tool
from pullcord.gates.reach import inherited, writes_application
from pullcord.model.quality import Finding, Verdict
from pullcord.openapi.diff import Difference, compare
from pullcord.openapi.document import Document, load, operations
from pullcord.protocols import Case

LOCKED = "docs/contracts"
"""Where the designer's contracts lie until they are implemented, one file each."""
_SUFFIX = ".openapi.json"


class Contract:
    """The locked contract is implemented as described; breaking changes have a version step."""

    name = "contract"
    version = 2

    def applies(self, case: Case) -> str:
        if reason := tool.off(case, self.name):
            return reason
        return "" if case.project.openapi else "the base has no committed OpenAPI document"

    async def judge(self, case: Case) -> Verdict:
        path = case.project.openapi
        head = load(case.tree / path)
        changes = compare(_base(case), head)
        # What clients know and the document lacks since before the run is to be implemented.
        findings = [] if inherited(case) else list(_broken(case, head, changes))
        open_contracts, kept = [], 0
        for name in _locked(case):
            locked, problems = _fragment(case.tree / name, name)
            findings += problems
            if not problems and _may_wait(case, name, locked, head):
                open_contracts.append(name)
            elif not problems:
                findings += _unkept(locked, head, name)
                kept += 1
        additive = sum(c.level == "additive" for c in changes)
        detail = f"{len(changes) - additive} breaking and {additive} additive changes"
        if open_contracts:
            detail += f", not implemented yet: {', '.join(open_contracts)}"
        if kept:
            detail += f", {kept} locked contracts compared"
        return Verdict(
            gate=self.name,
            outcome="fail" if findings else "pass",
            detail=detail,
            findings=tuple(findings),
            counts={"breaking": len(changes) - additive, "additive": additive},
        )


def _base(case: Case) -> Document:
    """What clients know: the base's published contract, or its committed document."""
    for name in (case.project.published, case.project.openapi):
        if name and (case.trusted / name).is_file():
            return load(case.trusted / name)
    return {}


def _broken(case: Case, head: Document, changes: list[Difference]) -> Iterator[Finding]:
    path = case.project.openapi
    stepped = _version_step(_version(_base(case)), _version(head))
    for change in changes:
        if change.rule == "unsecured":
            yield Finding(gate="contract", rule="unsecured", message=change.text, path=path)
        elif change.level == "breaking" and not stepped:
            message = f"{change.text} (without a version step)"
            yield Finding(gate="contract", rule="breaking", message=message, path=path)


def _version(document: Document) -> str:
    return str((document.get("info") or {}).get("version", ""))


def _version_step(old: str, new: str) -> bool:
    """A higher major version, or a higher minor one while the major version is 0."""
    try:
        was, now = ([int(n) for n in v.split("-")[0].split(".")[:2]] for v in (old, new))
    except ValueError:
        return False
    return now[:1] > was[:1] or (was[:1] == [0] == now[:1] and now > was)


def _locked(case: Case) -> list[str]:
    """The locked contracts that are new or changed since the base."""
    folder = case.tree / LOCKED
    found = sorted(p.name for p in folder.glob(f"*{_SUFFIX}")) if folder.is_dir() else []
    return [f"{LOCKED}/{n}" for n in found if not _same(case, f"{LOCKED}/{n}")]


def _same(case: Case, name: str) -> bool:
    old = case.trusted / name
    return old.is_file() and old.read_bytes() == (case.tree / name).read_bytes()


def _fragment(path: Path, name: str) -> tuple[Document, list[Finding]]:
    try:
        locked = load(path)
        if not operations(locked):
            raise ValueError("it describes no operation")
        compare(locked, locked)
    except (ValueError, AttributeError, TypeError) as error:
        message = f"the locked contract cannot be read: {error}"
        return {}, [Finding(gate="contract", rule="locked", message=message, path=name)]
    return locked, []


def _may_wait(case: Case, name: str, locked: Document, head: Document) -> bool:
    """Whether somebody else will implement it: nothing of it is there, or this agent left what is
    there alone and promises more of it. What this run built on an earlier design of it, and no
    client knows, may be designed anew."""
    if writes_application(case) and name not in case.elsewhere:
        return False
    if not operations(locked).keys() & operations(head).keys():
        return True
    path = case.project.openapi
    if load(case.trusted / path) != head:
        return load(case.before / path) == head and _designed_anew(case, name)
    return all(c.level == "additive" for c in compare(_part(head, locked), locked))


def _designed_anew(case: Case, name: str) -> bool:
    """Whether this attempt changed a locked contract that an earlier one of the run had made."""
    old = case.before / name
    return old.is_file() and old.read_bytes() != (case.tree / name).read_bytes()


def _part(head: Document, locked: Document) -> Document:
    """The document with the operations of the locked contract alone."""
    return head | {"paths": _only(head.get("paths") or {}, operations(locked))}


def _unkept(locked: Document, head: Document, name: str) -> Iterator[Finding]:
    for change in compare(locked, _part(head, locked)):
        if change.rule == "operation":
            message = f"{change.where} is not implemented"
        elif change.rule == "response" and change.level == "additive":
            continue  # an error that the designer did not list is no broken promise
        else:
            message = f"{change.text} against the locked contract"
        yield Finding(gate="contract", rule="locked", message=message, path=name)


def _only(paths: dict[str, Any], wanted: dict[tuple[str, str], Any]) -> dict[str, Any]:
    """The path items that hold a wanted operation, without the operations beside it."""
    return {
        path: {m: o for m, o in item.items() if (m.upper(), path) in wanted or m == "parameters"}
        for path, item in paths.items()
        if any(p == path for _, p in wanted)
    }
