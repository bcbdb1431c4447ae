"""Checks what commands print with --json against docs/schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

FOLDER = Path(__file__).parents[2] / "docs" / "schema"
SCHEMAS = {path.stem: json.loads(path.read_text()) for path in FOLDER.glob("*.json")}
REGISTRY: Registry[Any] = Registry().with_resources(
    (schema["$id"], Resource.from_contents(schema)) for schema in SCHEMAS.values()
)


def conforms(schema: str, value: object) -> None:
    """Raises jsonschema's ValidationError when the value is not as docs/schema says."""
    Draft202012Validator(SCHEMAS[schema], registry=REGISTRY).validate(value)


def lines_of(command: str, output: str) -> list[dict[str, Any]]:
    """The JSON lines of a command, each checked against its schema."""
    lines = [json.loads(line) for line in output.splitlines()]
    for line in lines[:-1]:
        conforms("event", line)
    assert lines[-1]["type"] == "result"
    conforms("error" if "error" in lines[-1] else command, lines[-1])
    return lines
