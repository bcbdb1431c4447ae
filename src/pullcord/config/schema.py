"""pullcord.toml: its keys and their meaning. docs/configuration.md shows them to people."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from pullcord.errors import ConfigError
from pullcord.model.budget import Amount, Budget, Budgets, Count
from pullcord.model.value import Value

FILE = "pullcord.toml"
GateName = Literal[
    "scope", "forbidden", "format", "lint", "types", "tests", "openapi", "contract", "summary"
]
SWITCHABLE = ("format", "lint", "types", "openapi", "contract")
"""Gates that a base may switch off with a reason. The others always judge."""
Seconds = Annotated[float, Field(gt=0, le=24 * 3600)]
Word = Annotated[str, Field(min_length=1)]


class GateSettings(Value):
    """One `[gates.NAME]` table. `run` is the tool's command, `off` why it does not apply."""

    run: tuple[Word, ...] = ()
    timeout: Seconds | None = None
    off: str = ""
    coverage: Annotated[float, Field(ge=0, le=100)] | None = None
    """Only for `tests`: least coverage in percent. It can raise SPEC.md's 80, never lower it."""


class LimitSettings(Value):
    """The `[limits]` table, in seconds."""

    attempt_s: Seconds | None = None
    idle_s: Seconds | None = None


class AttemptCost(Value):
    """The `[budget.attempt]` table: what one attempt is taken to cost at most."""

    usd: Amount | None = None
    tokens: Count | None = None


class BudgetSettings(Budget):
    """The `[budget]` table: the run's budget, and those of each task and of one attempt."""

    task: Budget = Budget()
    attempt: AttemptCost = AttemptCost()

    @property
    def budgets(self) -> Budgets:
        return Budgets(
            run=Budget.model_validate(self.limits),
            task=self.task,
            attempt=Budget.model_validate(self.attempt.model_dump()),
        )


class Settings(Value):
    """A whole pullcord.toml. Everything is optional; what is absent is detected."""

    app: Annotated[str, Field(pattern=r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$")] | None = None
    openapi: str | None = None
    published: str | None = None
    protected: tuple[Word, ...] = ()
    timeout: Seconds | None = None
    limits: LimitSettings = LimitSettings()
    budget: BudgetSettings = BudgetSettings()
    env: dict[str, str] = Field(default_factory=dict)
    gates: dict[str, GateSettings] = Field(default_factory=dict)


def read(tree: Path) -> Settings:
    """The settings of a tree; all defaults when it has no pullcord.toml."""
    path = tree / FILE
    if path.is_symlink():
        raise ConfigError(f"{FILE} is a symbolic link", "Replace it by the file itself.")
    if not path.exists():
        return Settings()
    try:
        return parse(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{FILE} cannot be read: {error}") from error


def parse(text: str) -> Settings:
    """Read pullcord.toml's text. Raises ConfigError that lists every mistake with its line."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            f"{FILE} is not valid TOML: {error}", "docs/configuration.md lists every key."
        ) from error
    mistakes: list[tuple[int, str]] = []
    settings = Settings()
    try:
        settings = Settings.model_validate(data)
    except ValidationError as error:
        for entry in error.errors():
            where = tuple(str(part) for part in entry["loc"])
            what = "unknown key" if entry["type"] == "extra_forbidden" else entry["msg"]
            mistakes.append((line_of(text, where), f"{'.'.join(where)}: {what}"))
    mistakes += _gate_mistakes(text, settings)
    if mistakes:
        lines = [f"{FILE}:{line}: {what}" for line, what in sorted(mistakes)]
        raise ConfigError("\n".join(lines), "docs/configuration.md lists every key.")
    return settings


def _gate_mistakes(text: str, settings: Settings) -> list[tuple[int, str]]:
    names = GateName.__args__  # type: ignore[attr-defined]  # Literal has it, typeshed does not say so
    found = []
    for name, gate in settings.gates.items():
        at = line_of(text, ("gates", name))
        if name not in names and not re.fullmatch(r"[a-z][a-z0-9-]*", name):
            found.append((at, f"gates.{name}: a gate's name has lower-case letters and hyphens"))
        if gate.off and name not in SWITCHABLE:
            found.append((at, f"gates.{name}: this gate cannot be switched off"))
        if gate.off and len(gate.off.split()) < 3:
            found.append((at, f"gates.{name}.off: say why in three words or more"))
        if gate.coverage is not None and name != "tests":
            found.append((at, f"gates.{name}.coverage: only the tests gate has coverage"))
    return found


def line_of(text: str, where: tuple[str, ...]) -> int:
    """The line (from 1) on which the deepest known part of a dotted place is written; else 1."""
    table: tuple[str, ...] = ()
    best, line = 0, 1
    for number, raw in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[+\s*([^\]]+?)\s*\]", raw):
            table = _parts(header[1])
            place = table
        elif key := re.match(r"\s*([\w\"'.-]+)\s*=", raw):
            place = (*table, *_parts(key[1]))
        else:
            continue
        depth = _common(place, where)
        if depth > best:
            best, line = depth, number
    return line


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))


def _common(place: tuple[str, ...], where: tuple[str, ...]) -> int:
    """How many leading parts agree, when `place` does not leave the way to `where`."""
    depth = 0
    for mine, theirs in zip(place, where, strict=False):
        if mine != theirs:
            return 0
        depth += 1
    return depth
