"""Running a tool of the target's environment over the judged tree, and saying how it went."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from pullcord.config.commands import tool_of
from pullcord.gates.slots import slot
from pullcord.gates.stage import staged
from pullcord.model.project import Detected
from pullcord.model.quality import Finding, Outcome, Verdict
from pullcord.model.work import Environment
from pullcord.process import Completed, Limits
from pullcord.protocols import Box, Case

PYTHON = "/env/bin/python"
_LOG = 4000
_SETTINGS = {"PYTHONDONTWRITEBYTECODE": "1", "NO_COLOR": "1", "UV_PYTHON_DOWNLOADS": "never",
             "UV_NO_SYNC": "1"}  # fmt: skip


def detected(case: Case, gate: str) -> Detected:
    """How this gate runs here."""
    return case.project.commands.get(gate, Detected())


def off(case: Case, gate: str) -> str:
    """Why the base says that the gate does not apply, '' when it does."""
    return detected(case, gate).off


def arguments(argv: Sequence[str], tool: str) -> list[str]:
    """What a detected command gives to its tool: `-x tests` of `python -m pytest -x tests`."""
    words = list(argv)
    return words[words.index(tool) + 1 :] if tool in words else words[1:]


def program(argv: Sequence[str], environment: Environment) -> list[str]:
    """How the command's tool starts inside the sandbox.

    `python -m tool` puts the work tree on the import path and the tool's own script does not; both
    are kept as they are. Scripts are started as modules since their first line names a path that
    does not exist in the sandbox.
    """
    tool = tool_of(tuple(argv))
    if tool == "ruff" and (environment.path / "bin" / "ruff").exists():
        return ["/env/bin/ruff"]
    as_module = "-m" in argv[:4] and argv[0] != tool
    return [PYTHON, *(() if as_module else ("-P",)), "-m", tool]


async def run(
    case: Case,
    gate: str,
    argv: Sequence[str],
    *,
    reports: Path | None = None,
    cache: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> Completed:
    """Run a command over the staged tree: read-only, without a network."""
    repo = staged(case)
    settings = dict(_SETTINGS)
    if (repo / "src").is_dir():
        settings["PYTHONPATH"] = "/repo/src"
    box = Box(
        repo=repo,
        environment=case.environment,
        reports=reports,
        cache=cache,
        env=settings | case.project.env | dict(env or {}),
    )
    wall = detected(case, gate).timeout_s or case.project.timeout_s
    limits = Limits(wall_s=wall, cpu_s=max(60, int(wall * 2)))
    async with slot():
        return await case.sandbox.run(argv, box, limits)


def broken(done: Completed, tool: str) -> str:
    """Why a run says nothing about the code, in one line; '' when it ended by itself."""
    if done.timed_out:
        return f"{tool} did not end within {done.duration_s:.0f} s"
    if done.exit is None:
        return f"{tool} was stopped by a limit"
    if done.exit < 0 or done.exit > 128:
        return f"{tool} was killed by signal {-done.exit if done.exit < 0 else done.exit - 128}"
    if re.search(rf"No module named '?{re.escape(tool)}'?(\s|$)", done.stderr):
        return f"{tool} is not installed in the environment"
    if done.exit == 127 or re.search(r"(execvp|exec) .*No such file", done.stderr):
        return f"{tool} could not be started: {_last_line(done.stderr)}"
    if done.truncated:
        return f"{tool} wrote more output than can be read"
    return ""


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1].strip()[:300] if lines else ""


def verdict(
    gate: str,
    outcome: Outcome,
    detail: str,
    done: Completed | None = None,
    *,
    findings: Sequence[Finding] = (),
    tools: Mapping[str, str] | None = None,
    counts: Mapping[str, float] | None = None,
) -> Verdict:
    """A verdict with the command, duration and the end of the output of the run behind it."""
    return Verdict(
        gate=gate,
        outcome=outcome,
        detail=detail,
        findings=tuple(findings),
        command=shlex.join(done.argv) if done else "",
        tools=dict(tools or {}),
        counts=dict(counts or {}),
        duration_s=round(done.duration_s, 3) if done else 0.0,
        log=f"{done.stdout}\n{done.stderr}".strip()[-_LOG:] if done else "",
    )


def versions(environment: Environment, *names: str) -> dict[str, str]:
    """The installed versions of packages, read from the environment's metadata without running."""
    found = {}
    for site in sorted(environment.path.glob("lib/python*/site-packages")):
        for entry in site.glob("*.dist-info"):
            name, _, version = entry.name.removesuffix(".dist-info").partition("-")
            if name.lower().replace("_", "-") in names:
                found[name.lower().replace("_", "-")] = version
    return found


def repository_path(case: Case, path: str) -> str:
    """A path that a tool printed, relative to the repository. Without a sandbox there is no /repo,
    and tools print where the tree really lies."""
    for prefix in ("/repo/", f"{staged(case)}/", "./"):
        path = path.removeprefix(prefix)
    return path
