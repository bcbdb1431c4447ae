"""A case made of the files before and after a change."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from pullcord import config
from pullcord.model.agent import Agent
from pullcord.model.work import Change, Environment
from pullcord.protocols import Case
from pullcord.sandbox.unsafe import Unsafe

BACKEND = Agent(
    name="python-backend-engineer",
    description="",
    write=("app/**", "tests/**", "pyproject.toml", "openapi.json"),
)


def write(root: Path, files: Mapping[str, str]) -> Path:
    root.mkdir(parents=True, exist_ok=True)
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


@pytest.fixture
def make_case(tmp_path: Path) -> Callable[..., Case]:
    """`make_case(before, after, agent=…)`: files that are the same in both are no change."""

    def make(before: Mapping[str, str], after: Mapping[str, str], **more: object) -> Case:
        base, tree = write(tmp_path / "base", before), write(tmp_path / "tree", after)
        changes = []
        for path in sorted(before.keys() | after.keys()):
            if path not in after:
                changes.append(Change(path=path, status="deleted", mode="000000"))
            elif before.get(path) != after[path]:
                status = "modified" if path in before else "added"
                changes.append(Change(path=path, status=status))
        (tmp_path / "scratch").mkdir()
        fields: dict[str, Any] = {
            "tree": tree,
            "before": base,
            "trusted": base,
            "changes": tuple(changes),
            "project": config.detect(base),
            "sandbox": Unsafe(),
            "environment": Environment(path=Path(sys.prefix), key="tests"),
            "scratch": tmp_path / "scratch",
            "cache": tmp_path / "cache",
            "agent": BACKEND,
        }
        return Case(**{**fields, **more})

    return make
