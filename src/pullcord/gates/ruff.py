"""What the format and lint gates share: the arguments of a detected ruff command that may stay."""

from __future__ import annotations

from collections.abc import Sequence

_WITH_VALUE = {"--config", "--select", "--extend-select", "--line-length", "--target-version"}


def paths(argv: Sequence[str], verb: str) -> list[str]:
    """The paths and the harmless options of a ruff command. Everything that fixes, hides, exits
    with 0 or changes the output is left out."""
    words = list(argv)
    words = words[words.index(verb) + 1 :] if verb in words else []
    kept: list[str] = []
    skip = 0
    for index, word in enumerate(words):
        if skip:
            skip -= 1
        elif word in _WITH_VALUE:
            kept += words[index : index + 2]
            skip = 1
        elif word in ("--output-format", "--cache-dir", "--ignore", "--extend-ignore"):
            skip = 1
        elif not word.startswith("-") or word.partition("=")[0] in _WITH_VALUE:
            kept.append(word)
    return kept
