"""Verdicts that need not be found again: same inputs, same rules, same tools."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from pullcord.gates.policy import digest, file_digest, locks, policy_key
from pullcord.gates.reach import inherited
from pullcord.model.quality import Verdict
from pullcord.protocols import Case, Gate

REMEMBERED = ("format", "lint", "types", "tests", "openapi")
"""Gates that run tools. The others are quicker than looking their verdict up."""

ANY = "any"
"""Stands for whatever was before. A tree that passed as a change passes as no change too."""


@dataclass(frozen=True)
class Memory:
    """Verdicts kept in a folder. `trees` are the git tree ids of the judged inputs, of what was
    before and of the base; who cannot name them must not remember.

    An `error` is never kept: it says nothing about the tree.
    """

    folder: Path
    trees: tuple[str, str, str]

    def recall(self, gate: Gate, case: Case) -> Verdict | None:
        """The kept verdict for exactly these inputs, marked as cached."""
        if gate.name not in REMEMBERED:
            return None
        judged, before, _ = self.trees
        places = [before, ANY] if judged == before else [before]
        kept = (self._read(gate, case, place) for place in places)
        return next((verdict for verdict in kept if verdict), None)

    def _read(self, gate: Gate, case: Case, before: str) -> Verdict | None:
        try:
            text = self._path(gate, case, before).read_text(encoding="utf-8")
            verdict = Verdict.model_validate_json(text)
        except (OSError, ValueError, ValidationError):
            return None  # absent or damaged: judge afresh
        return verdict.model_copy(update={"cached": True})

    def keep(self, gate: Gate, case: Case, verdict: Verdict) -> None:
        if gate.name not in REMEMBERED or verdict.outcome not in ("pass", "fail") or verdict.cached:
            return
        self._write(self._path(gate, case, self.trees[1]), verdict)
        if verdict.outcome == "pass":
            self._write(self._path(gate, case, ANY), verdict)

    @staticmethod
    def _write(path: Path, verdict: Verdict) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as file:
            file.write(verdict.model_dump_json())
        Path(file.name).replace(path)

    def _path(self, gate: Gate, case: Case, before: str) -> Path:
        judged, _, trusted = self.trees
        return self.folder / gate.name / f"{_key(gate, case, (judged, before, trusted))}.json"


def _documents(case: Case) -> list[str]:
    """The OpenAPI documents: they may lie in a folder that the caller takes for mere prose."""
    return [d for d in (case.project.openapi, case.project.published) if d]


def _key(gate: Gate, case: Case, trees: tuple[str, str, str]) -> str:
    return digest({
        "gate": gate.name,
        "trees": trees,
        # Not the agent: what a tool finds does not depend on who wrote the code. Only documents
        # that differed from the code before the run are not held against who cannot mend them.
        "policy": policy_key(case.project, case.trusted),
        "locks": locks(case.tree),
        "documents": [file_digest(case.tree / d) for d in _documents(case)],
        "environment": case.environment.key,
        "sandbox": case.sandbox.name,
        "expectation": case.expectation.model_dump(),
        "obligations": [o.model_dump() for o in case.obligations],
        "inherited": gate.name == "openapi" and inherited(case),
    })  # fmt: skip
