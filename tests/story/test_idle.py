"""An agent that hangs is ended; one that works in silence or talks without writing is not."""

from __future__ import annotations

import asyncio
from pathlib import Path

from pullcord import process
from pullcord.model.work import Brief, Workspace
from pullcord.process.group import processes
from story import FAST, Begin, write

IMPATIENT = {**FAST, "pullcord.toml": FAST["pullcord.toml"] + "[limits]\nidle_s = 1.5\n"}


def asleep() -> set[int]:
    return {
        pid for pid, p in processes().items() if p.living and _command(pid) == b"sleep\x0086399\x00"
    }


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


async def test_a_hung_agent_is_ended_with_its_processes_and_has_used_a_round(begin: Begin) -> None:
    async def hangs(brief: Brief, workspace: Workspace) -> None:
        write(workspace.path, "docs/half.md", "Half done.")
        await process.run(["sh", "-c", "sleep 86399 & sleep 86399"])

    async def lives(brief: Brief, workspace: Workspace) -> None:
        for number in range(4):
            await asyncio.sleep(0.6)
            write(workspace.path, "docs/half.md", f"{number}\n")
        await process.run(["sh", "-c", "for i in 1 2 3 4; do sleep 0.6; echo alive; done"])

    story = await begin({"design": [hangs, lives]}, IMPATIENT)

    status = await story.run("design")

    facts = await story.facts(status.run)
    report = facts["design/1/worked"].body["report"]
    assert (report["limit"], report["exit"]) == ("idle", None)
    first = facts["design/1/closed"].body["findings"][0]
    assert (first["gate"], first["rule"]) == ("limit", "idle")
    assert not asleep()
    assert "printed nothing and changed no file for 1.5 s" in story.brief("design", 2).text
    assert "design/2/handoff" in facts
    assert story.paid() == ["design/1", "design/2"]
