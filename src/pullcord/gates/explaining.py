"""What would be judged here, how, and where that was found: for `pullcord gates explain`."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from pullcord.gates import tool
from pullcord.gates.registry import every_gate
from pullcord.gates.stage import foreign_configuration
from pullcord.model.value import Value
from pullcord.protocols import Case, Gate


class Explained(Value):
    """One gate in one repository. `skipped` says why it does not apply, '' when it does; `command`
    is what the base runs, '' when the gate is no tool; `asks` what a pass means."""

    gate: str
    skipped: str = ""
    command: str = ""
    origin: str = ""
    timeout_s: float = 0.0
    asks: str = ""
    notes: tuple[str, ...] = ()


def explain(case: Case, gates: Mapping[str, Gate] | None = None) -> list[Explained]:
    """Every gate in running order, decided from the base of this case."""
    gates = every_gate() if gates is None else gates
    return [_explained(case, name, gate) for name, gate in gates.items()]


def _explained(case: Case, name: str, gate: Gate) -> Explained:
    found = tool.detected(case, name)
    asks = " ".join((type(gate).__doc__ or "").split())
    return Explained(
        gate=name,
        skipped=gate.applies(case),
        command=shlex.join(found.argv),
        origin=found.origin if found.argv or found.off else "",
        timeout_s=(found.timeout_s or case.project.timeout_s) if found.argv else 0.0,
        asks=asks,
        notes=tuple(_notes(case, name)),
    )


def _notes(case: Case, name: str) -> list[str]:
    project = case.project
    if name == "scope":
        return [f"protected besides the usual: {', '.join(project.protected)}"] * bool(
            project.protected
        )
    if name == "tests":
        return [f"coverage at least {project.coverage:g} %"]
    if name == "openapi" and project.openapi:
        return [f"{project.app} against {project.openapi}"] + (
            [f"published as {project.published}"] if project.published else []
        )
    if name in ("format", "lint", "types"):
        ignored = foreign_configuration(case)
        return [f"the base's settings, not the tree's {', '.join(ignored)}"] * bool(ignored)
    return []
