"""OpenAPI documents as data: reading, resolving, rendering, and what differs between two."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

Document = dict[str, Any]
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


def load(path: Path) -> Document:
    """A JSON document. Raises ValueError when it is absent or no JSON object."""
    if path.is_symlink() or not path.is_file():
        raise ValueError(f"{path.name} is missing")
    data = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(data, dict):
        raise ValueError(f"{path.name} is not a JSON object")
    return data


def operations(document: Document) -> dict[tuple[str, str], dict[str, Any]]:
    """(METHOD, path) → operation, with the path item's parameters put into it."""
    found = {}
    for path, item in (document.get("paths") or {}).items():
        for method in METHODS:
            if isinstance(item, dict) and isinstance(item.get(method), dict):
                shared, operation = item.get("parameters", []), dict(item[method])
                operation["parameters"] = [*shared, *operation.get("parameters", [])]
                found[method.upper(), path] = operation
    return found


def resolve(document: Document, node: Any, limit: int = 50) -> dict[str, Any]:
    """The node that a chain of local references leads to. ValueError when it leads nowhere."""
    while isinstance(node, dict) and "$ref" in node:
        reference = str(node["$ref"])
        if not reference.startswith("#/") or limit == 0:
            raise ValueError(f"the reference {reference} cannot be resolved")
        target: Any = document
        for part in reference[2:].split("/"):
            key = part.replace("~1", "/").replace("~0", "~")
            target = target.get(key) if isinstance(target, dict) else None
        node, limit = target, limit - 1
        if node is None:
            raise ValueError(f"the reference {reference} leads nowhere")
    return node if isinstance(node, dict) else {}


def same_bytes(text: str, document: Document) -> bool:
    """Whether `text` is a usual rendering of the document: some indentation, order and ending."""
    for indent, ordered, ascii_only, tight in product(
        (2, None, 1, 4, "\t"), (True, False), (True, False), (False, True)
    ):
        separators = (",", ":") if tight else ((",", ": ") if indent is not None else (", ", ": "))
        rendered = json.dumps(
            document,
            indent=indent,
            sort_keys=ordered,
            ensure_ascii=ascii_only,
            separators=separators,
        )
        if text in (rendered, rendered + "\n"):
            return True
    return False


def differences(a: Any, b: Any, place: str = "") -> Iterator[str]:
    """The places at which two documents differ, in words."""
    if isinstance(a, dict) and isinstance(b, dict):
        for key in sorted(a.keys() | b.keys()):
            here = f"{place}/{key}"
            if key not in b:
                yield f"{here} is not in the code"
            elif key not in a:
                yield f"{here} is not in the document"
            else:
                yield from differences(a[key], b[key], here)
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for index, (x, y) in enumerate(zip(a, b, strict=True)):
            yield from differences(x, y, f"{place}/{index}")
    elif a != b or type(a) is not type(b):
        yield f"{place}: the document says {_brief(a)}, the code {_brief(b)}"


def _brief(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 60 else text[:57] + "..."
