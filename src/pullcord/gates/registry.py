"""Which gates there are."""

from __future__ import annotations

from importlib.metadata import entry_points

from pullcord.errors import ConfigError
from pullcord.gates.contract import Contract
from pullcord.gates.forbidden import Forbidden
from pullcord.gates.format import Format
from pullcord.gates.lint import Lint
from pullcord.gates.openapi import OpenAPI
from pullcord.gates.scope import Scope
from pullcord.gates.summary import Summary
from pullcord.gates.tests import Tests
from pullcord.gates.types import Types
from pullcord.protocols import Gate

GATES: dict[str, Gate] = {
    "scope": Scope(),
    "forbidden": Forbidden(),
    "format": Format(),
    "lint": Lint(),
    "types": Types(),
    "tests": Tests(),
    "openapi": OpenAPI(),
    "contract": Contract(),
    "summary": Summary(),
}
STAGES: tuple[tuple[str, ...], ...] = (
    ("scope",),
    ("forbidden",),
    ("format", "lint", "tests", "types", "openapi"),
    ("contract", "summary"),
)
"""Cheap and safe first. The gates of one stage run at the same time: the quick ones are started
first, then the long ones, the longest before the others."""


def every_gate() -> dict[str, Gate]:
    """Our gates and those of installed packages. A name can be taken only once."""
    gates = dict(GATES)
    for entry in entry_points(group="pullcord.gates"):
        if entry.name in gates:
            raise ConfigError(f"two gates are named {entry.name}", "Uninstall one of the packages.")
        gates[entry.name] = entry.load()()
    return gates


def stages(gates: dict[str, Gate]) -> list[list[str]]:
    """The names of the given gates by stage; foreign ones run beside the tools."""
    ours = {name for stage in STAGES for name in stage}
    found = [[name for name in stage if name in gates] for stage in STAGES]
    found[2] += [name for name in gates if name not in ours]
    return found
