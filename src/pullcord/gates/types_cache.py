"""The type checker's cache between judgements: one user at a time, and never stale.

mypy takes a file as unchanged when its size and its time in whole seconds are; two trees exported
within a second may agree in both and differ in content. So the cache remembers what it saw, and is
dropped when such a pair turns up.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pullcord.gates.stage import staged
from pullcord.protocols import Case

_SEEN = "pullcord-seen.json"
_SKIP = {".git", ".venv", "node_modules", "__pycache__"}


@contextmanager
def lease(case: Case) -> Iterator[Path]:
    """A cache folder of our own. The shared one is taken by renaming it; who finds it taken starts
    with an empty one, and the last to give back wins. A killed judgement only loses the cache."""
    shared = case.cache / f"mypy-{case.environment.key[:16] or 'none'}"
    case.cache.mkdir(parents=True, exist_ok=True)
    own = Path(tempfile.mkdtemp(prefix="mypy-", dir=case.cache))
    cache = own / "cache"
    try:
        seen = _state(staged(case))
        _take(shared, cache, seen)
        yield cache
        (cache / _SEEN).write_text(json.dumps(seen), encoding="utf-8")
        with suppress(OSError):  # another judgement was faster: one of the two caches is enough
            shutil.rmtree(shared, ignore_errors=True)
            cache.rename(shared)
    finally:
        shutil.rmtree(own, ignore_errors=True)


def _take(shared: Path, cache: Path, seen: dict[str, list[str | int]]) -> None:
    with suppress(OSError):  # absent, or another judgement has it
        shared.rename(cache)
    if cache.exists() and _ambiguous(_load(cache), seen):
        shutil.rmtree(cache)
    cache.mkdir(exist_ok=True)


def _state(tree: Path) -> dict[str, list[str | int]]:
    """Path → whole seconds, size and digest of every Python file."""
    state: dict[str, list[str | int]] = {}
    for folder, names, files in os.walk(tree):
        names[:] = [n for n in names if n not in _SKIP]
        for name in files:
            if name.endswith((".py", ".pyi")):
                path = Path(folder, name)
                found = path.lstat()
                digest = hashlib.sha1(path.read_bytes(), usedforsecurity=False).hexdigest()
                key = path.relative_to(tree).as_posix()
                state[key] = [int(found.st_mtime), found.st_size, digest]
    return state


def _load(cache: Path) -> dict[str, list[str | int]]:
    try:
        state: dict[str, list[str | int]] = json.loads((cache / _SEEN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return state


def _ambiguous(old: dict[str, list[str | int]], new: dict[str, list[str | int]]) -> bool:
    return any(
        (was := old.get(path)) is not None and was[:2] == now[:2] and was[2] != now[2]
        for path, now in new.items()
    )
