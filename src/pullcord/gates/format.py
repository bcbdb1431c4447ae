"""Gate 3a: is the code formatted? `ruff format --check`, which writes nothing."""

from __future__ import annotations

import re

from pullcord.gates import tool
from pullcord.gates.ruff import paths
from pullcord.model.quality import Finding, Verdict
from pullcord.protocols import Case

_UNREADABLE = re.compile(r"invalid-syntax: (.+)\n\s*--> (.+?):(\d+):")


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
        dirty = re.findall(r"^Would reformat: (.+)$", done.stdout, re.M)
        counted = re.search(r"(\d+) files? already formatted", done.stdout)
        total = len(dirty) + (int(counted[1]) if counted else 0)
        findings = [
            Finding(
                gate=self.name,
                rule="format",
                message="is not formatted: run the formatter",
                path=tool.repository_path(case, path),
            )
            for path in dirty
        ]
        counts = {"files": total}
        if done.exit == 0 and not dirty and total:
            detail = f"{total} files formatted"
            return tool.verdict(self.name, "pass", detail, done, tools=tools, counts=counts)
        if done.exit == 1 and dirty:
            detail = f"{len(dirty)} of {total} files are not formatted"
            return tool.verdict(
                self.name, "fail", detail, done, findings=findings, tools=tools, counts=counts
            )
        if broken := _UNREADABLE.findall(done.stdout + done.stderr):
            findings = [
                Finding(
                    gate=self.name,
                    rule="syntax",
                    message=what,
                    path=tool.repository_path(case, path),
                    line=int(line),
                )
                for what, path, line in broken
            ]
            detail = f"{len(broken)} files cannot be parsed"
            return tool.verdict(self.name, "fail", detail, done, findings=findings, tools=tools)
        detail = "ruff found no file" if done.exit == 0 else f"ruff ended with {done.exit}"
        return tool.verdict(self.name, "error", detail, done, tools=tools)
