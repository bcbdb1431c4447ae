"""The pulled cord."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self, get_args

from pydantic import ConfigDict

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

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> Self:
        """A recorded escalation, of whatever version of pullcord: a field that is not known here is
        left out, and a kind that is not known is told in words and has no default."""
        known = {name: body[name] for name in cls.model_fields if name in body}
        kind = known.get("kind", "")
        if kind not in get_args(Kind):
            told = {"Kind": f"{kind or 'none'} (not known to this version of pullcord)"}
            if known.get("recommendation"):
                told["Recommendation"] = known["recommendation"]
            fields = {**known.get("fields", {}), **told}
            known |= {"kind": "approval", "fields": fields, "recommendation": ""}
        return cls.model_validate({"description": "not stated", **known})


class Answer(Value):
    """What a person said: the text, the option's number from 1 (0: free text), and who."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    text: str
    option: int = 0
    by: str
    reuses: str = ""
    """The earlier question of the run whose answer this is; '' for an answer of its own."""
