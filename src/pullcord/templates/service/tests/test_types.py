"""What every type of field takes and refuses, in bodies and in queries."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from app.core.types import Date, DateTime, Integer, Number, Text, Uuid
from app.models.base import RequestModel


class Body(RequestModel):
    text: Text | None = None
    integer: Integer | None = None
    number: Number | None = None
    boolean: bool | None = None
    day: Date | None = None
    moment: DateTime | None = None
    code: Uuid | None = None
    texts: list[Text] | None = None
    integers: list[Integer] | None = None


def rejects(model: type[BaseModel], values: dict[str, Any]) -> bool:
    try:
        model.model_validate(values)
    except ValidationError:
        return True
    return False


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("text", "", ""),
        ("integer", 2**53 - 1, 2**53 - 1),
        ("number", 3, 3.0),
        ("number", 0.5, 0.5),
        ("boolean", True, True),
        ("day", "2028-02-29", date(2028, 2, 29)),
        ("day", date(2026, 1, 1), date(2026, 1, 1)),
        ("moment", "2026-11-22T10:00:00Z", datetime(2026, 11, 22, 10, tzinfo=UTC)),
        ("moment", "2026-11-22T10:00:00.5+02:00", datetime(2026, 11, 22, 8, 0, 0, 500_000, UTC)),
        ("texts", [], []),
        ("integers", [1, 2], [1, 2]),
    ],
)
def test_a_body_may_hold(field: str, value: object, expected: object) -> None:
    assert getattr(Body.model_validate({field: value}), field) == expected


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("text", "\0"),
        ("text", "\ud800"),
        ("text", 1),
        ("integer", 2**53),
        ("integer", -(2**53)),
        ("integer", "1"),
        ("integer", True),
        ("integer", 1.5),
        ("number", float("nan")),
        ("number", float("inf")),
        ("number", 10**400),
        ("number", "1"),
        ("number", True),
        ("boolean", 1),
        ("boolean", "true"),
        ("day", "2026-02-29"),
        ("day", "2026-11-22T00:00:00"),
        ("day", "1763769600"),
        ("day", 1763769600),
        ("day", "\u0662026-11-22"),
        ("moment", "2026-11-22T10:00:00"),
        ("moment", "2026-11-22"),
        ("moment", "0001-01-01T00:00:00+14:00"),
        ("moment", "9999-12-31T23:59:59-14:00"),
        ("moment", 0),
        ("code", "7"),
        ("code", 7),
        ("texts", ["\0"]),
        ("texts", "abc"),
        ("integers", ["1"]),
        ("integers", [2**60]),
    ],
)
def test_a_body_may_not_hold(field: str, value: object) -> None:
    assert rejects(Body, {field: value})


@pytest.mark.parametrize(
    ("type_", "text", "expected"),
    [
        (Integer, "-5", -5),
        (Number, "0.5", 0.5),
        (bool, "true", True),
        (Date, "2026-11-22", date(2026, 11, 22)),
    ],
)
def test_a_query_parameter_is_text(type_: Any, text: str, expected: object) -> None:
    assert TypeAdapter(type_).validate_python(text) == expected


@pytest.mark.parametrize(
    ("type_", "text"),
    [(Integer, "9" * 5000), (Number, "1e999"), (Number, "nan"), (Text, "\0"), (Date, "0")],
)
def test_a_query_parameter_is_refused(type_: Any, text: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(type_).validate_python(text)
