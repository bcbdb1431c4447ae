"""Migrations that lose rows or open them to everybody."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from pullcord.gates.rules.rule import Occurrence
from pullcord.gates.rules.text import Text
from pullcord.model.text import cut, one_line

_PLACE = re.compile(r"(^|/)(migrations?|alembic/versions|versions)/[^/]+\.(sql|py)$")
_NAME = r"(?:if\s+exists\s+)?(?:only\s+)?((?:\"?\w+\"?\.)?\"?\w+\"?)"
_TABLE = re.compile(
    rf"\bcreate\s+(?:(?:temp|temporary|unlogged)\s+)?table\s+(?:if\s+not\s+exists\s+)?{_NAME}", re.I
)
_ENABLED = re.compile(rf"\balter\s+table\s+{_NAME}\s+enable\s+row\s+level\s+security", re.I)
_POLICY = re.compile(rf"\bcreate\s+policy\s+(\"[^\"]+\"|\w+)\s+on\s+{_NAME}", re.I)
_LOSES: dict[str, re.Pattern[str]] = {
    "drops a table with its rows": re.compile(rf"\bdrop\s+table\s+{_NAME}", re.I),
    "drops a schema with its tables": re.compile(rf"\bdrop\s+(?:schema|database)\s+{_NAME}", re.I),
    "drops a column with its values": re.compile(
        rf"\balter\s+table\s+{_NAME}[^;]*?\bdrop\s+"
        r"(?!constraint\b|default\b|not\b|expression\b|identity\b)"
        r"(?:column\s+)?(?:if\s+exists\s+)?\"?\w+\"?", re.I | re.S),
    "deletes rows": re.compile(rf"\bdelete\s+from\s+{_NAME}", re.I),
    "empties a table": re.compile(rf"\btruncate\s+(?:table\s+)?{_NAME}", re.I),
    "switches row-level security off": re.compile(
        rf"\balter\s+table\s+{_NAME}[^;]*?\b(?:disable|no\s+force)\s+row\s+level\s+security",
        re.I | re.S),
}  # fmt: skip
"""What a statement does → how it is known; its first group is the table."""
_DROPPED_POLICY = re.compile(
    rf"\bdrop\s+policy\s+(?:if\s+exists\s+)?(\"[^\"]+\"|\w+)\s+on\s+{_NAME}", re.I
)
_GRANT = re.compile(r"\bgrant\s[^;]*\bto\b[^;]*?\b(?:anon|public)\b", re.I | re.S)
_ALEMBIC = {"drop_table": "drops a table with its rows",
            "drop_column": "drops a column with its values"}  # fmt: skip


def look(file: Text) -> Iterator[Occurrence]:
    """What is risky for data in a migration, one occurrence per statement. A table that the same
    file makes holds nothing to lose."""
    if not _PLACE.search(file.path):
        return
    if file.path.endswith(".py"):
        yield from _alembic(file)
        return
    text = plain(file.text)
    made = {_bare(match[1]) for match in _TABLE.finditer(text)}
    for said, pattern in _LOSES.items():
        for match in pattern.finditer(text):
            if _bare(match[1]) not in made:
                yield _occurrence(file, match.start(), match[0], said)
    policies = {(_bare(m[1]), _bare(m[2])) for m in _POLICY.finditer(text)}
    for match in _DROPPED_POLICY.finditer(text):
        if (_bare(match[1]), _bare(match[2])) not in policies:
            yield _occurrence(file, match.start(), match[0], "drops a policy")
    for match in _GRANT.finditer(text):
        yield _occurrence(file, match.start(), match[0], "opens the database to everybody")
    yield from _unprotected(file, text)


def _unprotected(file: Text, text: str) -> Iterator[Occurrence]:
    """New tables that Supabase would show to everybody: for the agent to mend, no alarm."""
    if "supabase/migrations/" not in file.path:
        return
    enabled = {_bare(match[1]) for match in _ENABLED.finditer(text)}
    for match in _TABLE.finditer(text):
        public = "." not in match[1] or match[1].replace('"', "").lower().startswith("public.")
        if public and " temp" not in match[0].lower() and _bare(match[1]) not in enabled:
            message = f"row-level security of {match[1]} is not enabled"
            line = file.line(match.start())
            yield Occurrence("row-security", file.path, line, message, message)


def plain(sql: str) -> str:
    """SQL of the same length without comments, texts and bodies of functions: what is run now."""
    pieces = re.compile(
        r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|(?P<tag>\$\w*\$)(?P<body>.*?)(?P=tag)", re.S
    )

    def blank(match: re.Match[str]) -> str:
        before = sql[: match.start()].rstrip().lower()
        if match["tag"] and before.endswith("do"):
            return match[0]  # it is run at once
        return re.sub(r"[^\n]", " ", match[0])

    return pieces.sub(blank, sql)


def _alembic(file: Text) -> Iterator[Occurrence]:
    """The same in the way forward of a migration in Python."""
    try:
        module = ast.parse(file.text)
    except (SyntaxError, ValueError, RecursionError):
        return  # the gate says that it cannot be read
    for upgrade in module.body:
        if not isinstance(upgrade, ast.FunctionDef) or upgrade.name != "upgrade":
            continue
        for node in ast.walk(upgrade):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                if said := _ALEMBIC.get(node.func.attr):
                    yield _at(file, node.lineno, ast.unparse(node), said)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                inner = look(Text("migrations/inner.sql", node.value))
                yield from (_at(file, node.lineno, o.code, o.message.partition(": ")[0])
                            for o in inner)  # fmt: skip


def _occurrence(file: Text, place: int, statement: str, said: str) -> Occurrence:
    return _at(file, file.line(place), statement, said)


def _at(file: Text, line: int, statement: str, said: str) -> Occurrence:
    shown = cut(one_line(statement), 200)
    return Occurrence("data-risk", file.path, line, f"{said}: {shown}", shown, alarm="data")


def _bare(name: str) -> str:
    return name.replace('"', "").lower().rpartition(".")[2]
