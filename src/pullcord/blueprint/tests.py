"""The tests of a feature, from its locked contract: what they try, and the files that hold them.

Nothing here looks at the implementation: what the contract promises is tried on both sides of each
bound, with and without a token, by the owner and by somebody else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pullcord.blueprint import contract, names, samples, writing
from pullcord.blueprint.asking import asking
from pullcord.blueprint.bodies import bodies
from pullcord.blueprint.feature import Feature
from pullcord.blueprint.house import House
from pullcord.blueprint.locked import Locked
from pullcord.blueprint.samples import Row
from pullcord.blueprint.source import source
from pullcord.blueprint.targets import STRANGER, Target, targets

ROWS = "tests/rows.py"
EXAMPLES = "tests/examples"
SHARED = (ROWS, f"{EXAMPLES}/__init__.py")
"""Files that the tests of all features share; they are the same for each."""
_NAMES = {"ROWS", "PATH", "A", "B", "D", "MOMENT"}
"""Constants of the pages."""


def write(of: Locked, house: House, root: Path, before: Feature | None = None) -> dict[str, str]:
    """The test files of the feature: path to text. Formatting is left to the target's own tools.

    `before` is what the feature was when there were tests already: their rows and cases stay.
    Raises Unstorable when what the feature refers to cannot be stored before a test.
    """
    words = _context(of, house, root, before or of.feature)
    module, plural = words["module"], names.module(of.feature.plural)
    files = {
        f"{EXAMPLES}/__init__.py": '"""What tests send, and what they find stored already."""\n',
        f"{EXAMPLES}/{module}.py": render("examples.py", words),
        ROWS: render("rows.py", words),
        f"tests/test_{plural}.py": render("operations.py", words),
        f"tests/repositories/test_{module}_contract.py": render("repository.py", words),
    }
    return {path: _without_unused(text) for path, text in files.items()}


def _without_unused(text: str) -> str:
    """The text without constants and imports that this feature's tests do not need."""
    for name in re.findall(r"^([A-Z]+) = ", text, re.M):
        if len(re.findall(rf"\b{name}\b", text)) == 1:
            text = re.sub(rf"^{name} = .*\n", "", text, flags=re.M)
    return writing.without_unused_imports(text)


def _context(of: Locked, house: House, root: Path, before: Feature) -> dict[str, Any]:
    feature = of.feature
    rows = samples.rows(feature, before)
    found = targets(root, house, of, _signs(feature, rows))
    owned = {target.resource for target in found if target.owned}
    stranger = samples.row_id(STRANGER)
    theirs = {field.name: stranger for field in feature.references if field.to in owned}
    article = names.article(feature.resource)
    words = names.words(feature.plural)
    ours = "".join(rows)
    provider = f"get_{feature.resource}_repository"
    deletable = _deletable(before, found, rows["a"])
    return {
        "title": words[:1].upper() + words[1:],
        "words": words,
        "article": article[:1].upper() + article[1:],
        "a_name": article.replace(" ", "_"),
        "resource_name": feature.resource,
        "name": contract.class_of(feature, house),
        "module": names.module(feature.resource),
        "table": feature.plural,
        "column": names.column(feature.plural),
        "collection": of.collection,
        "contract_path": contract.path_of(feature.plural),
        "provider": provider,
        "providers": ", ".join(sorted({provider, *(each["provider"] for each in deletable)})),
        "owned": feature.owned,
        "typed": _typed,
        "targets": [_target(target, words) for target in found],
        "deletable": deletable,
        "rows": {name: source(row) for name, row in rows.items()},
        "theirs": source(theirs) if theirs else "",
        "rows_words": _rows_words(feature, ours, words),
        "oldest": ours,
        "newest": ours[::-1],
        **bodies(of, rows, owned),
        **asking(of, rows),
    }


def _typed(expression: str) -> str:
    """The annotation that a variable needs when its value does not tell its type."""
    empty = expression == "{}" or "[]" in expression
    return ": dict[str, Any]" if empty else ""


def _rows_words(feature: Feature, ours: str, words: str) -> str:
    *most, last = [f"`{each}`" for each in ours]
    letters = f"{', '.join(most)} and {last}" if most else last
    owners = f"Ada's {words} {letters}" if feature.owned else f"The {words} {letters}"
    return f"{owners}, the oldest first{', and `d` of Grace' if feature.owned else ''}."


def _signs(feature: Feature, rows: Mapping[str, Row]) -> dict[str, set[str]]:
    """The rows of other resources that these rows refer to."""
    found: dict[str, set[str]] = {}
    for field in feature.references:
        values = {str(row[field.name])[0] for row in rows.values() if row[field.name] is not None}
        found.setdefault(field.to, set()).update(values or {"1"})
    return found


def _target(target: Target, words: str) -> dict[str, Any]:
    constant = target.table.upper()
    whose = "; `4` is Grace's, the others are Ada's" if target.owned else ""
    return {
        "resource": target.resource,
        "constant": f"{constant}_" if constant in _NAMES else constant,
        "module": target.module,
        "create": target.create,
        "table": target.table,
        "owned": target.owned,
        "doc": f"Stored {names.words(target.table)}, for {words} to refer to{whose}.",
        "rows": {sign: source(row) for sign, row in target.rows.items()},
    }


def _deletable(feature: Feature, found: list[Target], row: Row) -> list[dict[str, Any]]:
    """The references whose target can be deleted, if it has no more than one of them."""
    tables = {target.resource: target for target in found if target.deletable}
    fields = [field for field in feature.references if field.to in tables]
    counts = [field.to for field in fields]
    return [
        {
            "resource": field.to,
            "field": field.name,
            "row": source(row[field.name]),
            "optional": field.optional,
            "provider": f"get_{field.to}_repository",
        }
        for field in fields
        if counts.count(field.to) == 1
    ]


def render(page: str, words: dict[str, Any]) -> str:
    """One page of tests: a template's name without its `.jinja`."""
    return _environment().get_template(f"{page}.jinja").render(words)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "pages" / "tests"),
        undefined=StrictUndefined,
        autoescape=False,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
