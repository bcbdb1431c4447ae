"""Requests that a published contract accepts."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from blueprint_service import write_service
from pullcord.blueprint import errortests
from pullcord.blueprint.house import look
from pullcord.blueprint.published import ROW, operations, sample


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "string"}, "text"),
        ({"type": "string", "minLength": 6}, "textte"),
        ({"type": "string", "maxLength": 2}, "te"),
        ({"type": "string", "format": "date"}, "2027-01-04"),
        ({"type": "string", "format": "uuid"}, ROW),
        ({"type": "string", "format": "duration"}, "text"),
        ({"type": "string", "enum": ["a", "b"]}, "a"),
        ({"const": "x"}, "x"),
        ({"type": "integer"}, 1),
        ({"type": "integer", "minimum": 5, "maximum": 7}, 5),
        ({"type": "integer", "maximum": -3}, -3),
        ({"type": "number", "exclusiveMinimum": 2}, 3),
        ({"type": "boolean"}, False),
        ({"type": "array", "items": {"type": "integer"}}, []),
        ({"type": "array", "items": {"type": "integer"}, "minItems": 2}, [1, 1]),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, 1),
        ({"$ref": "#/components/schemas/A"}, {"b": "text"}),
    ],
)
def test_a_value_is_made_from_its_schema(schema: dict[str, Any], value: object) -> None:
    known = {
        "type": "object",
        "required": ["b"],
        "properties": {"b": {"type": "string"}, "c": {"type": "string"}},
    }
    assert sample({"components": {"schemas": {"A": known}}}, schema) == value


def test_a_text_keeps_its_pattern() -> None:
    pattern = "^[A-Z]{2}-[0-9]+$"
    assert re.search(pattern, sample({}, {"type": "string", "pattern": pattern, "maxLength": 6}))


@pytest.mark.parametrize(
    "schema", [{"type": "file"}, {"type": "string", "pattern": "^a$", "minLength": 4}]
)
def test_what_no_value_is_known_of_is_an_error(schema: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"type file|matches"):
        sample({}, schema)


def test_the_operations_of_a_new_service(tmp_path: Path) -> None:
    root = write_service(tmp_path)
    found = list(operations(json.loads((root / "openapi.json").read_text())))

    body = {"title": "text", "starts_on": "2027-01-04", "weeks": 1}
    assert [(each.name, each.method, each.path, each.statuses, each.body) for each in found] == [
        ("list_plans", "GET", "/plans", (401, 422), None),
        ("create_plan", "POST", "/plans", (401, 409, 422), body),
        ("get_plan", "GET", f"/plans/{ROW}", (401, 404), None),
        ("update_plan", "PUT", f"/plans/{ROW}", (401, 404, 409, 422), body),
        ("delete_plan", "DELETE", f"/plans/{ROW}", (401, 404, 409), None),
    ]


def test_rows_that_need_others_are_stored_with_them(tmp_path: Path) -> None:
    root = write_service(tmp_path)
    repository = root / "app/repositories/plan.py"
    table = 'Table(name="plans", label="plan", row=PlanRow, unique=(("title",),))'
    needy = table.replace('unique=(("title",),)', 'references=(Reference("x", "plans", "p"),)')
    assert table in repository.read_text()
    assert "def stored_plan(" in errortests.write(root, look(root))

    repository.write_text(repository.read_text().replace(table, needy))

    # A row that needs one of its own kind cannot be the first one.
    text = errortests.write(root, look(root))
    assert "def stored_plan(" not in text
    assert "somebody_else" not in text
    assert "twice" not in text
