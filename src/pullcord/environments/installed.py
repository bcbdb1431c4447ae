"""What an environment holds, read from its folders without running it."""

from __future__ import annotations

import hashlib
import platform
import re
from collections.abc import Iterable
from importlib.metadata import Distribution, PathDistribution
from pathlib import Path

from packaging.markers import default_environment
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from pullcord.environments.requirements import bare
from pullcord.errors import Unavailable

Packages = dict[str, Distribution]


def packages(environment: Path) -> Packages:
    """Canonical name → installed distribution."""
    return {name: PathDistribution(info) for name, info in _folders(environment).items()}


def _folders(environment: Path) -> dict[str, Path]:
    """Canonical name → `NAME-VERSION.dist-info`."""
    return {
        canonicalize_name(info.name.partition("-")[0]): info
        for folder in reversed(site(environment))
        for info in folder.glob("*.dist-info")
    }


def site(environment: Path) -> list[Path]:
    """The folders of an environment that hold packages."""
    return sorted(environment.glob("lib*/python3*/*-packages"))


def version(environment: Path) -> str:
    """`3.11.7`, as pyvenv.cfg has it, or `3.11` from the folder of the packages."""
    config = environment / "pyvenv.cfg"
    text = config.read_text() if config.is_file() else ""
    found = re.search(r"^version(?:_info)? *= *(\d+\.\d+(?:\.\d+)?)", text, re.MULTILINE)
    found = found or re.search(r"python(3\.\d+)", " ".join(map(str, site(environment))))
    if not found:
        raise Unavailable(f"{environment} is not a Python environment")
    return found[1]


def markers(python: str) -> dict[str, str]:
    """The marker environment (PEP 508) of a Python version on this machine."""
    short = ".".join(python.split(".")[:2])
    known = {name: str(value) for name, value in default_environment().items()}
    full = python if python.count(".") > 1 else f"{python}.0"
    same = known["python_version"] == short
    return known if same else {**known, "python_version": short, "python_full_version": full}


def missing(lines: Iterable[str], environment: Path) -> list[str]:
    """What keeps the environment from satisfying the requirement lines, in words; empty: nothing.

    A line that cannot be checked, such as a bare address, counts as missing.
    """
    held, valid = packages(environment), markers(version(environment))
    reasons = []
    waiting = [(line, "") for line in lines]
    seen = set(waiting)
    while waiting:
        line, extra = waiting.pop()
        try:
            requirement = Requirement(bare(line))
        except InvalidRequirement:
            reasons.append(f"{line} cannot be checked")
            continue
        if requirement.marker and not requirement.marker.evaluate({**valid, "extra": extra}):
            continue
        package = held.get(canonicalize_name(requirement.name))
        if reason := _reason(requirement, package):
            reasons.append(reason)
        inner = package.requires or () if package else ()
        further = {(one, name) for name in requirement.extras for one in inner} - seen
        waiting += further
        seen |= further
    return sorted(set(reasons))


def _reason(requirement: Requirement, package: Distribution | None) -> str:
    name = canonicalize_name(requirement.name)
    if package is None:
        return f"{name} is absent"
    if requirement.url:
        return f"{name} is wanted from an address"
    if not requirement.specifier.contains(package.version, prereleases=True):
        return f"{name} is {package.version}, not {requirement.specifier}"
    return ""


def key(environment: Path) -> str:
    """A name for the content: the same packages on the same Python have the same key."""
    # By their folders' names: to read what each says of itself takes longer than a git command.
    versions = sorted(info.name for info in _folders(environment).values())
    what = (version(environment), platform.system(), platform.machine(), *versions)
    return hashlib.sha256("\n".join(what).encode()).hexdigest()[:16]
