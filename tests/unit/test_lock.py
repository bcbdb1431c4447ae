"""requirements.lock names everything, exactly, and nothing but names and versions."""

from __future__ import annotations

import importlib.metadata
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
SERVICE_LOCK = ROOT / "src/pullcord/templates/service/requirements.lock"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def entries(lock: Path) -> list[str]:
    lines = lock.read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


LOCKED = {
    canonicalize_name(Requirement(e).name): Requirement(e)
    for e in entries(ROOT / "requirements.lock")
}


@pytest.mark.parametrize(
    "lock", [ROOT / "requirements.lock", SERVICE_LOCK], ids=lambda p: p.parent.name
)
def test_a_lock_holds_names_versions_and_markers_only(lock: Path) -> None:
    strange = [
        e for e in entries(lock) if not re.fullmatch(r"[a-z0-9._-]+==[0-9][\w.]*( ; [^@/]+)?", e)
    ]

    assert strange == []
    assert entries(lock)


def required() -> Iterator[Requirement]:
    """What the project asks for, and what that asks for in turn, on this platform."""
    groups = PROJECT["dependency-groups"]
    asked = [*PROJECT["project"]["dependencies"], *groups["service"], *groups["dev"]]
    waiting, seen = [Requirement(text) for text in asked], set()
    while waiting:
        wanted = waiting.pop()
        if str(wanted) in seen or (wanted.marker and not wanted.marker.evaluate()):
            continue
        seen.add(str(wanted))
        yield wanted
        for text in importlib.metadata.requires(wanted.name) or []:
            found = Requirement(text)
            envs = [{"extra": extra} for extra in ("", *wanted.extras)]
            if found.marker is None or any(found.marker.evaluate(env) for env in envs):
                found.marker = None
                waiting.append(found)


def test_the_lock_answers_every_requirement_of_every_package_in_it() -> None:
    unanswered = [
        str(wanted)
        for wanted in required()
        if (name := canonicalize_name(wanted.name)) not in LOCKED
        or not all(
            wanted.specifier.contains(s.version, prereleases=True) for s in LOCKED[name].specifier
        )
    ]

    assert unanswered == []


def test_a_new_service_needs_nothing_that_the_lock_does_not_have() -> None:
    """So that `pullcord new` and its run need no network once ./dev has set itself up."""
    ours = {line.partition(" ;")[0] for line in entries(ROOT / "requirements.lock")}

    missing = {line.partition(" ;")[0] for line in entries(SERVICE_LOCK)} - ours

    assert missing == set()
