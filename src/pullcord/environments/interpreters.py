"""Finds a Python for an environment, never downloads one."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from packaging.specifiers import SpecifierSet

from pullcord import process
from pullcord.errors import Unavailable
from pullcord.process import Limits

_MINORS = range(9, 20)
_LIMITS = Limits(wall_s=20.0)
_ASK = "import sys; print(*sys.version_info[:3], sep='.'); print(sys.executable)"


@dataclass(frozen=True)
class Interpreter:
    """A Python that can make environments. `version` has three parts."""

    path: Path
    version: str


async def find(wanted: SpecifierSet, pin: str) -> Interpreter:
    """The interpreter that pullcord runs on if it suits, else the oldest one that does."""
    own = Interpreter(Path(sys.executable), ".".join(map(str, sys.version_info[:3])))
    if wanted.contains(own.version, prereleases=True):
        return own
    for minor in _MINORS:
        if wanted.contains(f"3.{minor}.99") and (found := await _asked(f"3.{minor}")):
            return found
    raise Unavailable(
        f"the repository asks for Python {wanted} ({pin}), which is not on this machine",
        "install it, for example with `uv python install`; pullcord downloads no Python by itself",
    )


async def _asked(short: str) -> Interpreter | None:
    """A shim may name a version that is not there, so each candidate has to answer."""
    for candidate in (f"python{short}", await _known_to_uv(short)):
        if candidate and shutil.which(candidate):
            done = await process.run([candidate, "-I", "-c", _ASK], limits=_LIMITS)
            if done.exit == 0 and done.stdout.startswith(f"{short}."):
                version, path = done.stdout.split()
                return Interpreter(Path(path), version)
    return None


async def _known_to_uv(short: str) -> str:
    program = uv()
    if program is None:
        return ""
    found = [program, "python", "find", "--no-python-downloads", "--no-project", short]
    done = await process.run(found, limits=_LIMITS)
    return done.stdout.strip() if done.exit == 0 else ""


def uv() -> str | None:
    """uv beside our own interpreter, else on the path."""
    own = Path(sys.prefix, "bin", "uv")
    return str(own) if own.is_file() else shutil.which("uv")
