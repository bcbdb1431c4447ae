"""What the repositories of a service declare about their tables, and who uses them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pullcord.blueprint import names
from pullcord.blueprint.checks.file import File
from pullcord.blueprint.house import PROVIDERS, REPOSITORIES, ROUTERS


@dataclass(frozen=True)
class Table:
    """`unique` are its groups of columns; `needs` maps a required column to the table that it
    refers to."""

    name: str
    label: str
    unique: tuple[tuple[str, ...], ...] = ()
    needs: tuple[tuple[str, str], ...] = ()

    def serves(self, collection: str) -> bool:
        """Whether a path of the contract leads to these rows."""
        return collection.endswith(f"/{names.kebab(self.name)}")


def tables(root: Path) -> Iterator[Table]:
    """Every `Table(name=…, label=…)` of the repositories."""
    for path in sorted((root / REPOSITORIES).glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id="Table"), keywords=keywords):
                    given = {each.arg: each.value for each in keywords}
                    if {"name", "label"} <= given.keys():
                        yield _table(given)


def _table(given: dict[str | None, ast.expr]) -> Table:
    listed = given.get("references")
    elements = listed.elts if isinstance(listed, ast.Tuple | ast.List) else []
    return Table(
        name=_literal(given["name"]) or "",
        label=_literal(given["label"]) or "",
        unique=_literal(given.get("unique")) or (),
        needs=tuple(
            (_literal(each.args[0]), _literal(each.args[1]))
            for each in elements
            if isinstance(each, ast.Call) and len(each.args) >= 2 and not each.keywords
        ),
    )


def _literal(node: ast.expr | None) -> Any:
    try:
        return ast.literal_eval(node) if node is not None else None
    except ValueError:
        return None


def providers(root: Path) -> dict[str, tuple[str, ...]]:
    """Operation id → the repositories that the operation is given, by their providers."""
    known = set(functions(root))
    found = {}
    for path in sorted((root / ROUTERS).glob("*.py")):
        file = File(root, path.relative_to(root).as_posix(), path.read_text("utf-8"))
        aliases = {
            target.id: ast.unparse(node.value)
            for node in file.tree.body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for route in file.routes:
            text = ast.unparse(route.function.args)
            text += " ".join(each for name, each in aliases.items() if name in text)
            name = _literal(route.keyword("operation_id")) or route.function.name
            found[name] = tuple(sorted(each for each in known if f"Depends({each})" in text))
    return found


def functions(root: Path) -> Iterator[str]:
    """The providers of repositories."""
    for node in ast.parse((root / PROVIDERS).read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.endswith(
            "_repository"
        ):
            yield node.name
