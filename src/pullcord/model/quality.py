"""What gates say, and what is promised to them beforehand."""

from __future__ import annotations

import hashlib
from typing import Literal

from pullcord.model.value import Value

Outcome = Literal["pass", "fail", "error", "not-run", "waived"]
Alarm = Literal["", "security", "data"]
"""The kind of escalation that a finding is, instead of something for the agent to mend."""


class Finding(Value):
    """One thing that is wrong, with its place. `path` is relative to the repository, `line` from 1;
    empty and 0 when there is no place. `alarm` stops the line (SPEC.md, Critical Blockers)."""

    gate: str
    rule: str
    message: str
    path: str = ""
    line: int = 0
    alarm: Alarm = ""

    @property
    def id(self) -> str:
        """A fingerprint that is the same for the same finding in every run. That of an alarm stays
        when its line moves: its message tells what was found."""
        line = "" if self.alarm else str(self.line)
        text = "\0".join((self.gate, self.rule, self.path, line, self.message))
        return hashlib.sha256(text.encode()).hexdigest()[:12]


class Verdict(Value):
    """What one gate says of one tree. Only `pass`, or `waived` by a named person, opens a handoff.

    `detail` is one line for people (`212 passed, 87.4 % covered`), `counts` the same for machines,
    `tools` maps tool to version, `duration_s` is in seconds, `log` the end of the tool's output.
    """

    gate: str
    outcome: Outcome
    detail: str = ""
    findings: tuple[Finding, ...] = ()
    command: str = ""
    tools: dict[str, str] = {}
    counts: dict[str, float] = {}
    duration_s: float = 0.0
    cached: bool = False
    log: str = ""
    tests: tuple[str, ...] = ()
    """Ids of the tests that passed, from the tests gate's own report."""
    red: tuple[Finding, ...] = ()
    """Red tests that were expected: they close nothing here and are owed to a later handoff."""
    waived_by: str = ""

    @property
    def opens(self) -> bool:
        return self.outcome in ("pass", "waived")


class Receipt(Value):
    """A verdict bound to what was judged: git tree, policy (hash of trusted configuration)."""

    verdict: Verdict
    tree: str
    policy: str


class Expectation(Value):
    """Tests that a pattern expects to be red at this handoff, and why.

    `red` names them (pytest node ids): exactly these must fail, each with an assertion. With `new`
    any test that this attempt added may fail with an assertion. With `named` the attempt's summary
    names them, each in a line `Reproduces: NODE ID`. With `frozen` the tests that stand there
    already stay as they are; new ones may come.
    """

    red: tuple[str, ...] = ()
    new: bool = False
    named: bool = False
    frozen: bool = False
    reason: str = ""


class Obligation(Value):
    """Something owed until a later handoff, such as coverage until the test engineer's.

    `kind` is `coverage`; `until` the id of the task whose handoff must settle it.
    """

    kind: Literal["coverage"]
    until: str
