"""The pulled cord."""

from __future__ import annotations

from typing import Literal

from pullcord.model.value import Value

Kind = Literal[
    "security", "data", "architecture", "clarification", "debt",
    "rounds", "budget", "quota", "conflict", "approval", "unavailable",
]  # fmt: skip
NO_DEFAULT: frozenset[Kind] = frozenset({"security", "data", "architecture"})
"""Kinds that only a person's answer opens (SPEC.md, Critical Blockers)."""


class Escalation(Value):
    """A question that stops the line.

    `fields` keeps the kind's own lines in SPEC.md's words and order (`Impact`, `Affected`,
    `Current Design`, …) without Options and Recommendation, which have their own place.
    """

    kind: Kind
    description: str
    fields: dict[str, str] = {}
    options: tuple[str, ...] = ()
    recommendation: str = ""
    evidence: tuple[str, ...] = ()
    raised_by: str = ""


class Answer(Value):
    """What a person said: the text, the option's number from 1 (0: free text), and who."""

    text: str
    option: int = 0
    by: str
