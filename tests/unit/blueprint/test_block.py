"""The feature block: right ones are read whole, wrong ones are refused with every line."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blueprint_service import EXAMPLE
from feature_strategies import blocks, features
from pullcord.blueprint import block
from pullcord.blueprint.feature import Feature, Field
from pullcord.errors import RequestError


def errors(text: str, first_line: int = 1) -> list[str]:
    with pytest.raises(RequestError) as caught:
        block.parse(text, first_line)
    return [line.strip() for line in caught.value.message.splitlines()[1:]]


def parsed(text: str) -> RequestError | None:
    try:
        block.parse(text)
    except RequestError as error:
        return error
    return None


def field(options: str, name: str = "a") -> Field:
    return block.parse(f"resource: thing\nfields: {{{name}: {options}}}").fields[0]


def test_the_example_of_the_format_is_read() -> None:
    feature = block.parse(EXAMPLE)

    assert feature.resource == "workout"
    assert feature.plural == "workouts"
    assert feature.owned
    assert feature.fields[0] == Field("title", "string", min=1, max=120)
    assert feature.fields[3] == Field("distance_km", "number", min=0.0, optional=True)
    assert feature.fields[4] == Field(
        "effort", "enum", values=("easy", "moderate", "hard"), has_default=True, default="moderate"
    )
    assert feature.unique == (("title", "performed_on"),)
    assert feature.list.sort == ("performed_on", "title")
    assert (feature.list.page_size, feature.list.max_page_size) == (20, 100)


def test_all_errors_come_at_once_each_with_its_line() -> None:
    text = (
        "resource: 1x\n"
        "fields:\n"
        "  a: {type: strin}\n"
        "  id: {type: string, min: 5, max: 2, pattern: '('}\n"
        "  b: {type: integer, default: x, pattern: z}\n"
        "colour: red\n"
        "list: {sort: [z], page_size: 1000, max_page_size: 10}\n"
    )

    found = errors(text, first_line=10)

    assert [line.split(":")[0] for line in found] == [
        "line 10", "line 12", "line 13", "line 13", "line 13", "line 14", "line 14",
        "line 15", "line 16", "line 16",
    ]  # fmt: skip
    assert 'line 10: resource: "1x" is not snake_case (a-z, 0-9, _)' in found
    assert "line 13: fields.id: min 5 is more than max 2" in found
    assert "line 14: fields.b.default: is not a number" in found
    assert 'line 14: fields.b."pattern": does not belong to integer' in found


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "the block is empty"),
        ("[a]", "is not a mapping"),
        ("fields: {a: {type: date}}", "resource: is missing"),
        ("resource: a", "fields: is missing"),
        ("resource: a\nfields: {}", "name at least one"),
        ("resource: a\nfields: {b: {}}", "fields.b.type: is missing"),
        ("resource: a\nfields: {b: {type: enum}}", "fields.b.values: is missing"),
        ("resource: a\nfields: {b: {type: enum, values: []}}", "name at least one"),
        ("resource: a\nfields: {b: {type: enum, values: [x, x]}}", "stands twice"),
        ("resource: a\nfields: {b: {type: list}}", "fields.b.of: is missing"),
        ("resource: a\nfields: {b: {type: list, of: date}}", "is unknown"),
        ("resource: a\nfields: {b: {type: reference}}", "fields.b.to: is missing"),
        ("resource: a\nfields: {b: {type: reference, to: c, default: x}}", "has no default"),
        ("resource: a\nfields: {b: {type: date}, b: {type: text}}", "stands twice"),
        ("resource: a\nfields: {user_id: {type: text}}", "is added to every resource"),
        ("resource: a\nfields: {created_at: {type: date}}", "is added to every resource"),
        ("resource: a\nfields: {b: {type: string, pattern: '(?=x)'}}", "look-around"),
        ("resource: a\nfields: {b: {type: string, pattern: '^a$', min: 2}}", "no text was found"),
        ("resource: a\nfields: {b: {type: integer, min: 1.5}}", "is not a whole number"),
        ("resource: a\nfields: {b: {type: integer, max: 99999999999999999999}}", "is outside"),
        ("resource: a\nfields: {b: {type: number, min: .nan}}", "is not finite"),
        ("resource: a\nfields: {b: {type: date, default: today}}", "is not a date"),
        ("resource: a\nfields: {b: {type: date, default: 2026-02-30}}", "is not a date"),
        ("resource: a\nfields: {b: {type: datetime, default: 2026-01-01 10:00}}", "offset"),
        ("resource: a\nfields: {b: {type: text, default: null}}", "null needs optional"),
        ("resource: a\nfields: {b: {type: text, optional: perhaps}}", "neither true nor false"),
        ("resource: a\nfields: {b: {type: text}}\nunique: [[c]]", "there is no field"),
        ("resource: a\nfields: {b: {type: list, of: uuid}}\nunique: [[b]]", "cannot be unique"),
        ("resource: a\nfields: {b: {type: text, max: 9999}}\nunique: [[b]]", "more than 2600"),
        ("resource: a\nfields: {b: {type: text}}\noperations: []", "name at least one"),
        ("resource: a\nfields: {b: {type: text}}\noperations: [read]", "is unknown"),
        ("resource: a\nfields: {page: {type: text}}\nlist: {filters: [page]}", "the page"),
        ("resource: a\nfields: {b: {type: list, of: uuid}}\nlist: {sort: [b]}", "no order"),
        ("resource: a\nfields: {b: {type: text}}\nlist: {page_size: 0}", "whole number from 1"),
        ("resource: a\nfields: {b: {type: text}\n", "not YAML"),
        ("resource: a\nfields: &f {b: *f}", "fields.b"),
        ("<<: {resource: a}\nfields: {b: {type: text}}", "is unknown"),
        ("[" * 5000, "nested too deeply"),
        ("#" * 70_000, "larger than 64 KiB"),
        ("resource: a\nfields: {b: {type: text}, b_from: {type: text}}\nx: &a [*a]", "is unknown"),
        (f"resource: {'a' * 31}\nfields: {{b: {{type: text}}}}", "longer than 30"),
        (f"resource: a\nfields: {{{'b' * 41}: {{type: text}}}}", "longer than 40"),
    ],
)
def test_an_error_is_named(text: str, part: str) -> None:
    assert any(part in line for line in errors(text)), errors(text)


def test_two_filters_cannot_share_a_parameter() -> None:
    text = (
        "resource: a\nfields: {day: {type: date}, day_from: {type: text}}\n"
        "list: {filters: [day, day_from]}"
    )

    assert errors(text) == ["line 3: list.filters: ?day_from= belongs to day and day_from"]


def test_constraints_whose_names_postgresql_would_cut_to_one_are_refused() -> None:
    one, other = "a" * 39 + "b", "a" * 39 + "c"
    text = (
        f"resource: {'r' * 29}\nfields: {{{one}: {{type: date}}, {other}: {{type: date}}}}\n"
        f"unique: [[{one}], [{other}]]"
    )

    assert "two constraints have the same name" in errors(text)[0]


def test_words_that_yaml_takes_for_booleans_stay_words() -> None:
    assert field("{type: enum, values: [yes, no, on]}").values == ("yes", "no", "on")


def test_numbers_are_read_as_people_write_them() -> None:
    assert field("{type: number, min: 1e3}").min == 1000.0
    assert field("{type: number, max: 3}").max == 3.0
    assert isinstance(field("{type: number, max: 3}").max, float)


@pytest.mark.parametrize(
    ("options", "default"),
    [
        ("{type: date, default: 2026-01-05}", "2026-01-05"),
        ("{type: datetime, default: 2026-01-05T10:00:00+02:00}", "2026-01-05T08:00:00Z"),
        ("{type: list, of: integer, default: [1, 2]}", (1, 2)),
        ("{type: list, of: string, default: []}", ()),
        ("{type: boolean, default: false}", False),
        ("{type: text, default: 5}", "5"),
        ("{type: number, default: 5}", 5.0),
    ],
)
def test_a_default_is_the_json_value(options: str, default: object) -> None:
    found = field(options)

    assert found.has_default
    assert found.default == default
    assert not found.required


def test_a_unique_text_without_a_length_gets_one() -> None:
    feature = block.parse("resource: a\nfields: {b: {type: text}}\nunique: [[b]]")

    assert feature.fields[0].max == block.UNIQUE_LENGTH


def test_a_block_may_say_more_than_its_operations_need() -> None:
    feature = block.parse(
        "resource: a\nfields: {b: {type: text}}\noperations: [delete, create]\n"
        "unique: [[b]]\nlist: {filters: [b]}"
    )

    assert feature.operations == ("create", "delete")


@settings(deadline=None, max_examples=50)
@given(features())
def test_a_feature_is_read_back_from_its_own_block(feature: Feature) -> None:
    assert block.parse(json.dumps(block.dump(feature), ensure_ascii=False)) == feature


_KEYS = st.sampled_from(
    ("resource", "fields", "unique", "list", "operations", "type", "min", "default", "pattern",
     "values", "of", "to", "filters", "sort", "page_size", "owner", "plural", "max_items")
) | st.text(max_size=4)  # fmt: skip
_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=6),
)


@settings(deadline=None)
@given(st.text() | _ANYTHING.map(json.dumps))
def test_nothing_but_a_request_error_is_ever_raised(text: str) -> None:
    refusal = parsed(text)

    assert refusal is None or "line " in refusal.message


@settings(deadline=None)
@given(blocks(), st.data())
def test_a_damaged_block_raises_nothing_but_a_request_error(
    right: dict[str, Any], data: st.DataObject
) -> None:
    text = json.dumps(right, ensure_ascii=False)
    at = data.draw(st.integers(0, len(text)))
    damaged = text[:at] + data.draw(st.text(max_size=3)) + text[at + data.draw(st.integers(0, 3)) :]

    refusal = parsed(damaged)

    assert refusal is None or "line " in refusal.message
