"""Front matter as real agent files have it: YAML where it is YAML, lines of `key: text` where not.

Descriptions in the wild hold colons, quotes, `\\n` and whole dialogues without any quoting; tools
that read these files take them, so we do too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import yaml

KEYS = frozenset({
    "name", "description", "tools", "disallowedTools", "model", "color", "write", "permissionMode",
    "maxTurns", "skills", "mcpServers", "hooks", "memory", "background", "effort", "isolation",
    "initialPrompt", "omitClaudeMd", "autoCompactWindow", "observer",
})  # fmt: skip
"""Keys of the `.claude/agents` format, and `write`, which is ours."""
_KEY = re.compile(r"^([A-Za-z][\w-]*):(?:[ \t]+(.*))?$")


@dataclass(frozen=True)
class Front:
    """A definition in its parts. `lines` has the line of each key, from 1."""

    fields: dict[str, object]
    lines: dict[str, int]
    body: str


def split(text: str) -> Front | None:
    """The parts of a definition; None for a text without front matter.

    ValueError when the front matter never ends.
    """
    lines = text.lstrip("\ufeff").replace("\r\n", "\n").split("\n")
    if lines[0].rstrip() != "---":
        return None
    end = next((n for n, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), None)
    if end is None:
        raise ValueError("the front matter that begins in line 1 never ends with ---")
    block = lines[1:end]
    places: dict[str, int] = {}
    for number, line in enumerate(block, 2):
        if (match := _KEY.match(line)) and match[1] in KEYS:
            places.setdefault(match[1], number)
    return Front(
        fields=_yaml("\n".join(block)) or _loose(block),
        lines=places,
        body="\n".join(lines[end + 1 :]).strip(),
    )


def _yaml(block: str) -> dict[str, object] | None:
    """The block as YAML whose scalars are all text; None when it is none."""
    try:
        found = yaml.load(block, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError, ValueError):
        return None
    if not isinstance(found, dict) or not all(isinstance(key, str) for key in found):
        return None
    return found


def _loose(block: list[str]) -> dict[str, object]:
    """Each known key at the start of a line owns the lines up to the next one."""
    owned: dict[str, list[str]] = {}
    current = ""
    for line in block:
        match = _KEY.match(line)
        if match and match[1] in KEYS and match[1] not in owned:
            current = match[1]
            owned[current] = [match[2] or ""]
        elif current:
            owned[current].append(line)
    return {key: _text(key, lines) for key, lines in owned.items()}


def _text(key: str, lines: list[str]) -> object:
    alone = _yaml("\n".join([f"{key}: {lines[0]}", *lines[1:]]))
    if alone and set(alone) == {key}:
        return alone[key]
    text = "\n".join(lines).strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1]
    return text.replace("\\n", "\n").replace('\\"', '"')
