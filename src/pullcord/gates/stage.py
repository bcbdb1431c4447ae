"""The tree as tools see it: the judged files with the base's configuration."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from pullcord.gates.configuration import CONFIG_FILES, judged_pyproject
from pullcord.protocols import Case

_SKIP = {".git", ".venv", "node_modules", "__pycache__"}


def staged(case: Case) -> Path:
    """The folder to show as /repo. It is the judged tree itself where the configuration is the
    base's already; else a copy of it in scratch, made once, in which it is."""
    foreign = [p for p in _config_files(case.tree, case.trusted) if _differs(case, p)]
    if not foreign:
        return case.tree
    target = case.scratch / "stage"
    if not target.exists():
        unfinished = case.scratch / "stage.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.copytree(case.tree, unfinished, symlinks=True, ignore=shutil.ignore_patterns(".git"))
        for path in foreign:
            _restore(case, unfinished, path)
        unfinished.rename(target)
    return target


def foreign_configuration(case: Case) -> list[str]:
    """The configuration files in which the tree differs from the base, for the reports."""
    return [p for p in _config_files(case.tree, case.trusted) if _differs(case, p)]


def _config_files(*trees: Path) -> list[str]:
    return sorted({path for tree in trees for path in _walk(tree)})


def _walk(tree: Path) -> Iterator[str]:
    for folder, names, files in os.walk(tree):
        names[:] = [n for n in names if n not in _SKIP]
        for name in files:
            if name in CONFIG_FILES:
                yield Path(folder, name).relative_to(tree).as_posix()


def _differs(case: Case, path: str) -> bool:
    return _bytes(case.tree / path) != _bytes(case.trusted / path)


def _bytes(path: Path) -> bytes | None:
    if path.is_symlink():
        return b"symlink\0" + bytes(path.readlink())
    return path.read_bytes() if path.is_file() else None


def _restore(case: Case, stage: Path, path: str) -> None:
    """Give the stage the base's version of one configuration file."""
    target, trusted = stage / path, case.trusted / path
    target.unlink(missing_ok=True)
    if path == "pyproject.toml" and (case.tree / path).is_file() and trusted.is_file():
        target.write_text(judged_pyproject(trusted, case.tree / path), encoding="utf-8")
    elif trusted.is_file() and target.parent.is_dir():
        shutil.copy2(trusted, target, follow_symlinks=False)
