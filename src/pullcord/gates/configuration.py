"""Which part of a repository's configuration an agent may change, and what tools are judged with.

Dependencies may differ from the base, and so may what only makes a gate stricter. Everything else
that steers a tool is taken from the base.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

CONFIG_FILES = frozenset({
    "pyproject.toml", "pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini", "tox.ini",
    "setup.cfg", "mypy.ini", ".mypy.ini", "ruff.toml", ".ruff.toml", ".coveragerc",
    ".coveragerc.toml", "coverage.toml",
})  # fmt: skip
"""Files that steer a gate's tool wherever they lie."""

_DEPENDENCIES = (
    ("project", "dependencies"),
    ("project", "optional-dependencies"),
    ("dependency-groups",),
)
_FAIL_UNDER = re.compile(r"--cov-fail-under[= ](\d+(?:\.\d+)?)")
_MARKERS = ("tool", "pytest", "ini_options", "markers")
_LIMIT = ("tool", "coverage", "report", "fail_under")
_OPTIONS = ("tool", "pytest", "ini_options", "addopts")


def load(path: Path) -> dict[str, Any]:
    """A TOML file as plain values; {} when it is absent. Raises ValueError when it is damaged."""
    if path.is_symlink():
        raise ValueError(f"{path.name} is a symbolic link")
    if not path.exists():
        return {}
    try:
        return tomlkit.parse(path.read_text(encoding="utf-8")).unwrap()
    except (TOMLKitError, UnicodeDecodeError) as error:
        raise ValueError(f"{path.name} cannot be read: {error}") from error


def closed_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The changes of a pyproject.toml that an agent may not make, as (dotted key, why)."""
    for place, a, b in _leaves(old, new, ()):
        if place[:2] in _DEPENDENCIES or place[:1] in _DEPENDENCIES:
            yield from ((".".join(place), f"{bad!r} is not a plain requirement")
                        for bad in _unusual(b) if bad not in _texts(a))  # fmt: skip
        elif not _stricter(place, a, b):
            yield ".".join(place), "only dependencies may change here"


def judged_pyproject(trusted: Path, tree: Path) -> str:
    """The pyproject.toml to judge with: the tree's project and markers, the base's tools."""
    base, head = load(trusted), load(tree)
    merged = {k: v for k, v in head.items() if k not in ("tool", "build-system")}
    merged |= {k: base[k] for k in ("tool", "build-system") if k in base}
    markers = _get(head, _MARKERS)
    ours = merged.get("tool", {}).get("pytest", {}).get("ini_options")
    if isinstance(markers, list) and ours is not None:
        ours["markers"] = [*ours.get("markers", []), *markers]
    return tomlkit.dumps(merged)


def _leaves(a: Any, b: Any, place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    """The places at which two documents differ; lists are compared whole."""
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        for key in sorted(a.keys() | b.keys()):
            yield from _leaves(a.get(key), b.get(key), (*place, key))
    elif isinstance(a or b, Mapping) and (a is None or b is None):
        yield from _leaves(a or {}, b or {}, place)
    elif a != b:
        yield place, a, b


def _stricter(place: tuple[str, ...], a: Any, b: Any) -> bool:
    """Whether a change can only close gates: more markers, a higher coverage threshold."""
    if place == _MARKERS:
        return isinstance(b, list) and all(item in b for item in a or [])
    if place == _LIMIT:
        return isinstance(b, int | float) and b >= (a or 0)
    if place == _OPTIONS and isinstance(a, str) and isinstance(b, str):
        was, now = _FAIL_UNDER.findall(a), _FAIL_UNDER.findall(b)
        same = _FAIL_UNDER.sub("", a).split() == _FAIL_UNDER.sub("", b).split()
        return same and len(now) == 1 and float(now[0]) >= max(map(float, was), default=0.0)
    return False


def _texts(value: Any) -> set[str]:
    if isinstance(value, str):
        return {value}
    items = value.values() if isinstance(value, Mapping) else value or ()
    return {text for item in items for text in _texts(item)}


def _unusual(value: Any) -> list[str]:
    """Requirements that name a place (address, path, repository) instead of a version."""
    return sorted(
        t for t in _texts(value) if "@" in t or "://" in t or t.startswith(("-", ".", "/"))
    )


def _get(document: Mapping[str, Any], place: tuple[str, ...]) -> Any:
    found: Any = document
    for key in place:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found
