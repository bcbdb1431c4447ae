"""Requirement files, as pip reads them."""

from __future__ import annotations

import re
from pathlib import Path

from packaging.utils import canonicalize_name

from pullcord.errors import ConfigError

_KEPT = ("-i", "--index-url", "--extra-index-url", "-f", "--find-links", "--no-index", "--pre",
         "--prefer-binary", "--only-binary", "--no-binary", "--trusted-host")  # fmt: skip
_LOCAL = re.compile(r"(-e|--editable)[ =]+(?!\w+\+)|\.{1,2}(/|\[|$)|file:")


def read(repository: Path, path: str, above: tuple[str, ...] = ()) -> list[str]:
    """The lines of a requirement file with its includes put in their place. Options of the index
    are kept, the repository's own projects (`-e .`) left out."""
    file = repository / path
    if path in above:
        raise ConfigError(f"{path} includes itself")
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}") from error
    if "\0" in text:
        raise ConfigError(f"{path} is not a text file")
    lines = []
    for line in _logical(text):
        if include := re.match(r"(-r|--requirement)[ =]*(.+)", line):
            inner = (file.parent / include[2]).resolve()
            if not inner.is_relative_to(repository.resolve()):
                raise ConfigError(f"{path} includes {include[2]}, outside of the repository")
            inside = inner.relative_to(repository.resolve()).as_posix()
            lines += read(repository, inside, (*above, path))
            continue
        if re.match(r"-c|--constraint", line):
            raise ConfigError(
                f"{path}: constraints (`{line}`) are not understood",
                "lock the versions, for example with `uv lock` or `uv pip compile`",
            )
        if _LOCAL.match(line):
            continue
        line = re.sub(r"^(-e|--editable)[ =]+", "", line)
        if not line.startswith("-") or re.split(r"[ =]", line)[0] in _KEPT:
            lines.append(line)
    return lines


def _logical(text: str) -> list[str]:
    joined = re.sub(r"\\\r?\n", " ", text)
    without = (re.sub(r"(^|\s)#.*", "", line).strip() for line in joined.splitlines())
    return [re.sub(r"\s+", " ", line) for line in without if line]


def bare(line: str) -> str:
    """The requirement without the hashes behind it."""
    return re.sub(r"\s--hash[ =]\S+", "", line).strip()


def name(line: str) -> str:
    """The package that a line names, in its canonical spelling; '' when it names none."""
    found = re.match(r"[A-Za-z0-9][\w.-]*", line)
    return canonicalize_name(found[0]) if found else ""
