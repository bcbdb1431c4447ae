"""Gives a new service its `.venv` without a network: out of pullcord's own packages."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import venv
from importlib.metadata import Distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from pullcord.environments import installed, requirements
from pullcord.errors import Unavailable

LOCK = "requirements.lock"
_SCRIPT = """#!{python}
import sys
from {module} import {start}
sys.exit({call}())
"""


async def link(directory: Path) -> Path:
    """Make `directory/.venv` with exactly the packages of its requirements.lock.

    Files are hard links where the file system allows it, else copies: links from folder to folder
    would let `uv sync` in the service remove pullcord's own files. Raises Unavailable when pullcord
    does not have the packages; nothing is made then.
    """
    lines = requirements.read(directory, LOCK)
    own = Path(sys.prefix)
    if reasons := installed.missing(lines, own):
        raise Unavailable(
            f"pullcord's own packages do not satisfy {LOCK}: {'; '.join(reasons)}",
            "with a network: uv venv && uv pip install -r requirements.lock",
        )
    folder = directory / ".venv"
    await asyncio.to_thread(_make, folder, lines, own)
    return folder


def _make(folder: Path, lines: list[str], own: Path) -> None:
    venv.EnvBuilder(symlinks=True, with_pip=False).create(folder)
    held = installed.packages(own)
    valid = installed.markers(installed.version(own))
    target = installed.site(folder)[0]
    for line in lines:
        requirement = Requirement(requirements.bare(line))
        if requirement.marker is None or requirement.marker.evaluate(valid):
            package = held[canonicalize_name(requirement.name)]
            _packages(package, target)
            _scripts(package, folder, own)


def _packages(package: Distribution, target: Path) -> None:
    """Link what the distribution brought into the folder of packages."""
    tops = {path.parts[0] for path in package.files or () if path.parts[0] != ".."}
    for top in sorted(tops - {"__pycache__"}):
        source = Path(str(package.locate_file(top)))
        if source.is_dir():
            shutil.copytree(source, target / top, copy_function=_link, dirs_exist_ok=True)
        elif source.exists():
            _link(source, target / top)


def _scripts(package: Distribution, folder: Path, own: Path) -> None:
    points = package.entry_points.select(group="console_scripts")
    for point in points:
        start = point.attr.partition(".")[0]
        text = _SCRIPT.format(
            python=folder.absolute() / "bin" / "python",
            module=point.module, start=start, call=point.attr)  # fmt: skip
        script = folder / "bin" / point.name
        script.write_text(text)
        script.chmod(0o755)
    named = {point.name for point in points}
    for path in package.files or ():
        if path.parts[0] == ".." and path.parts[-2] == "bin" and path.name not in named:
            _link(own / "bin" / path.name, folder / "bin" / path.name)


def _link(source: Path | str, target: Path | str) -> None:
    try:
        os.link(source, target)
    except FileExistsError:
        return  # two distributions share a folder
    except OSError:
        shutil.copy2(source, target)
