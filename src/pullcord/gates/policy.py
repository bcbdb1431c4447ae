"""What a receipt is bound to besides the tree: the rules by which it was judged."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from pullcord.config import schema
from pullcord.gates.configuration import CONFIG_FILES
from pullcord.gates.registry import every_gate
from pullcord.model.agent import Agent
from pullcord.model.project import Project
from pullcord.protocols import Case

_LOCKS = ("uv.lock", "poetry.lock", "pdm.lock", "requirements.txt", "requirements.lock",
          "requirements-dev.txt", "Pipfile.lock")  # fmt: skip


def policy_key(
    project: Project, trusted: Path, agent: Agent | None = None, writes: tuple[str, ...] = ()
) -> str:
    """The hash of everything that decides how a tree is judged: the base's configuration, what was
    detected, the gates' versions, the agent's write scope and the task's own `writes`."""
    names = sorted((*CONFIG_FILES, schema.FILE))
    scope = [agent.name, *agent.write, *(["only", *writes] if writes else [])] if agent else None
    return digest({
        "project": project.model_dump(mode="json"),
        "files": {n: file_digest(trusted / n) for n in names if (trusted / n).is_file()},
        "gates": _gate_versions(),
        "agent": scope,
    })  # fmt: skip


def policy(case: Case) -> str:
    """The policy of one case."""
    return policy_key(case.project, case.trusted, case.agent, case.writes)


def locks(tree: Path) -> dict[str, str]:
    """The digests of the lock files in a tree."""
    return {n: file_digest(tree / n) for n in _LOCKS if (tree / n).is_file()}


def digest(value: object) -> str:
    """A stable hash of plain values."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


@lru_cache(maxsize=1)
def _gate_versions() -> Mapping[str, str]:
    return {
        name: f"{type(gate).__module__}:{getattr(gate, 'version', 0)}:{version('pullcord')}"
        for name, gate in every_gate().items()
    }


def file_digest(path: Path) -> str:
    """The hash of a file's bytes, '' when there is no regular file."""
    if path.is_symlink() or not path.is_file():
        return ""
    return hashlib.sha256(path.read_bytes()).hexdigest()
