"""The reviewer's look at a change: findings with their lines, and what shows each criterion."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Literal

from pullcord.blueprint import cover, locked, names
from pullcord.blueprint.change import Changed
from pullcord.blueprint.checks import CHECKS
from pullcord.blueprint.checks.file import DRIFT, File
from pullcord.blueprint.feature import Feature
from pullcord.blueprint.house import CONTRACTS, OPENAPI
from pullcord.blueprint.locked import ContractUnreadable, Locked
from pullcord.errors import RequestError
from pullcord.model.quality import Finding
from pullcord.model.report import Review
from pullcord.model.words import terms

_FOLDERS = ("app", "tests", "supabase/migrations")
_LIMIT = 200
Said = Literal["met", "unmet", "unknown"]


def review(root: Path, changed: Changed, criteria: Sequence[str]) -> Review:
    """The verdict on the tree at `root`: an objection for each finding, else an approval.

    A criterion is met when tests show it that the receipts say have passed, or when it asks for no
    more than gates that passed; what nothing shows is unknown.
    """
    found = findings(root, changed)
    tests = cover.collected(root, _paths(root, changed, ".py", "tests/"))
    features = [contract.feature for contract in contracts(root)]
    evidence = cover.cover(criteria, tests, _nouns(features), _synonyms(features))
    return Review(
        decision="object" if found else "approve",
        findings=found,
        criteria={text: _said(text, evidence[text], changed) for text in criteria},
        evidence={text: ids for text, ids in evidence.items() if ids},
    )


def findings(root: Path, changed: Changed) -> tuple[Finding, ...]:
    """What is wrong with the tree at `root`, by path and line: with changed lines, and with any
    line that should have changed to keep a contract."""
    found: dict[str, Finding] = {}
    everywhere = not changed.lines
    for file in _files(root, changed):
        for check in CHECKS.values():
            for each in check(file):
                if everywhere or each.rule == DRIFT or changed.touches(each.path, each.line):
                    found.setdefault(each.id, each)
    ordered = sorted(found.values(), key=lambda each: (each.path, each.line, each.rule))
    return tuple(ordered[:_LIMIT])


def contracts(root: Path, without: Collection[str] = ()) -> Iterator[Locked]:
    """The contracts that are locked in this tree. Raises ContractUnreadable."""
    for path in sorted((root / CONTRACTS).glob("*.openapi.json")):
        if path.relative_to(root).as_posix() in without:
            continue
        try:
            yield locked.read(json.loads(path.read_text("utf-8")))
        except (ContractUnreadable, RequestError, ValueError) as error:
            raise ContractUnreadable(f"{path.relative_to(root)}: {error}") from error


def _files(root: Path, changed: Changed) -> Iterator[File]:
    """The changed files, and with each contract all those that may differ from it."""
    known = list(contracts(root, changed.elsewhere))
    for path in _paths(root, changed):
        text = _text(root / path)
        if text is not None:
            stem = Path(path).stem
            own = (each for each in known if stem in _stems(each))
            yield File(root, path, text, next(own, None))
    for contract in known:
        for path in [*_paths(root, Changed(), ".py", "app/"), OPENAPI]:
            text = _text(root / path)
            if text is not None:
                yield File(root, path, text, contract)


def _stems(contract: Locked) -> set[str]:
    feature = contract.feature
    return {names.module(feature.resource), names.module(feature.plural)}


def _paths(root: Path, changed: Changed, ending: str = "", below: str = "") -> list[str]:
    """The changed files, all that count when nothing is said of changes."""
    found = list(changed.lines) or [
        path.relative_to(root).as_posix()
        for folder in _FOLDERS
        for path in sorted((root / folder).rglob("*"))
    ]
    return [path for path in found if path.endswith(ending) and path.startswith(below)]


def _text(path: Path) -> str | None:
    if path.is_symlink() or not path.is_file():
        return None
    try:
        return path.read_text("utf-8")
    except ValueError:
        return None


def _nouns(features: Sequence[Feature]) -> frozenset[str]:
    return frozenset(
        names.words(word) for each in features for word in (each.resource, each.plural)
    )


def _synonyms(features: Sequence[Feature]) -> dict[str, frozenset[str]]:
    """People say `day` and `date` of fields that are called `performed_on`."""
    fields = [field for each in features for field in each.fields]
    dates = [field.name for field in fields if field.type in ("date", "datetime")]
    meant = frozenset(term for name in dates for term in terms(name.replace("_", " ")))
    return {word: meant for text in ("day", "date", "time") for word in terms(text)}


def _said(text: str, shown: Sequence[str], changed: Changed) -> Said:
    if shown and changed.gates.get("tests") == "pass":
        return "met"
    words = terms(text)
    if words & {"breaking", "break"} and words & {"contract", "openapi", "api"}:
        passed = all(changed.gates.get(gate) == "pass" for gate in ("contract", "openapi"))
        return "met" if passed else "unknown"
    return "unknown"
