"""Routes serve what the locked contract says."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from pullcord.blueprint.checks.file import DRIFT, ON_ROW, File, Route, names_in, number, verb
from pullcord.blueprint.feature import Operation
from pullcord.blueprint.locked import Json, Locked
from pullcord.model.quality import Finding


def look(file: File) -> Iterator[Finding]:
    """Routes that the contract does not have, that it misses, or that answer otherwise."""
    contract = file.contract
    if contract is None or not file.is_application:
        return
    prefixes = _prefixes(file)
    ours = [route for route in file.routes if _is_ours(route, prefixes, contract)]
    if not ours:
        return
    present: dict[Operation, Route] = {}
    for route in ours:
        operation = _operation(route, prefixes, contract)
        line = route.function.lineno
        if operation is None or not contract.has(operation):
            message = f"{route.function.name} serves an operation that the contract does not have."
            yield file.finding(DRIFT, line, message)
            continue
        present[operation] = route
        for difference in _differences(route, operation, contract):
            yield file.finding(DRIFT, line, f"{route.function.name}: {difference}.")
    for operation in contract.operations:
        if operation not in present:
            message = f"The contract's operation {operation} of {contract.collection} is missing."
            yield file.finding(DRIFT, ours[0].decorator.lineno, message)


def _prefixes(file: File) -> dict[str, str]:
    found = {}
    for node in file.nodes:
        match node:
            case ast.Assign(targets=[ast.Name(id=router)], value=ast.Call(keywords=keywords)):
                for each in keywords:
                    text = each.value.value if isinstance(each.value, ast.Constant) else None
                    if each.arg == "prefix" and isinstance(text, str):
                        found[router] = text
    return found


def _path(route: Route, prefixes: dict[str, str]) -> str:
    return re.sub(r"\{[^}]*\}", "{}", prefixes.get(route.router, "") + route.path).rstrip("/")


def _is_ours(route: Route, prefixes: dict[str, str], contract: Locked) -> bool:
    path = _path(route, prefixes).removesuffix("/{}")
    return path != "" and (contract.collection == path or contract.collection.endswith(path))


def _operation(route: Route, prefixes: dict[str, str], contract: Locked) -> Operation | None:
    single = _path(route, prefixes).endswith("/{}")
    operation = verb(route.method, single=single)
    return operation if operation and (operation in ON_ROW) == single else None


def _differences(route: Route, operation: Operation, contract: Locked) -> Iterator[str]:
    promised = contract.operations[operation]
    success = next(int(code) for code in promised["responses"] if code.startswith("2"))
    status = number(route.keyword("status_code")) or 200
    if status != success:
        yield f"answers with {status}, the contract says {success}"
    named = route.keyword("operation_id")
    if isinstance(named, ast.Constant) and named.value != promised.get("operationId"):
        yield f"operation_id is {named.value!r}, the contract says {promised.get('operationId')!r}"
    reference = str(_schema(promised["responses"][str(success)])).rpartition("/")[2]
    model = names_in(route.keyword("response_model") or route.function.returns)
    if reference and model and reference not in model:
        yield f"returns {', '.join(sorted(model))}, the contract says {reference}"
    documented = _documented(route.keyword("responses"))
    missing = contract.statuses[operation] - documented - {401, success}
    if documented and missing:
        yield f"does not document {', '.join(map(str, sorted(missing)))}"


def _schema(response: Json) -> str:
    return str(
        response.get("content", {}).get("application/json", {}).get("schema", {}).get("$ref", "")
    )


def _documented(node: ast.expr | None) -> frozenset[int]:
    parts = [each for each in ast.walk(node) if isinstance(each, ast.expr)] if node else []
    return frozenset(code for code in map(number, parts) if code)
