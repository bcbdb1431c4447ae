"""openapi.json says what the locked contract says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from pullcord.blueprint.checks.file import DRIFT, METHODS, ON_ROW, File, verb
from pullcord.blueprint.house import OPENAPI
from pullcord.model.quality import Finding

_WORDS = ("title", "description", "summary", "tags", "examples", "example", "externalDocs")
"""Keys of an OpenAPI document that promise nothing."""


def look(file: File) -> Iterator[Finding]:
    """Operations and schemas of openapi.json that differ from the contract."""
    contract = file.contract
    if contract is None or file.path != OPENAPI:
        return
    try:
        document = json.loads(file.text)
        paths, schemas = document["paths"], document["components"]["schemas"]
    except (ValueError, KeyError, TypeError):
        yield file.finding(DRIFT, 1, "This is no OpenAPI document.")
        return
    for operation, promised in contract.operations.items():
        path = contract.row_path if operation in ON_ROW else contract.collection
        method = next(
            each for each in METHODS if verb(each, single=operation in ON_ROW) == operation
        )
        served = paths.get(path, {}).get(method)
        line = _line(file.text, '"paths"', f'"{path}"', f'"{method}"')
        if served is None:
            message = f"{method.upper()} {path} is promised by the contract and not described."
            yield file.finding(DRIFT, line, message)
        elif difference := _difference(_meant(promised), _meant(served)):
            message = f"{method.upper()} {path} is not what the contract promises: {difference}."
            yield file.finding(DRIFT, line, message)
    for name, promised in contract.schemas.items():
        if difference := _difference(_meant(promised), _meant(schemas.get(name, {}))):
            line = _line(file.text, '"schemas"', f'"{name}"')
            message = f"The schema {name} is not what the contract promises: {difference}."
            yield file.finding(DRIFT, line, message)


def _meant(node: Any) -> Any:
    """The part of a document that promises something."""
    if isinstance(node, dict):
        kept = {
            key: value
            for key, value in node.items()
            if key not in _WORDS or "type" in node.get(key, "")
        }
        return {key: _meant(value) for key, value in kept.items()}
    if isinstance(node, list):
        # Of lists of texts (enum, required) the order means nothing.
        texts = all(isinstance(each, str) for each in node)
        return sorted(node) if texts else [_meant(each) for each in node]
    return node


def _is_words(key: str, value: Any) -> bool:
    """A property may be called `title` too: then it is a schema and no text."""
    return key in _WORDS and not isinstance(value, dict)


def _difference(promised: Any, served: Any, where: str = "") -> str:
    """The first place where two documents differ, in words; '' when they do not."""
    if isinstance(promised, dict) and isinstance(served, dict):
        for key in sorted({*promised, *served}):
            place = f"{where}/{key}" if where else str(key)
            if key not in served:
                return f"{place} is missing"
            if key not in promised:
                return f"{place} is not in the contract"
            if found := _difference(promised[key], served[key], place):
                return found
        return ""
    return (
        "" if promised == served else f"{where} is {_short(served)} instead of {_short(promised)}"
    )


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _line(text: str, *keys: str) -> int:
    """The line of a key below other keys, as far as they can be followed."""
    at = 0
    for key in keys:
        found = text.find(f"{key}:", at)
        if found < 0:
            break
        at = found + len(key)
    return text.count("\n", 0, at) + 1
