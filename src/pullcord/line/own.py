"""Patterns by name: pullcord's, and those that a repository brings along."""

from __future__ import annotations

import re

from pullcord.errors import UsageError
from pullcord.patterns import PATTERNS, Pattern
from pullcord.patterns.own import NAME, own_pattern
from pullcord.workspace.git import Git

FOLDER = ".pullcord/patterns"
"""Where a repository's own patterns stand; no agent may write there."""
_FILE = re.compile(rf"{re.escape(FOLDER)}/({NAME.pattern})\.py")


def path_of(name: str) -> str:
    """Where the pattern of this name stands in a repository; '' for one of pullcord's."""
    return "" if name in PATTERNS else f"{FOLDER}/{name}.py"


async def pattern_named(git: Git, commit: str, name: str) -> Pattern:
    """The pattern of this name, a repository's own as it stands in a commit: neither the checkout
    nor an agent's tree has a say. UsageError when there is none or it breaks the rules."""
    if name in PATTERNS:
        if await git.read(commit, same := f"{FOLDER}/{name}.py") is not None:
            raise UsageError(
                f"{same} has the name of one of pullcord's own patterns; it would never be used.",
                f"Give it another name: git mv {same} {FOLDER}/my-{name}.py",
            )
        return PATTERNS[name]
    source = await git.read(commit, path_of(name)) if NAME.fullmatch(name) else None
    if source is None:
        raise UsageError(
            f"There is no pattern {name!r}.", f"Known: {', '.join(await known(git, commit))}. "
            f"Your own stand in {FOLDER}/NAME.py, in lower case, and must be committed."
        )  # fmt: skip
    return own_pattern(name, source, path_of(name))


async def known(git: Git, commit: str) -> list[str]:
    """The names of all patterns in a commit, pullcord's first."""
    _, listing, _ = await git.attempt("ls-tree", "-z", "--name-only", commit, "--", f"{FOLDER}/")
    found = (_FILE.fullmatch(path) for path in listing.split("\0"))
    return [*PATTERNS, *(match[1] for match in found if match and match[1] not in PATTERNS)]
