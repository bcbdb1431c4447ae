"""The pages that a feature needs: one readable template per new file of the target."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pullcord.blueprint import contract, fieldtypes, names, sqlwords
from pullcord.blueprint import house as houses
from pullcord.blueprint.feature import OPERATIONS, Feature, Field, Operation
from pullcord.blueprint.house import House
from pullcord.blueprint.spelling import Spelling


def write(feature: Feature, house: House) -> dict[str, str]:
    """The new files of the feature: path to text. Formatting is left to the target's own tools."""
    words = context(feature, house)
    module = words["module"]
    python = {
        f"{houses.MODELS}/{module}.py": "model.py",
        f"{houses.REPOSITORIES}/{module}.py": "repository.py",
        f"{houses.POSTGRES}/{module}.py": "postgres.py",
        f"{houses.ROUTERS}/{words['router_module']}.py": "router.py",
    }
    found = {path: without_unused_imports(render(page, words)) for path, page in python.items()}
    migration = f"{houses.MIGRATIONS}/{house.migration(feature.plural)}"
    return found | {migration: render("migration.sql", words)}


def render(page: str, words: dict[str, Any]) -> str:
    """One page: a template's name without its `.jinja`."""
    return _environment().get_template(f"{page}.jinja").render(words)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "pages"),
        undefined=StrictUndefined,
        autoescape=False,
        keep_trailing_newline=True,
    )
    environment.filters["docstring"] = docstring
    return environment


def context(feature: Feature, house: House) -> dict[str, Any]:
    """What the templates may name."""
    name = contract.class_of(feature, house)
    spelling = Spelling(feature, name)
    label, words = names.words(feature.resource), names.words(feature.plural)
    return {
        "name": name,
        "label": label,
        "words": words,
        "title": words[:1].upper() + words[1:],
        "docs": contract.descriptions(feature, house),
        "owned": feature.owned,
        "operations": feature.operations,
        "key": contract.key(feature),
        "module": names.module(feature.resource),
        "router_module": names.module(feature.plural),
        "provider": f"get_{feature.resource}_repository",
        "router_path": f"{house.router_prefix}/{names.kebab(feature.plural)}",
        **{each: _operation(feature, each) for each in OPERATIONS},
        **_python(feature, house, spelling),
        **_sql(feature, house),
    }


def _operation(feature: Feature, operation: Operation) -> dict[str, str] | None:
    """What the router says of an operation; None when it was not asked for."""
    if operation not in feature.operations:
        return None
    return {
        "id": contract.operation_id(feature, operation),
        "summary": contract.summary(feature, operation),
        "errors": ", ".join(map(str, contract.errors(feature, operation))),
    }


def _python(feature: Feature, house: House, spelling: Spelling) -> dict[str, Any]:
    enums = [{"name": name, "members": values} for name, values in spelling.enums()]
    return {
        "enums": enums,
        "names_of_enums": "".join(f"{enum['name']}, " for enum in enums),
        "fields": [
            {
                "attribute": field.attribute,
                "request": spelling.request(field),
                "response": spelling.response(field),
            }
            for field in feature.fields
        ],
        "parameters": spelling.parameters(),
        "row": spelling.row(),
        "functional_row": spelling.functional_row(),
        "table_constant": feature.plural.upper(),
        "unique": _tuple(_tuple(map(fieldtypes.literal, group)) for group in feature.unique),
        "references": _tuple(_reference(feature, field, house) for field in feature.references),
    }


def _tuple(items: Iterable[str]) -> str:
    """A tuple of items that are Python already."""
    written = list(items)
    return f"({written[0]},)" if len(written) == 1 else f"({', '.join(written)})"


def _reference(feature: Feature, field: Field, house: House) -> str:
    known = house.resources.get(field.to)
    table = known.table if known else feature.plural
    optional = ", optional=True" if field.optional else ""
    return f'Reference("{field.name}", "{table}", "{names.words(field.to)}"{optional})'


def _sql(feature: Feature, house: House) -> dict[str, Any]:
    return {
        "table": names.column(feature.plural),
        "table_name": feature.plural,
        "columns": sqlwords.columns(feature),
        "constraints": sqlwords.constraints(feature, house),
        "indexes": sqlwords.indexes(feature),
    }


def docstring(text: str) -> str:
    """A docstring inside a class."""
    end = "" if "\n" not in text else "\n    "
    return '"""' + text.replace("\n", "\n    ") + end + '"""\n'


def without_unused_imports(source: str) -> str:
    """The source without the imported names that it does not use: the templates import all that
    any feature needs."""
    tree = ast.parse(source)
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    lines = source.splitlines(keepends=True)
    for node in tree.body:
        if not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        kept = [each for each in node.names if (each.asname or each.name) in used]
        if len(kept) == len(node.names):
            continue
        written = ast.ImportFrom(node.module, kept, 0) if isinstance(node, ast.ImportFrom) else None
        text = f"{ast.unparse(written)}\n" if written and kept else ""
        last = node.end_lineno or node.lineno
        lines[node.lineno - 1 : last] = [text] + [""] * (last - node.lineno)
    return "".join(lines)
