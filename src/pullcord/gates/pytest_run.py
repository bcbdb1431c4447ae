"""The pytest command that the tests gate runs: the base's own, with our reports."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pullcord.config.pytest import addopts, options
from pullcord.gates import tool
from pullcord.protocols import Case

_ALONE = {
    "-x", "--exitfirst", "--lf", "--last-failed", "--ff", "--failed-first", "--nf", "--sw",
    "--stepwise", "--no-cov", "--collect-only", "--co", "--pdb", "--cache-clear", "--version",
    "--sw-skip", "-s", "--no-summary",
}  # fmt: skip
"""Options that stop early, hide results, or wait for a person."""
_VALUED = {
    "--maxfail", "--junitxml", "--junit-xml", "--cov-report", "--cov-fail-under", "--cov-config",
    "--html", "--report-log", "--basetemp", "--rootdir", "--result-log", "--json-report-file",
    "--alluredir", "--log-file", "--durations",
}  # fmt: skip
"""Options that write into the tree, or that we set ourselves."""


def kept(words: Sequence[str]) -> list[str]:
    """The options of the base's command that do not get in the way of a judgement."""
    found: list[str] = []
    skip = False
    for word in words:
        name, equals, _ = word.partition("=")
        if skip:
            skip = False
        elif name in _VALUED:
            skip = not equals
        elif word not in _ALONE:
            found.append(word)
    return found


def command(case: Case) -> tuple[list[str], bool]:
    """The whole command, and whether the sum of coverage must leave out the tests."""
    argv = tool.detected(case, "tests").argv or ("python", "-m", "pytest")
    own = kept(tool.arguments(argv, "pytest"))
    defaults = kept(addopts(case.trusted))
    words = [*tool.program(argv, case.environment), "-o", "addopts=", *defaults, *own]
    configured = any(w == "--cov" or w.startswith("--cov=") for w in (*defaults, *own))
    measured = [] if configured else [_source(case)]
    words += [
        *measured,
        "--cov-report=",
        "--cov-report=json:/reports/coverage.json",
        "--cov-fail-under=0",
        "--junitxml=/reports/junit.xml",
        "-o", "junit_family=xunit1",
        "-o", "junit_logging=no",
        *_without_cache(case),
        "--rootdir=/repo",
        "--tb=short",
        "--color=no",
    ]  # fmt: skip
    return words, measured == ["--cov=."]


def _without_cache(case: Case) -> tuple[str, str]:
    """pytest's cache is not wanted. Where the base configures it, its plugin must stay loaded, or
    pytest would not know the option."""
    known = "cache_dir" in options(case.trusted)
    return ("-o", "cache_dir=/tmp/pytest-cache") if known else ("-p", "no:cacheprovider")


def _source(case: Case) -> str:
    """What to measure when the base does not say: its own setting, the application, everything."""
    if _configured_source(case.trusted):
        return "--cov"
    package = case.project.app.partition(":")[0].partition(".")[0]
    for folder in (package, f"src/{package}"):
        if package and (case.trusted / folder).is_dir():
            return f"--cov={folder}"
    return "--cov=."


def _configured_source(tree: Path) -> bool:
    for name in ("pyproject.toml", ".coveragerc", "setup.cfg", "tox.ini"):
        path = tree / name
        if path.is_file():
            text = path.read_text(encoding="utf-8", errors="replace")
            section = text.partition("[tool.coverage.run]" if name == "pyproject.toml" else "run]")
            if "source" in section[2].partition("\n[")[0]:
                return True
    return False
