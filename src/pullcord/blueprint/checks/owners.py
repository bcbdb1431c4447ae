"""A row is its owner's: whoever asks for rows says for whom."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from pullcord.blueprint.checks.file import File, Function, Route, names_in, parameters
from pullcord.model.quality import Finding

_OWNER = ("user_id", "owner_id")
_BY_ID = re.compile(r"(?<![\w_])id\s*=\s*(%s|:\w+|\$\d)")
_SELECTS = re.compile(r"^\s*(select|update|delete)\b", re.I)


def look(file: File) -> Iterator[Finding]:
    """Repositories that are asked for nobody's rows, owners that are taken and not used, statements
    that find a row by its id alone."""
    if not file.is_application or (file.contract and not file.contract.feature.owned):
        return
    for route in file.routes:
        yield from _calls(file, route)
    if "repositor" in file.path:
        for node in file.nodes:
            if isinstance(node, Function):
                yield from _unused(file, node)
        yield from _statements(file)


def _calls(file: File, route: Route) -> Iterator[Finding]:
    who, repositories = set(), set()
    for parameter, default in parameters(route.function):
        if file.authenticates(parameter.annotation) or file.authenticates(default):
            who.add(parameter.arg)
        elif any("repository" in name.lower() for name in names_in(parameter.annotation)):
            repositories.add(parameter.arg)
    for node in ast.walk(route.function):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method)) as call:
                if name in repositories and who and not (_names(call) & who):
                    yield file.finding(
                        "leaked-row",
                        call.lineno,
                        f"{name}.{method} is called without the user who asks: rows of others "
                        "would be found and changed.",
                    )


def _names(call: ast.Call) -> set[str]:
    given = [*call.args, *(each.value for each in call.keywords)]
    return {name for value in given for name in names_in(value)}


def _unused(file: File, function: Function) -> Iterator[Finding]:
    taken = {parameter.arg for parameter, _ in parameters(function)} & set(_OWNER)
    used = {name for statement in function.body for name in names_in(statement)}
    if taken and not used & taken and not _is_stub(function):
        yield file.finding(
            "leaked-row",
            function.lineno,
            f"{function.name} takes {', '.join(taken)} and does not look at it: it finds the rows "
            "of everybody.",
        )


def _is_stub(function: Function) -> bool:
    return all(
        isinstance(each, ast.Pass)
        or (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))
        for each in function.body
    )


def _statements(file: File) -> Iterator[Finding]:
    """SQL that finds rows without their owner; a choice by `owned` is one that knows."""
    chosen = {
        id(part)
        for node in file.nodes
        if isinstance(node, ast.IfExp) and "owned" in names_in(node.test)
        for part in ast.walk(node)
    }
    for node in file.nodes:
        if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
            continue
        text = node.value
        by_id = _BY_ID.search(text) or (_SELECTS.match(text) and " where " in text.lower())
        if by_id and id(node) not in chosen and not any(name in text for name in _OWNER):
            if "{" in text:  # composed of parts that are looked at by themselves
                continue
            yield file.finding(
                "leaked-row",
                node.lineno,
                "This statement finds rows without their owner: add `user_id = %s`.",
            )
