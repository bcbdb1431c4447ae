"""What runs leave on the disk, and what of it may go."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Literal

from pullcord.model.value import Value


class Leftover(Value):
    """One folder that costs space. `kept` says why it stays, '' when it may be removed; `size` is
    in bytes. Everything that may go is made anew when it is needed."""

    kind: Literal["workspaces", "environments", "tools", "working", "verdicts"]
    name: str
    path: Path
    size: int
    kept: str = ""


async def leftovers(
    cache: Path, state: Path, environments: Path, unfinished: Collection[str]
) -> list[Leftover]:
    """Every folder below the repository's `cache` and `state` and the shared `environments`.

    `unfinished` names the runs whose workspaces hold work; while there is one, nothing that it
    might use goes either.
    """
    return await asyncio.to_thread(
        lambda: list(_found(cache, state, environments, frozenset(unfinished)))
    )


def _found(
    cache: Path, state: Path, environments: Path, unfinished: frozenset[str]
) -> Iterator[Leftover]:
    busy = "an unfinished run may use it" if unfinished else ""
    for folder in _folders(cache / "runs"):
        kept = "the run is not finished" if folder.name in unfinished else ""
        yield _leftover("workspaces", folder, kept)
    for kind, folder in (
        ("tools", cache / "tools"),
        ("working", cache / "working"),
        ("verdicts", state / "verdicts"),
    ):
        if folder.is_dir():
            yield _leftover(kind, folder, busy)
    for folder in _folders(environments):
        yield _leftover("environments", folder, "shared; making it again needs the network")


def _folders(parent: Path) -> list[Path]:
    return sorted(p for p in parent.iterdir() if p.is_dir()) if parent.is_dir() else []


def _leftover(kind: str, folder: Path, kept: str) -> Leftover:
    return Leftover.model_validate(
        {"kind": kind, "name": folder.name, "path": folder, "size": size(folder), "kept": kept}
    )


def size(folder: Path) -> int:
    """Bytes on the disk of everything below a folder; links are not followed, and what vanishes
    meanwhile counts nothing."""
    total, seen = 0, set()
    for parent, _, names in os.walk(folder, onerror=None):
        for name in names:
            try:
                stat = os.lstat(os.path.join(parent, name))  # noqa: PTH118 - the fast one
            except FileNotFoundError:
                continue
            if (stat.st_dev, stat.st_ino) not in seen:
                seen.add((stat.st_dev, stat.st_ino))
                total += stat.st_blocks * 512
    return total


async def remove(found: Collection[Leftover]) -> int:
    """Remove what is not kept; returns the bytes that were freed."""
    gone = [leftover for leftover in found if not leftover.kept]
    for leftover in gone:
        await asyncio.to_thread(shutil.rmtree, leftover.path, ignore_errors=True)
    return sum(leftover.size for leftover in gone if not leftover.path.exists())
