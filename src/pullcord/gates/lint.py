"""Gate 3b: does the linter find anything? `ruff check` with the base's rules."""

from __future__ import annotations

import json
from typing import Any

from pullcord.gates import tool
from pullcord.gates.ruff import paths
from pullcord.model.quality import Finding, Verdict
from pullcord.protocols import Case


class Lint:
    """Zero violations of the base's rule selection."""

    name = "lint"
    version = 1

    def applies(self, case: Case) -> str:
        return tool.off(case, self.name)

    async def judge(self, case: Case) -> Verdict:
        argv = tool.detected(case, self.name).argv or ("ruff", "check")
        command = [*tool.program(argv, case.environment), "check", "--no-cache", "--no-fix"]
        command += ["--output-format", "json", *paths(argv, "check")]
        done = await tool.run(case, self.name, command)
        tools = tool.versions(case.environment, "ruff")
        if reason := tool.broken(done, "ruff"):
            return tool.verdict(self.name, "error", reason, done, tools=tools)
        try:
            findings = [_finding(case, entry) for entry in json.loads(done.stdout)]
        except (ValueError, KeyError, TypeError) as error:
            detail = f"ruff's report cannot be read: {error}"
            return tool.verdict(self.name, "error", detail, done, tools=tools)
        if "No Python files found" in done.stderr:
            return tool.verdict(self.name, "error", "ruff found no file", done, tools=tools)
        if (done.exit == 0) == bool(findings) or done.exit not in (0, 1):
            detail = f"ruff ended with {done.exit} and reported {len(findings)} findings"
            return tool.verdict(self.name, "error", detail, done, tools=tools)
        counts = {"findings": len(findings)}
        return tool.verdict(
            self.name,
            "fail" if findings else "pass",
            f"{len(findings)} findings",
            done,
            findings=findings,
            tools=tools,
            counts=counts,
        )


def _finding(case: Case, entry: dict[str, Any]) -> Finding:
    return Finding(
        gate="lint",
        rule=entry.get("code") or "syntax",
        message=entry["message"],
        path=tool.repository_path(case, entry["filename"]),
        line=entry["location"]["row"],
    )
