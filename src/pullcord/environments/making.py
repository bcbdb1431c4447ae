"""Makes an environment in the cache: the one step that has a network."""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import os
import platform
import re
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from pullcord import process
from pullcord.environments import installed
from pullcord.environments.interpreters import Interpreter, uv
from pullcord.environments.wanted import Wanted
from pullcord.errors import Unavailable
from pullcord.process import Completed, Limits

_LIMITS = Limits(wall_s=1800.0, cpu_s=3600, memory_bytes=64 << 30, file_bytes=8 << 30)
_COMPLETE = ".complete"
_PASSED = re.compile(
    r"(UV|PIP|SSL|XDG)_.+|.*_proxy|.*_PROXY|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|NETRC|GIT_SSL_CAINFO"
)
_NOT_PASSED = re.compile(
    r"(UV|PIP)_(PROJECT.*|PYTHON|SYSTEM_PYTHON|NO_SYNC|TARGET|PREFIX|ROOT|USER|REQUIRE_VIRTUALENV)"
)


async def make(
    repository: Path, wanted: Wanted, tools: Sequence[str], python: Interpreter, cache: Path
) -> Path:
    """The environment for these requirements and this Python, from the cache or made now.

    It is made at its final place, because console scripts contain it; a mark that is written last
    says that it is whole. What has no mark is removed, so a crash leaves nothing to be believed.
    """
    folder = cache / _name(wanted, tools, python)
    mark = folder / _COMPLETE
    if mark.exists():
        return folder
    cache.mkdir(parents=True, exist_ok=True)
    async with _lock(folder.with_suffix(".lock")):
        if mark.exists():  # somebody else made it while we waited
            return folder
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
        await _make(repository, folder, wanted, tools, python)
        mark.touch()
    return folder


def _name(wanted: Wanted, tools: Sequence[str], python: Interpreter) -> str:
    what = (python.version, platform.system(), platform.machine(), *platform.libc_ver(),
            str(wanted.complete), *sorted(wanted.lines), *wanted.options, *tools)  # fmt: skip
    return hashlib.sha256("\n".join(what).encode()).hexdigest()[:16]


async def _make(
    repository: Path, folder: Path, wanted: Wanted, tools: Sequence[str], python: Interpreter
) -> None:
    program = uv()
    interpreter = str(folder / "bin" / "python")
    if program:
        create = [program, "venv", "--no-project", "--python", str(python.path), str(folder)]
        # Compiled now: gates see the environment read-only and could not keep it.
        install = [program, "pip", "install", "--compile-bytecode", "--python", interpreter]
    else:
        create = [str(python.path), "-m", "venv", str(folder)]
        install = [interpreter, "-m", "pip", "install", "--no-input"]
    await _step(create, repository, wanted)
    if wanted.lines:
        listed = folder / "requirements.txt"
        listed.write_text("\n".join((*wanted.options, *wanted.lines, "")))
        alone = ["--no-deps"] if wanted.complete else []
        await _step([*install, *alone, "-r", str(listed)], repository, wanted)
    held = installed.packages(folder)
    if lacking := [tool for tool in tools if tool not in held]:
        await _step([*install, *lacking], repository, wanted)
    if reasons := installed.missing((*wanted.lines, *tools), folder):
        raise Unavailable(f"the new environment is not as wanted: {'; '.join(reasons)}")


async def _step(argv: list[str], repository: Path, wanted: Wanted) -> None:
    # In the root folder: no settings of the repository reach the installer.
    done = await process.run(argv, cwd=Path("/"), env=_installer(), limits=_LIMITS)
    if done.exit != 0:
        raise Unavailable(
            f"the environment of {repository.name} could not be made "
            f"({wanted.source or 'no requirements'}): {_cause(done)}",
            "check the network and the index settings (UV_*, PIP_*), "
            "or make `.venv` in the repository yourself, and try again",
        )


def _installer() -> dict[str, str]:
    passed = {
        name: value
        for name, value in os.environ.items()
        if _PASSED.fullmatch(name) and not _NOT_PASSED.fullmatch(name)
    }
    return {**process.clean_environment(), **passed, "UV_PYTHON_DOWNLOADS": "never"}


def _cause(done: Completed) -> str:
    if done.exit is None:
        return f"no end after {done.duration_s:.0f} s"
    lines = [line.strip() for line in (done.stderr or done.stdout).splitlines() if line.strip()]
    return " ".join(lines[-6:])


@asynccontextmanager
async def _lock(path: Path) -> AsyncIterator[None]:
    """One maker at a time; the kernel frees the lock of a process that dies."""
    with path.open("w") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                await asyncio.sleep(0.2)
        yield
