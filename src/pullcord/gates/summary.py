"""Gate 5: did the agent leave the summary that the documentation protocol asks for?"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from pullcord.briefs import summary as summaries
from pullcord.model.quality import Finding, Verdict
from pullcord.protocols import Case

NAME = re.compile(r"agent_\d{8}_\d{6}_[a-z0-9]+(?:-[a-z0-9]+)*_[a-z0-9]+(?:-[a-z0-9]+)*\.md")
_LARGEST = 64 * 1024


class Summary:
    """The reserved file exists, is complete and has no placeholder left (SPEC.md, Documentation
    Protocol)."""

    name = "summary"
    version = 2

    def applies(self, case: Case) -> str:
        return "" if case.summary_path else "no summary is due: no agent made this change"

    async def judge(self, case: Case) -> Verdict:
        problem = _problem(case)
        path = case.summary_path
        findings = (Finding(gate=self.name, rule="summary", message=problem, path=path),)
        return Verdict(
            gate=self.name,
            outcome="fail" if problem else "pass",
            detail=problem or f"{path} is complete",
            findings=findings if problem else (),
        )


def _problem(case: Case) -> str:
    path = case.tree / case.summary_path
    name = PurePosixPath(case.summary_path).name
    if not NAME.fullmatch(name):
        return f"the name {name} is not agent_YYYYMMDD_HHMMSS_agent_brief.md"
    if path.is_symlink() or not path.is_file():
        return "the summary is missing: write it to exactly this path"
    if path.stat().st_size > _LARGEST:
        return f"the summary is longer than {_LARGEST // 1024} KiB"
    try:
        said = summaries.parse(path.read_text(encoding="utf-8")).date
    except UnicodeDecodeError:
        return "the summary is not UTF-8 text"
    except ValueError as error:
        return str(error)
    if re.sub(r"\D", "", said) != "".join(name.split("_")[1:3]):
        return f"its date is {said}; the attempt began at the time in the file's name, in UTC"
    return ""
