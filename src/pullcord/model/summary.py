"""The documentation protocol's file (SPEC.md, Agent Documentation Requirements)."""

from __future__ import annotations

from pullcord.model.value import Value


class Decision(Value):
    decision: str
    rationale: str = ""


class Blocker(Value):
    blocker: str
    resolution: str = ""


class Summary(Value):
    """One agent's summary. `date` is UTC, `YYYY-MM-DD HH:MM:SS`. `quality` maps check to its line;
    it is written by the engine from receipts, never taken from the agent."""

    agent: str
    task: str
    date: str
    overview: str = ""
    decisions: tuple[Decision, ...] = ()
    assumptions: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    blockers: tuple[Blocker, ...] = ()
    handoff: tuple[str, ...] = ()
    quality: dict[str, str] = {}
