"""Gate 3a: is the code formatted? `ruff format --check`, which writes nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pullcord.gates import tool
from pullcord.gates.ruff import paths
from pullcord.model.quality import Finding, Verdict
from pullcord.protocols import Case

_DIRTY = re.compile(r"^(?:Would reformat: (.+)|unformatted: .*\n\s*--> (.+?):(\d+):\d+)$", re.M)
"""A file that is not formatted, in the words of old and new versions of ruff."""
_UNREADABLE = re.compile(r"^(?:error: )?invalid-syntax: (.+)\n\s*--> (.+?):(\d+):\d+$", re.M)
_TOTALS = re.compile(r"(\d+) files? (?:would be reformatted|already formatted)")


class Format:
    """Every file is as the base's formatter settings want it."""

    name = "format"
    version = 1

    def applies(self, case: Case) -> str:
        return tool.off(case, self.name)

    async def judge(self, case: Case) -> Verdict:
        argv = tool.detected(case, self.name).argv or ("ruff", "format")
        command = [*tool.program(argv, case.environment), "format", "--check", "--no-cache"]
        done = await tool.run(case, self.name, [*command, *paths(argv, "format")])
        tools = tool.versions(case.environment, "ruff")
        if reason := tool.broken(done, "ruff"):
            return tool.verdict(self.name, "error", reason, done, tools=tools)
        text = f"{done.stdout}\n{done.stderr}"
        findings = [*_dirty(case, text), *_unreadable(case, text)]
        counts = {"files": sum(int(n) for n in _TOTALS.findall(text)), "findings": len(findings)}
        if done.exit == 0 and not findings and counts["files"]:
            detail = f"{counts['files']} files formatted"
            return tool.verdict(self.name, "pass", detail, done, tools=tools, counts=counts)
        if done.exit in (1, 2) and findings:
            detail = f"{len(findings)} files are not formatted"
            return tool.verdict(
                self.name, "fail", detail, done, findings=findings, tools=tools, counts=counts
            )
        detail = "ruff found no file" if done.exit == 0 else f"ruff ended with {done.exit}"
        return tool.verdict(self.name, "error", detail, done, tools=tools)


def _dirty(case: Case, text: str) -> Iterator[Finding]:
    for old, new, line in _DIRTY.findall(text):
        path = tool.repository_path(case, old or new)
        message = "is not formatted: run the formatter"
        yield Finding(gate="format", rule="format", message=message, path=path, line=int(line or 0))


def _unreadable(case: Case, text: str) -> Iterator[Finding]:
    for what, path, line in _UNREADABLE.findall(text):
        place = tool.repository_path(case, path)
        yield Finding(gate="format", rule="syntax", message=what, path=place, line=int(line))
