"""Gate 3c: do the types hold? mypy with the base's configuration."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from pullcord.gates import tool
from pullcord.gates.configuration import CONFIG_FILES
from pullcord.gates.types_cache import lease
from pullcord.model.quality import Finding, Verdict
from pullcord.process import Completed
from pullcord.protocols import Case

_DROPPED = re.compile(
    r"--(no-)?(install-types|non-interactive|pretty|error-summary|color-output|show-absolute-path"
    r"|sqlite-cache|incremental)$|--(cache-dir|output|config-file|junit-xml)(=|$)|-O$"
)
_FORM = ("--error-summary", "--no-color-output", "--no-pretty", "--hide-error-context",
         "--show-error-codes", "--hide-absolute-path")  # fmt: skip
_ERROR = re.compile(
    r"^(?P<path>[^:\n]+):(?P<line>\d+)(?::\d+)*: error: "
    r"(?P<message>.*?)(?:  \[(?P<code>[\w-]+)\])?$",
    re.M,
)
_FILES = re.compile(r"\(checked (\d+) source files?\)|no issues found in (\d+) source files?")
_TAKES_VALUE = {"--cache-dir", "--output", "--config-file", "--junit-xml", "-O"}


class Types:
    """Zero errors, and at least one file was checked."""

    name = "types"
    version = 1

    def applies(self, case: Case) -> str:
        return tool.off(case, self.name)

    async def judge(self, case: Case) -> Verdict:
        argv = tool.detected(case, self.name).argv or ("mypy", ".")
        command = tool.program(argv, case.environment)
        command += list(_FORM)
        command += ["--cache-dir=/cache", *_kept(tool.arguments(argv, "mypy"))]
        with lease(case) as cache:
            done = await tool.run(case, self.name, command, cache=cache)
        return _verdict(case, done)


def _kept(words: list[str]) -> list[str]:
    kept = []
    for before, word in zip(["", *words], words, strict=False):
        if not _DROPPED.match(word) and before not in _TAKES_VALUE:
            kept.append(word)
    return kept


def _verdict(case: Case, done: Completed) -> Verdict:
    tools = tool.versions(case.environment, "mypy")
    if reason := tool.broken(done, "mypy"):
        return tool.verdict("types", "error", reason, done, tools=tools)
    findings = [_finding(case, m) for m in _ERROR.finditer(done.stdout)]
    files = max((int(n) for pair in _FILES.findall(done.stdout) for n in pair if n), default=0)
    counts = {"errors": len(findings), "files": files}
    if done.exit == 0 and not findings and files:
        detail = f"no errors in {files} files"
        return tool.verdict("types", "pass", detail, done, tools=tools, counts=counts)
    own = [f for f in findings if PurePosixPath(f.path).name not in CONFIG_FILES]
    if (done.exit == 1 and files and own) or (done.exit == 2 and own == findings != []):
        detail = f"{len(findings)} errors" + (f", {files} files checked" if files else "")
        return tool.verdict(
            "types", "fail", detail, done, findings=findings, tools=tools, counts=counts
        )
    detail = f"mypy ended with {done.exit}, {len(findings)} errors, {files} files checked"
    return tool.verdict("types", "error", detail, done, tools=tools, counts=counts)


def _finding(case: Case, match: re.Match[str]) -> Finding:
    return Finding(
        gate="types",
        rule=match["code"] or "error",
        message=match["message"],
        path=tool.repository_path(case, match["path"]),
        line=int(match["line"]),
    )
