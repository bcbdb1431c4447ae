"""The types of fields. Each refuses what JSON allows but storage does not.

Bodies are strict (`"5"` is no integer), query parameters are text and are converted.
"""

import re
from datetime import UTC, date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, Strict

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DATE_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


def _storable(value: str) -> str:
    if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise ValueError("NUL and lone surrogates cannot be stored")
    return value


def _date_text(value: object) -> object:
    if isinstance(value, str) and not _DATE.fullmatch(value):
        raise ValueError("expected a date: YYYY-MM-DD")
    if isinstance(value, int | float):
        raise ValueError("expected a date, not a number")
    return value


def _date_time_text(value: object) -> object:
    if isinstance(value, str) and not _DATE_TIME.fullmatch(value):
        raise ValueError("expected a date and time with an offset: YYYY-MM-DDTHH:MM:SSZ")
    if isinstance(value, int | float):
        raise ValueError("expected a date and time, not a number")
    return value


def _utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("the date is out of range") from error


Storable = AfterValidator(_storable)
"""For text with bounds, behind them: `Annotated[str, Field(max_length=9), Storable]`."""
Text = Annotated[str, Storable]
Integer = Annotated[int, Field(ge=1 - 2**53, le=2**53 - 1)]
"""Within the range that JSON transports without loss."""
Number = Annotated[float, Field(allow_inf_nan=False)]
Boolean = bool
Date = Annotated[date, Strict(strict=False), BeforeValidator(_date_text)]
DateTime = Annotated[
    AwareDatetime, Strict(strict=False), BeforeValidator(_date_time_text), AfterValidator(_utc)
]
Uuid = Annotated[UUID, Strict(strict=False)]
