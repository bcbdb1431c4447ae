"""The last steps on a workspace: the target's own formatter and its OpenAPI documents."""

from __future__ import annotations

from collections.abc import Sequence

from pullcord.errors import PullcordError
from pullcord.model.work import Workspace
from pullcord.process import Limits
from pullcord.protocols import Box, Sandbox

LIMITS = Limits(wall_s=120)
_DOCUMENTS = (("generate",), ("publish",))


class Unfinished(PullcordError):
    """A command of the target's own refused the work."""


async def finish(workspace: Workspace, sandbox: Sandbox, paths: Sequence[str]) -> None:
    """Format the Python of `paths` with the target's configuration, then generate and publish its
    OpenAPI document. Raises Unfinished with the command's own words."""
    await tidy(workspace, sandbox, paths)
    await publish(workspace, sandbox)


async def publish(workspace: Workspace, sandbox: Sandbox) -> None:
    """Generate and publish the target's OpenAPI document. Raises Unfinished."""
    for arguments in _DOCUMENTS:
        await _run(workspace, sandbox, ("python", "-m", "scripts.openapi", *arguments))


async def exported(workspace: Workspace, sandbox: Sandbox, seed: str = "") -> bytes:
    """The OpenAPI document of the code as it is, by the target's own script; no file changes.

    `seed` is that of Python's hashes, its own choice when empty. Raises Unfinished.
    """
    argv = ("python", "-m", "scripts.openapi", "export")
    return (await _run(workspace, sandbox, argv, seed)).encode()


async def tidy(workspace: Workspace, sandbox: Sandbox, paths: Sequence[str]) -> None:
    """The target's own ruff, on Python files only: what it can mend is mended, the rest is
    left for the gates to tell."""
    python = sorted(path for path in paths if path.endswith(".py"))
    if not python:
        return  # without paths, ruff would format the whole repository
    # Formatted first: the linter would join the pieces of a long text on one line.
    for arguments in (("format",), ("check", "--fix-only"), ("format",)):
        await _run(workspace, sandbox, ("ruff", *arguments, "--quiet", "--no-cache", *python))


async def _run(workspace: Workspace, sandbox: Sandbox, argv: Sequence[str], seed: str = "") -> str:
    box = Box(
        repo=workspace.path,
        writable=True,
        environment=workspace.environment,
        readonly=(".git",),
        env={"PYTHONHASHSEED": seed} if seed else {},
    )
    done = await sandbox.run(argv, box, LIMITS)
    if done.exit != 0:
        output = (done.stdout + done.stderr).strip()[-2000:]
        ended = "hit a limit" if done.exit is None else f"ended with {done.exit}"
        raise Unfinished(f"`{' '.join(argv[:4])}` {ended}:\n{output}", "run it in the workspace")
    return done.stdout
