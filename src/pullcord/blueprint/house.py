"""How this repository does things: what a new resource must fit in with."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pullcord.blueprint import names

MODELS = "app/models"
REPOSITORIES = "app/repositories"
POSTGRES = "app/repositories/postgres"
ROUTERS = "app/api"
ROUTER_LIST = "app/api/__init__.py"
PROVIDERS = "app/core/providers.py"
MIGRATIONS = "supabase/migrations"
OPENAPI = "openapi.json"
CONTRACTS = "docs/contracts"
_EXPECTED = (
    "app/main.py", "app/core/auth.py", "app/core/errors.py", "app/core/pagination.py",
    "app/core/types.py", PROVIDERS, "app/models/base.py", "app/repositories/memory.py",
    "app/repositories/table.py", "app/repositories/postgres/base.py", ROUTER_LIST, OPENAPI,
    "scripts/openapi.py",
)  # fmt: skip
_SHARED = ("Problem", "ValidationProblem", "FieldError")
_STATUSES = ("401", "404", "409", "422", "default")
_MIGRATION = re.compile(r"(\d+)_(\w+)\.sql")


class UnknownLayout(Exception):
    """The repository is not laid out in a way that these agents know. The text says why."""


@dataclass(frozen=True)
class Known:
    """A resource that the service has."""

    name: str
    table: str
    owned: bool


@dataclass(frozen=True)
class House:
    """What the target decides: its resources, the prefix of its paths, its security and the
    schemas of its errors (from its OpenAPI document), and its migrations."""

    resources: dict[str, Known]
    prefix: str
    """What stands before every path: '' or such as `/v1`."""
    router_prefix: str
    """The part of `prefix` that each router writes itself."""
    security: list[dict[str, list[str]]]
    security_schemes: dict[str, Any]
    schemas: dict[str, Any]
    """The schemas of errors."""
    errors: dict[str, Any]
    """How its operations document each error: status, or `default`, to response."""
    operations: dict[str, frozenset[str]]
    """The schemas that each path uses."""
    migrations: tuple[str, ...]
    """File names, in order."""
    line_length: int
    """Of its Python, in characters."""

    def taken(self, path: str) -> frozenset[str]:
        """Names of schemas that belong to other paths than `path` and those below it."""
        others = [used for each, used in self.operations.items() if not _below(each, path)]
        return frozenset(self.schemas).union(*others)

    def migration(self, table: str) -> str:
        """The file that makes the table: the present one, or the next in the row."""
        for name in self.migrations:
            if (match := _MIGRATION.fullmatch(name)) and match[2] == table:
                return name
        return self.next_migration(table)

    def next_migration(self, subject: str) -> str:
        """The name of a further file, numbered as the others are."""
        numbers = [match[1] for name in self.migrations if (match := _MIGRATION.match(name))]
        last = max(numbers, key=int, default="0000")
        return f"{int(last) + 1:0{len(last)}}_{subject}.sql"


def look(root: Path) -> House:
    """The House of the repository at `root`. Raises UnknownLayout."""
    missing = [path for path in _EXPECTED if not (root / path).is_file()]
    if missing:
        raise UnknownLayout(f"There is no {', '.join(missing)}.")
    for path in (PROVIDERS, ROUTER_LIST):
        _parsed(root / path)
    document = _document(root)
    resources = _resources(root)
    schemas = document.get("components", {}).get("schemas", {})
    absent = [name for name in _SHARED if name not in schemas]
    if absent:
        raise UnknownLayout(f"{OPENAPI} has no schema {', '.join(absent)}.")
    schemes = document.get("components", {}).get("securitySchemes", {})
    if len(schemes) != 1:
        raise UnknownLayout(f"{OPENAPI} has {len(schemes)} security schemes; one was expected.")
    return House(
        resources=resources,
        prefix=_prefix(document, resources),
        router_prefix=_router_prefix(root, resources),
        security=[{name: []} for name in schemes],
        security_schemes=schemes,
        schemas={name: schemas[name] for name in _SHARED},
        errors=_errors(document),
        operations={
            path: frozenset(_referred(operations, schemas))
            for path, operations in document.get("paths", {}).items()
        },
        migrations=tuple(sorted(each.name for each in (root / MIGRATIONS).glob("*.sql"))),
        line_length=_line_length(root),
    )


def _line_length(root: Path) -> int:
    """What the target tells ruff, or ruff's own default."""
    try:
        settings = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
        return int(settings["tool"]["ruff"]["line-length"])
    except (OSError, ValueError, KeyError, TypeError):
        return 88


def _errors(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for operations in document.get("paths", {}).values():
        for operation in operations.values():
            found |= operation.get("responses", {})
    absent = [status for status in _STATUSES if status not in found]
    if absent:
        raise UnknownLayout(f"No operation in {OPENAPI} documents the error {', '.join(absent)}.")
    return {status: found[status] for status in _STATUSES}


def _document(root: Path) -> dict[str, Any]:
    try:
        document = json.loads((root / OPENAPI).read_text("utf-8"))
    except ValueError as error:
        raise UnknownLayout(f"{OPENAPI} is not JSON: {error}") from error
    if not isinstance(document, dict):
        raise UnknownLayout(f"{OPENAPI} is not an OpenAPI document.")
    return document


def _resources(root: Path) -> dict[str, Known]:
    """The tables that the repositories declare: `PLANS = Table(name="plans", …)`."""
    found = {}
    for path in sorted((root / REPOSITORIES).glob("*.py")):
        tree = _parsed(path)
        for node in ast.walk(tree):
            match node:
                case ast.Call(func=ast.Name(id="Table"), keywords=keywords):
                    values = {
                        each.arg: each.value.value
                        for each in keywords
                        if isinstance(each.value, ast.Constant)
                    }
                    if {"name", "label"} <= values.keys():
                        name = str(values["label"]).replace(" ", "_")
                        found[name] = Known(name, str(values["name"]), "user_id" in _strings(tree))
    return found


def _parsed(path: Path) -> ast.Module:
    try:
        return ast.parse(path.read_text("utf-8"))
    except (SyntaxError, ValueError) as error:
        raise UnknownLayout(f"{path.name} cannot be read: {error}") from error


def _strings(tree: ast.Module) -> set[str]:
    """The keys of the TypedDicts of a module, in both ways of writing them."""
    names = {
        node.target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    }
    texts = {
        key.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Dict)
        for key in node.keys
        if isinstance(key, ast.Constant)
    }
    return names | {str(text) for text in texts}


def _prefix(document: dict[str, Any], resources: dict[str, Known]) -> str:
    for known in resources.values():
        for path in document.get("paths", {}):
            if path.endswith(f"/{names.kebab(known.table)}"):
                return str(path).removesuffix(f"/{names.kebab(known.table)}")
    return ""


def _router_prefix(root: Path, resources: dict[str, Known]) -> str:
    for known in resources.values():
        module = root / ROUTERS / f"{names.module(known.table)}.py"
        text = module.read_text("utf-8") if module.is_file() else ""
        for prefix in re.findall(r'APIRouter\([^)]*prefix="([^"]*)"', text):
            return str(prefix).removesuffix(f"/{names.kebab(known.table)}")
    return ""


def _referred(node: Any, schemas: dict[str, Any]) -> set[str]:
    """Names of the schemas that a part of the document needs, directly or not."""
    found: set[str] = set()
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            name = str(part.get("$ref", "")).removeprefix("#/components/schemas/")
            if name in schemas and name not in found:
                found.add(name)
                waiting.append(schemas[name])
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)
    return found


def _below(path: str, parent: str) -> bool:
    return path == parent or path.startswith(f"{parent}/")
