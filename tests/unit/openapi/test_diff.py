"""What a change of the contract means for those who use it."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pullcord.openapi.diff import compare
from pullcord.openapi.document import differences, same_bytes

PLAN = {
    "type": "object",
    "required": ["title"],
    "properties": {
        "title": {"type": "string", "maxLength": 120},
        "weeks": {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}]},
        "level": {"type": "string", "enum": ["low", "high"]},
        "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 10},
        "parent": {"$ref": "#/components/schemas/Plan"},
    },
}
BASE: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Plans", "version": "1.0.0"},
    "security": [{"Bearer": []}],
    "paths": {
        "/plans": {
            "post": {
                "operationId": "createPlan",
                "parameters": [{"in": "query", "name": "dry", "schema": {"type": "boolean"}}],
                "requestBody": {"content": {"application/json": {
                    "schema": {"$ref": "#/components/schemas/Plan"}}}},
                "responses": {
                    "201": {"headers": {"Location": {}}, "content": {"application/json": {
                        "schema": {"$ref": "#/components/schemas/Plan"}}}},
                    "409": {"description": "Clash"},
                },
            },
        },
    },
    "components": {"schemas": {"Plan": PLAN}},
}  # fmt: skip
OPERATION = ("paths", "/plans", "post")
FIELD = ("components", "schemas", "Plan", "properties")


def changed(place: Any, value: Any) -> Any:
    document = copy.deepcopy(BASE)
    node: Any = document
    for key in place[:-1]:
        node = node[key]
    if value is None:
        del node[place[-1]]
    else:
        node[place[-1]] = value
    return document


def found(place: Any, value: Any) -> Any:
    return {(d.level, d.rule) for d in compare(BASE, changed(place, value))}


@pytest.mark.parametrize(
    ("place", "value", "rule"),
    [
        (OPERATION, None, "operation"),
        ((*OPERATION, "operationId"), "makePlan", "operation-id"),
        ((*OPERATION, "security"), [], "unsecured"),
        ((*OPERATION, "security"), [{"Bearer": []}, {}], "unsecured"),
        ((*OPERATION, "security"), [{"Bearer": ["plans:write"]}], "security"),
        ((*OPERATION, "security"), [{"Bearer": [], "Key": []}], "security"),
        ((*OPERATION, "parameters"), [], "parameter"),
        (
            (*OPERATION, "parameters", 0),
            {"in": "query", "name": "dry", "required": True, "schema": {"type": "boolean"}},
            "required",
        ),
        ((*OPERATION, "requestBody", "required"), True, "required"),
        ((*OPERATION, "responses", "201"), None, "response"),
        ((*OPERATION, "responses", "409"), None, "response"),
        ((*OPERATION, "responses", "201", "headers"), {}, "header"),
        ((*OPERATION, "responses", "201", "content"), {"text/plain": {}}, "media"),
        ((*FIELD, "title", "maxLength"), 60, "maxLength"),
        ((*FIELD, "title", "maxLength"), 300, "maxLength"),
        ((*FIELD, "title", "pattern"), "^[a-z]+$", "pattern"),
        ((*FIELD, "title", "type"), "integer", "type"),
        ((*FIELD, "title"), None, "field"),
        ((*FIELD, "weeks", "anyOf"), [{"type": "integer", "minimum": 1}], "nullable"),
        ((*FIELD, "level", "enum"), ["low"], "enum"),
        ((*FIELD, "level", "enum"), ["low", "high", "extreme"], "enum"),
        ((*FIELD, "tags", "items", "type"), "integer", "type"),
        (("components", "schemas", "Plan", "required"), ["title", "level"], "required"),
        (("components", "schemas", "Plan", "required"), [], "required"),
        (("components", "schemas", "Plan", "additionalProperties"), False, "extra-fields"),
    ],
)
def test_a_breaking_change_is_seen(place: Any, value: Any, rule: Any) -> None:
    assert ("breaking", rule) in found(place, value)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("paths", "/athletes"), {"get": {"responses": {"200": {}}}}),
        (
            (*OPERATION, "parameters"),
            [*BASE["paths"]["/plans"]["post"]["parameters"],
             {"in": "query", "name": "x", "schema": {}}],
        ),
        ((*OPERATION, "responses", "422"), {"description": "Invalid"}),
        ((*FIELD, "note"), {"type": "string"}),
        ((*OPERATION, "security"), [{"Bearer": []}, {"Key": []}]),
    ],
)  # fmt: skip
def test_an_addition_is_additive_only(place: Any, value: Any) -> None:
    assert {level for level, _ in found(place, value)} == {"additive"}


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ((*OPERATION, "description"), "Creates."),
        ((*FIELD, "title", "title"), "Title"),
        (("info", "description"), "x"),
        ((*FIELD, "weeks"), {"type": ["integer", "null"], "minimum": 1}),
        ((*FIELD, "weeks"), {"type": "integer", "minimum": 1, "nullable": True}),
        ((*FIELD, "weeks"), {"oneOf": [{"type": "null"}, {"type": "integer", "minimum": 1}]}),
    ],
)
def test_another_wording_of_the_same_is_no_change(place: Any, value: Any) -> None:
    assert found(place, value) == set()


def test_a_schema_that_contains_itself_ends() -> None:
    assert compare(BASE, copy.deepcopy(BASE)) == []


def test_a_reference_to_nowhere_is_refused() -> None:
    with pytest.raises(ValueError, match="leads nowhere"):
        compare(BASE, changed(("components", "schemas", "Plan"), None))


def test_direction_decides() -> None:
    wider = changed((*FIELD, "title", "maxLength"), 300)
    levels = {(d.where.split()[2].partition(".")[0], d.level) for d in compare(BASE, wider)}

    assert {("body", "additive"), ("201", "breaking")} <= levels


def test_security_inherited_from_the_document_counts() -> None:
    open_now = changed(("security",), [])

    assert ("breaking", "unsecured") in {(d.level, d.rule) for d in compare(BASE, open_now)}


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=4), VALUES, max_size=4), st.sampled_from([None, 1, 2, 4]),
       st.booleans(), st.booleans())  # fmt: skip
def test_a_document_is_known_in_every_usual_rendering(
    document: Any, indent: Any, ordered: Any, ascii_only: Any
) -> None:
    import json

    text = json.dumps(document, indent=indent, sort_keys=ordered, ensure_ascii=ascii_only)
    assert same_bytes(text, document)
    assert same_bytes(text + "\n", document)
    assert not same_bytes(text + " ", document)
    assert list(differences(document, json.loads(text))) == []


@pytest.mark.parametrize(
    ("a", "b", "said"),
    [
        ({"x": 1}, {}, "/x is not in the code"),
        ({}, {"x": 1}, "/x is not in the document"),
        ({"x": [1, 2]}, {"x": [1, 3]}, "/x/1: the document says 2, the code 3"),
        ({"x": 1}, {"x": True}, "/x: the document says 1, the code true"),
    ],
)
def test_a_difference_is_said_with_its_place(a: Any, b: Any, said: Any) -> None:
    assert list(differences(a, b)) == [said]
