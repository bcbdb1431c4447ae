"""Folders that an agent could do anything to: made harmless, or removed."""

from __future__ import annotations

import os
import re
import shutil
import stat
from pathlib import Path

_NEVER_A_FILE = re.compile(r"(\.git|git~1)[ .]*(:.*)?", re.IGNORECASE | re.DOTALL)
"""Names that git takes for a repository, on one system or another, and refuses to commit."""


def flatten(workspace: Path) -> None:
    """Make everything below a workspace, except its own `.git`, something that git can commit.

    A repository inside it becomes a plain folder: git would record a reference and hide the files.
    What its owner may not read becomes readable.
    """
    for folder, folders, files in os.walk(workspace):
        here = Path(folder)
        for name in [*folders, *files]:
            path = here / name
            if _unfit(path):
                if here != workspace or name != ".git":
                    remove(path)
                if name in folders:
                    folders.remove(name)
            elif not path.is_symlink():
                _open(path)


def _unfit(path: Path) -> bool:
    if _NEVER_A_FILE.fullmatch(path.name):
        return True
    return path.name.lower() == ".gitmodules" and path.is_symlink()


def remove(path: Path) -> None:
    """Remove a file, a link or a whole folder; nothing when there is none."""
    if path.is_symlink() or not path.is_dir():
        path.unlink(missing_ok=True)
        return
    try:
        shutil.rmtree(path)
    except PermissionError:
        _open(path)
        for folder, folders, _ in os.walk(path):
            for name in folders:
                _open(Path(folder, name))
        shutil.rmtree(path)


def _open(path: Path) -> None:
    """Give the owner the right to read, and to enter and change a folder."""
    mode = path.stat(follow_symlinks=False).st_mode
    wanted = 0o700 if stat.S_ISDIR(mode) else 0o400
    if mode & wanted != wanted and not stat.S_ISLNK(mode):
        path.chmod(stat.S_IMODE(mode) | wanted)
