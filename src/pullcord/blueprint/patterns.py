"""Texts that match a regular expression, and texts that do not."""

from __future__ import annotations

import re
import string
import warnings
from collections.abc import Iterator
from itertools import islice, product
from re import _constants as sre  # type: ignore[attr-defined] # no public name since 3.11
from re import _parser  # type: ignore[attr-defined] # no public name since 3.11
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError
from pydantic_core import SchemaError

_ALPHABET = string.ascii_lowercase + string.digits + string.ascii_uppercase + "-_ .:/@#+,"
_CATEGORIES = {
    sre.CATEGORY_DIGIT: string.digits,
    sre.CATEGORY_NOT_DIGIT: string.ascii_lowercase,
    sre.CATEGORY_WORD: string.ascii_lowercase + string.digits,
    sre.CATEGORY_NOT_WORD: "-. ",
    sre.CATEGORY_SPACE: " ",
    sre.CATEGORY_NOT_SPACE: string.ascii_lowercase,
}
_BRANCH = 4
"""How many alternatives of each part are tried."""
_TRIES = 2000


def problem(pattern: str) -> str:
    """Why this pattern cannot be used, or ''. The service's validator is pydantic's: no look-around
    and no back references."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            _parser.parse(pattern)
        _accepts(pattern)
    except re.error as error:
        return f"is not a regular expression: {error}"
    except FutureWarning as warning:
        return f"does not mean the same everywhere: {warning}"
    except SchemaError as error:
        return f"cannot be checked by pydantic: {str(error).splitlines()[-1].strip()}"
    except (RecursionError, OverflowError):
        return "is too complex"
    return ""


def matching(pattern: str, least: int, most: int, count: int) -> tuple[str, ...]:
    """Up to `count` different texts of `least` to `most` characters that match, in order."""
    fits = _accepts(pattern)
    found: set[str] = set()
    try:
        parsed = _parser.parse(pattern)
        candidates = islice(_texts(list(parsed), most), _TRIES)
        for text in candidates:
            padded = (text, text + "a" * (least - len(text)), "a" * (least - len(text)) + text)
            found.update(each for each in padded if least <= len(each) <= most and fits(each))
            if len(found) >= count:
                break
    except (RecursionError, MemoryError):
        return ()
    return tuple(sorted(found))[:count]


def refused(pattern: str, least: int, most: int) -> str | None:
    """A text of allowed length that does not match; None when there seems to be none."""
    fits = _accepts(pattern)
    length = min(max(least, 3), most)
    candidates = (sign * length for sign in "!~ aA0-é")
    return next((each for each in candidates if not fits(each)), None)


def accepts(pattern: str, text: str) -> bool:
    """Whether the service will accept the text."""
    return bool(_accepts(pattern)(text))


def _accepts(pattern: str) -> Any:
    adapter = TypeAdapter(Annotated[str, Field(pattern=pattern)])

    def fits(text: str) -> bool:
        try:
            adapter.validate_python(text)
        except ValidationError:
            return False
        return True

    return fits


def _texts(parts: list[Any], most: int) -> Iterator[str]:
    """Texts for parts in sequence, the shortest repetitions first."""
    choices = [list(islice(_part(operation, value, most), _BRANCH)) for operation, value in parts]
    return ("".join(combination) for combination in product(*choices))


def _part(operation: Any, value: Any, most: int) -> Iterator[str]:
    if operation is sre.LITERAL:
        yield chr(value)
    elif operation is sre.NOT_LITERAL:
        yield from (each for each in _ALPHABET if ord(each) != value)
    elif operation is sre.ANY:
        yield from _ALPHABET
    elif operation is sre.IN:
        yield from _class(value)
    elif operation is sre.BRANCH:
        for branch in value[1]:
            yield from islice(_texts(list(branch), most), 2)
    elif operation is sre.SUBPATTERN:
        yield from _texts(list(value[3]), most)
    elif operation in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
        least, greatest, repeated = value
        yield from _repeated(least, greatest, list(repeated), most)
    elif operation is sre.ATOMIC_GROUP:
        yield from _texts(list(value), most)
    else:
        yield ""


def _repeated(least: int, greatest: Any, part: list[Any], most: int) -> Iterator[str]:
    inner = list(islice(_texts(part, most), 2))
    counts = [max(least, 1), least, least + 1, least + 6]
    for count in dict.fromkeys(counts):
        if count <= int(greatest):
            yield from (text * count for text in inner if len(text) * count <= most)


def _class(items: list[Any]) -> Iterator[str]:
    negated = bool(items) and items[0][0] is sre.NEGATE
    if negated:
        inside = set(_members(items[1:]))
        yield from (each for each in _ALPHABET if each not in inside)
    else:
        yield from _members(items)


def _members(items: list[Any]) -> Iterator[str]:
    for operation, value in items:
        if operation is sre.LITERAL:
            yield chr(value)
        elif operation is sre.RANGE:
            yield from (chr(code) for code in range(value[0], min(value[1], value[0] + 200) + 1))
        elif operation is sre.CATEGORY:
            yield from _CATEGORIES.get(value, "")
