"""Request models take what the locked contract says."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from pullcord.blueprint import fieldtypes, names
from pullcord.blueprint.checks.file import DRIFT, File, names_in
from pullcord.blueprint.feature import Feature, Field
from pullcord.model.quality import Finding

_PLAIN = {"str", "int", "float", "list", "Annotated", "Text", "Integer", "Number", "Uuid", "None"}
_BOUNDS = ("ge", "gt", "le", "lt", "min_length", "max_length", "pattern")


def look(file: File) -> Iterator[Finding]:
    """Fields, bounds and choices of the request model that differ from the contract."""
    contract = file.contract
    if contract is None or not file.is_application:
        return
    for node in file.tree.body:
        if isinstance(node, ast.ClassDef) and node.name == f"{contract.name}Create":
            yield from _model(file, node, contract.feature)


def _model(file: File, model: ast.ClassDef, feature: Feature) -> Iterator[Finding]:
    aliases = _aliases(file)
    promised = {names.attribute(field.name): field for field in feature.fields}
    written = {
        node.target.id: node
        for node in model.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    }
    for name, field in promised.items():
        if name not in written:
            message = f"{model.name} has no {field.name}, which the contract promises."
            yield file.finding(DRIFT, model.lineno, message)
    for name, node in written.items():
        if name not in promised:
            message = f"{name} is not in the contract's {model.name}."
            yield file.finding(DRIFT, node.lineno, message)
            continue
        for difference in _unlike(node, promised[name], aliases):
            yield file.finding(DRIFT, node.lineno, f"{name}: {difference}.")


def _aliases(file: File) -> dict[str, ast.expr]:
    return {
        target.id: node.value
        for node in file.tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _unlike(node: ast.AnnAssign, field: Field, aliases: dict[str, ast.expr]) -> Iterator[str]:
    """What is otherwise than promised, as far as the source says it."""
    annotated = names_in(node.annotation)
    parts = [node.annotation, *(aliases[name] for name in annotated & aliases.keys())]
    parts += [node.value] if node.value is not None else []
    nodes = [each for part in parts for each in ast.walk(part)]
    bounds, expected = _bounds(nodes), _expected(field)
    if bounds is not None and bounds != expected and (bounds or annotated <= _PLAIN):
        yield f"its bounds are {_listed(bounds)}, the contract says {_listed(expected)}"
    constants = (each for each in ast.walk(node.annotation) if isinstance(each, ast.Constant))
    optional = "Optional" in annotated or any(each.value is None for each in constants)
    if optional != field.optional:
        yield f"null is {'allowed' if optional else 'refused'}, the contract says otherwise"
    if _is_required(node.value) != field.required:
        word = "not required" if field.required else "required"
        yield f"it is {word}, the contract says otherwise"
    choices = _choices(nodes)
    if field.type == "enum" and choices and choices != set(field.values):
        values = ", ".join(field.values)
        yield f"its values are {', '.join(sorted(choices))}, the contract says {values}"


def _bounds(nodes: list[ast.AST]) -> dict[str, Any] | None:
    """The bounds that are written out; None when one of them is no literal."""
    found = {}
    for node in nodes:
        if isinstance(node, ast.keyword) and node.arg in _BOUNDS:
            try:
                found[node.arg] = ast.literal_eval(node.value)
            except ValueError:
                return None
    return found


def _expected(field: Field) -> dict[str, Any]:
    text = fieldtypes.TYPES[field.type].bounds == ("minLength", "maxLength")
    names = ("min_length", "max_length") if text or field.of else ("ge", "le")
    ends = (field.min_items, field.max_items) if field.of else (field.min, field.max)
    bounds = dict(zip(names, ends, strict=True)) | {"pattern": field.pattern}
    return {key: value for key, value in bounds.items() if value is not None}


def _is_required(value: ast.expr | None) -> bool:
    if value is None:
        return True
    if isinstance(value, ast.Call) and getattr(value.func, "id", "") == "Field":
        first = value.args[0] if value.args else None
        given = {each.arg for each in value.keywords} & {"default", "default_factory"}
        return not given and (first is None or _is_dots(first))
    return _is_dots(value)


def _is_dots(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is ...


def _choices(nodes: list[ast.AST]) -> set[str]:
    for node in nodes:
        match node:
            case ast.Subscript(value=ast.Name(id="Literal"), slice=inner):
                return {
                    str(each.value) for each in ast.walk(inner) if isinstance(each, ast.Constant)
                }
    return set()


def _listed(bounds: dict[str, Any]) -> str:
    return ", ".join(f"{key}={value!r}" for key, value in bounds.items()) or "none"
