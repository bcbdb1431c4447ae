"""Which folders a Python environment needs besides itself."""

from __future__ import annotations

import os
from pathlib import Path

from pullcord.errors import Unavailable

_SHOWN_ANYWAY = ("/usr", "/nix/store")


def places(environment: Path) -> list[Path]:
    """Folders that must be readable at their own place for `bin/python` to run: the environment
    (console scripts name their interpreter by its full path) and each installation that the chain
    of links from `bin/python` passes through. pyenv and uv keep those in the home folder.

    Raises Unavailable when that would show the whole home folder.
    """
    own = environment.absolute()
    found = [own, own.resolve()]
    link = own / "bin" / "python"
    if not link.exists():
        raise Unavailable(f"{environment} holds no bin/python", "remove it; it is made anew")
    while link.is_symlink():
        link = Path(os.path.normpath(link.parent / link.readlink()))
        found.append(link.parent.parent)
    found.append(Path(os.path.realpath(link)).parent.parent)
    kept = [place for place in dict.fromkeys(found) if not _shown(place)]
    for place in kept:
        if Path.home().is_relative_to(place.resolve()):
            raise Unavailable(
                f"the Python of {environment} is installed in {place}, which holds your home "
                "folder: a sandbox cannot show the one without the other",
                "use a Python that has a folder of its own",
            )
    return kept


def _shown(place: Path) -> bool:
    return any(place.is_relative_to(shown) for shown in _SHOWN_ANYWAY)
