"""The forbidden patterns, one per file. A rule looks at one file and yields what is unjustified."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pullcord.gates.rules import (
    awareness,
    harness,
    ignores,
    risks,
    schema,
    secrets,
    skips,
    supabase,
    vacuous,
)
from pullcord.gates.rules.rule import File, Occurrence
from pullcord.gates.rules.text import Text

RULES: dict[str, Callable[[File], Iterator[Occurrence]]] = {
    "ignores": ignores.look,
    "skips": skips.look,
    "supabase": supabase.look,
    "schema": schema.look,
    "harness": harness.look,
    "awareness": awareness.look,
    "vacuous": vacuous.look,
}
TEXT_RULES: dict[str, Callable[[Text], Iterator[Occurrence]]] = {
    "secrets": secrets.look,
    "risks": risks.look,
}
"""Rules over every changed text file, whatever its language."""
