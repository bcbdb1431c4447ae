"""The locks of uv and Poetry, as requirement lines."""

from __future__ import annotations

from typing import Any

from packaging.markers import InvalidMarker, Marker

from pullcord.errors import ConfigError

Package = dict[str, Any]
Edge = dict[str, Any]
_OWN = ("editable", "virtual", "directory")


def uv(lock: dict[str, Any], markers: dict[str, str]) -> list[str]:
    """Every package that the projects of the lock lead to where `markers` hold, their development
    groups included."""
    try:
        return _uv(lock.get("package", []), markers)
    except (KeyError, TypeError, AttributeError, InvalidMarker) as error:
        raise ConfigError(f"uv.lock is not understood: {error!r}", "uv lock") from error


def _uv(packages: list[Package], markers: dict[str, str]) -> list[str]:
    by_name: dict[str, list[Package]] = {}
    waiting: list[Edge] = []
    for package in packages:
        by_name.setdefault(package["name"], []).append(package)
        if any(kind in package["source"] for kind in _OWN):
            waiting += package.get("dependencies", ())
            for group in package.get("dev-dependencies", {}).values():
                waiting += group
    lines, seen = set(), set()
    while waiting:
        edge = waiting.pop()
        extras = tuple(edge.get("extra", ()))
        key = (edge["name"], edge.get("version"), extras)
        if key in seen or not _holds(edge.get("marker", ""), markers):
            continue
        seen.add(key)
        for package in _meant(by_name, edge):
            if not any(kind in package["source"] for kind in _OWN):
                lines.add(_line(package))
            waiting += package.get("dependencies", ())
            for extra in extras:
                waiting += package.get("optional-dependencies", {}).get(extra, ())
    return sorted(lines)


def _holds(marker: str, markers: dict[str, str]) -> bool:
    return not marker or Marker(marker).evaluate({**markers, "extra": ""})


def _meant(by_name: dict[str, list[Package]], edge: Edge) -> list[Package]:
    found = by_name[edge["name"]]
    return [one for one in found if edge.get("version") in (None, one.get("version"))]


def _line(package: Package) -> str:
    name, source = package["name"], package.get("source", {})
    if git := source.get("git"):
        address, _, commit = git.partition("#")
        return f"{name} @ git+{address.partition('?')[0]}@{commit}"
    if address := source.get("url"):
        return f"{name} @ {address}"
    if "path" in source:
        raise ConfigError(f"uv.lock: {name} lies in {source['path']}, beside the repository")
    return f"{name}=={package['version']}"


def poetry(lock: dict[str, Any], markers: dict[str, str]) -> list[str]:
    """Every package of the lock where `markers` hold, but the optional ones."""
    try:
        return [_poetry(package) for package in lock.get("package", [])
                if not package.get("optional") and _wanted(package, markers)]  # fmt: skip
    except (KeyError, TypeError, AttributeError, InvalidMarker) as error:
        raise ConfigError(f"poetry.lock is not understood: {error!r}", "poetry lock") from error


def _wanted(package: Package, markers: dict[str, str]) -> bool:
    marker = package.get("markers", "")
    each = marker.values() if isinstance(marker, dict) else (marker,)  # a dict: one per group
    return _kind(package) != "directory" and any(_holds(one, markers) for one in each)


def _poetry(package: Package) -> str:
    name, source = package["name"], package.get("source", {})
    if _kind(package) == "git":
        return f"{name} @ git+{source['url']}@{source['resolved_reference']}"
    if _kind(package) == "url":
        return f"{name} @ {source['url']}"
    return f"{name}=={package['version']}"


def _kind(package: Package) -> str:
    return str(package.get("source", {}).get("type", ""))
