"""The table of types: its good values are good, its bad ones bad, by an independent validator."""

from __future__ import annotations

import json
from collections.abc import Iterator

import jsonschema
import pytest
from hypothesis import given, settings

from feature_strategies import features
from pullcord.blueprint import fieldtypes
from pullcord.blueprint.feature import Feature, Field

CHECKED_BY_SCHEMA = set(fieldtypes.TYPES) - {"datetime", "reference"}
FORMATS = jsonschema.FormatChecker(("date", "uuid"))
NOT_IN_SCHEMA = {"NUL"}


def schema(field: Field) -> dict[str, object]:
    found = fieldtypes.schema(field, bounded=True)
    return {"anyOf": [found, {"type": "null"}]} if field.optional else found


def described(feature: Feature) -> Iterator[Field]:
    return (field for field in feature.fields if field.type in CHECKED_BY_SCHEMA)


@settings(deadline=None, max_examples=50)
@given(features())
def test_good_values_keep_the_schema_and_differ(feature: Feature) -> None:
    for field in described(feature):
        values = fieldtypes.good(field)
        assert 1 <= len(values) <= fieldtypes.SAMPLES
        assert len({json.dumps(value) for value in values}) == len(values)
        for value in values:
            jsonschema.validate(value, schema(field), format_checker=FORMATS)


@settings(deadline=None, max_examples=50)
@given(features())
def test_bad_values_break_the_schema(feature: Feature) -> None:
    for field in described(feature):
        for bad in fieldtypes.bad(field):
            if bad.why in NOT_IN_SCHEMA:
                continue
            with pytest.raises(jsonschema.ValidationError):
                jsonschema.validate(bad.value, schema(field), format_checker=FORMATS)


@settings(deadline=None, max_examples=50)
@given(features())
def test_good_values_ascend(feature: Feature) -> None:
    for field in feature.fields:
        values = fieldtypes.good(field)
        if fieldtypes.type_of(field).sortable:
            assert list(values) == sorted(values)  # type: ignore[type-var] # all of one type


def test_the_ends_of_the_bounds_are_good_and_what_lies_beyond_is_bad() -> None:
    field = Field("minutes", "integer", min=1, max=1440)

    assert {1, 1440} <= set(fieldtypes.good(field))
    assert {0, 1441} <= {bad.value for bad in fieldtypes.bad(field)}


def test_the_lengths_of_a_text_are_probed_at_both_ends() -> None:
    field = Field("title", "string", min=2, max=9)

    assert {2, 9} <= {len(str(value)) for value in fieldtypes.good(field)}
    whys = {bad.why: bad.value for bad in fieldtypes.bad(field)}
    assert (len(str(whys["too short"])), len(str(whys["too long"]))) == (1, 10)


def test_every_type_of_the_format_is_in_the_table() -> None:
    assert set(fieldtypes.TYPES) == set(
        [
            "string",
            "text",
            "integer",
            "number",
            "boolean",
            "date",
            "datetime",
            "uuid",
            "enum",
            "list",
            "reference",
        ]
    )


def test_only_dates_and_numbers_are_filtered_by_range() -> None:
    ranged = {name for name, kind in fieldtypes.TYPES.items() if kind.ranged}

    assert ranged == {"date", "datetime", "integer", "number"}
    assert fieldtypes.parameters(Field("on", "date")) == ("on", "on_from", "on_to")
    assert fieldtypes.parameters(Field("done", "boolean")) == ("done",)


@pytest.mark.parametrize(
    "text", ["plain", 'quo"te', "back\\slash", "é", "ı", "…", "日本", "🏃", "\u2028"]
)
def test_a_text_means_itself_in_python(text: str) -> None:
    written = fieldtypes.literal(text)

    assert eval(written) == text
    assert written.isprintable()


def test_letters_that_look_like_others_are_escaped() -> None:
    assert fieldtypes.literal("ıé") == '"\\u0131é"'
