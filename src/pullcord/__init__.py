"""pullcord runs a team of coding agents over a FastAPI repository.

Layers, from the shells down: cli > app > line > engine, patterns, runtimes, gates > workspace,
sandbox, ledger, briefs, … > protocols > process > model > errors. ARCHITECTURE.md has the walk.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pullcord.app import Orchestrator as Orchestrator
    from pullcord.app import run as run
    from pullcord.model.task import Task as Task

__all__ = ["Orchestrator", "Task", "run"]
__version__ = "0.1.0"

_HOMES = {"Orchestrator": "pullcord.app", "Task": "pullcord.model.task", "run": "pullcord.app"}


def __getattr__(name: str) -> object:
    """Load a public name when it is first used, so that `import pullcord` stays light (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'pullcord' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
