"""No sandbox: only because the user said `--unsafe-no-sandbox`."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pullcord import process
from pullcord.process import Completed, Limits
from pullcord.protocols import Box
from pullcord.sandbox.bubblewrap import ENVIRONMENT


@dataclass(frozen=True)
class Unsafe:
    """Runs commands on the bare machine, as the user, with the network.

    What stays: the clean environment, the limits, the death of the process group, a HOME and TMPDIR
    of its own. What is lost: everything else, `Box.writable` and `Box.readonly` included. There is
    no /repo, /env, /reports or /cache either: where argv and environment name them, the folders'
    real paths are put in. A process that leaves its session can outlive the command.
    """

    name = "none"

    async def run(self, argv: Sequence[str], box: Box, limits: Limits) -> Completed:
        """Run argv in box.repo."""
        with tempfile.TemporaryDirectory(
            prefix="pullcord-", ignore_cleanup_errors=True
        ) as temporary:
            home = Path(temporary, "home")
            home.mkdir()
            places = _places(box)
            own = {"HOME": str(home), "TMPDIR": temporary, "XDG_RUNTIME_DIR": temporary}
            env = {**ENVIRONMENT, **own, **box.env}
            done = await process.run(
                # Through a shell, so that exit codes are those of the sandbox.
                ["/bin/sh", "-c", '"$@"; exit $?', "sh", *(_real(word, places) for word in argv)],
                cwd=box.repo,
                env={name: _real(value, places) for name, value in env.items()},
                limits=limits,
            )
            return replace(done, argv=tuple(argv))


def _places(box: Box) -> dict[str, Path]:
    environment = box.environment.path if box.environment else None
    known = {"repo": box.repo, "env": environment, "reports": box.reports, "cache": box.cache}
    return {name: path.absolute() for name, path in known.items() if path}


def _real(text: str, places: Mapping[str, Path]) -> str:
    """`text` with the real paths: `json:/reports/c.json` → `json:/home/x/run/c.json`."""

    def real(match: re.Match[str]) -> str:
        place = places.get(match[1])
        return str(place) if place else match[0]

    return re.sub(r"(?<![\w./-])/(repo|env|reports|cache)(?![\w.-])", real, text)
