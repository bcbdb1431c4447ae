"""What a Python environment needs to be seen besides itself."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pullcord.errors import Unavailable

_SHOWN_ANYWAY = ("/usr", "/nix/store")


@dataclass(frozen=True)
class Needs:
    """`folders` must be readable at their own places, `links` be there with their targets."""

    folders: tuple[Path, ...]
    links: tuple[tuple[Path, Path], ...]
    """Path of the link, and what it points to."""


def needs(environment: Path) -> Needs:
    """The environment's own place, because console scripts name their interpreter by its full path;
    the installation at the end of the links from `bin/python`, which pyenv and uv keep in the home
    folder; and the links between the two, but not the folders in which they lie.

    Raises Unavailable when that would show the home folder itself.
    """
    own = environment.absolute()
    link = own / "bin" / "python"
    if not link.exists():
        raise Unavailable(f"{environment} holds no bin/python", "remove it; it is made anew")
    passed = []
    while link.is_symlink():
        passed.append((link, link.readlink()))
        link = link.parent / link.readlink()
    installation = link.resolve().parent.parent
    folders = [own, own.resolve(), _plain(link).parent.parent, installation]
    folders = [folder for folder in dict.fromkeys(folders) if not _below(folder, _SHOWN_ANYWAY)]
    for folder in folders:
        _refuse_home(environment, folder)
    shown: tuple[str | Path, ...] = (*_SHOWN_ANYWAY, *folders)
    links = [(_plain(path), target) for path, target in passed if not _below(_plain(path), shown)]
    return Needs(tuple(folders), tuple(links))


def _plain(path: Path) -> Path:
    """Without `..`, where these stand for what they say."""
    return path.parent.resolve() / path.name if ".." in path.parts else path


def _below(path: Path, folders: tuple[str | Path, ...]) -> bool:
    return any(path.is_relative_to(folder) for folder in folders)


def _refuse_home(environment: Path, folder: Path) -> None:
    home = Path.home().resolve()
    if home.is_relative_to(folder.resolve()) or folder.resolve() == home / ".local":
        raise Unavailable(
            f"the Python of {environment} is installed in {folder}, among your own files: "
            "a sandbox cannot show the one without the other",
            "use a Python that has a folder of its own",
        )
