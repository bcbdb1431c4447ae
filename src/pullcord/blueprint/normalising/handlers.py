"""Which except clauses of an operation are in the way of the service's one mapping."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from pullcord.blueprint.mapping import BROAD
from pullcord.blueprint.normalising import answers

_LOGS = ("log", "logger", "logging", "print")


def superfluous(handler: cst.ExceptHandler, mapped: frozenset[str]) -> bool:
    """Whether a clause does nothing but answer errors that are mapped already, or all there are."""
    names = caught(handler)
    return (not names or names <= mapped | BROAD) and only_answers(handler, mapped)


def answer_of(handler: cst.ExceptHandler) -> answers.Answer | None:
    """What a clause answers with; None when it passes the error on, or answers 200."""
    last = (simple(handler.body.body) or [cst.Pass()])[-1]
    if isinstance(last, cst.Raise):
        return answers.of_raise(last)
    return answers.of_return(last) if isinstance(last, cst.Return) else None


def caught(handler: cst.ExceptHandler) -> frozenset[str]:
    """The names of the classes; none for a bare except."""
    if handler.type is None:
        return frozenset()
    if isinstance(handler.type, cst.Tuple):
        return frozenset(answers.name_of(each.value) for each in handler.type.elements)
    return frozenset({answers.name_of(handler.type)})


def only_answers(handler: cst.ExceptHandler, mapped: frozenset[str]) -> bool:
    """Whether a clause answers with an error, or passes it on, after no more than a line of log."""
    statements = simple(handler.body.body)
    if statements is None:
        return False
    *before, last = statements
    names = caught(handler)
    own = mapped if names & BROAD or not names else names & mapped
    return all(_is_quiet(each) for each in before) and _ends_in_error(last, own)


def without(
    was: cst.ExceptHandler, now: cst.ExceptHandler, mapped: frozenset[str]
) -> cst.ExceptHandler:
    """The clause as it is now, without those of its classes that are mapped already, if all it did
    was to answer."""
    if not isinstance(was.type, cst.Tuple) or not only_answers(was, mapped):
        return now
    kept = [each for each in was.type.elements if answers.name_of(each.value) not in mapped]
    alone = kept[0].value if len(kept) == 1 else was.type.with_changes(elements=kept)
    return now.with_changes(type=alone)


def _ends_in_error(last: cst.BaseSmallStatement, own: frozenset[str]) -> bool:
    if isinstance(last, cst.Raise):
        if last.exc is None or answers.of_raise(last) is not None:
            return True
        raised = last.exc.func if isinstance(last.exc, cst.Call) else last.exc
        return answers.name_of(raised) in own
    return isinstance(last, cst.Return) and (
        answers.of_return(last) is not None or is_error_body(last.value)
    )


def is_error_body(node: cst.BaseExpression | None) -> bool:
    """Whether it is a dictionary that says `error`."""
    return isinstance(node, cst.Dict) and any(
        isinstance(each, cst.DictElement)
        and isinstance(each.key, cst.SimpleString)
        and each.key.evaluated_value in ("error", "errors", "detail", "message")
        for each in node.elements
    )


def _is_quiet(statement: cst.BaseSmallStatement) -> bool:
    """Logs, sets the status of the response."""
    if isinstance(statement, cst.Assign):
        return sets_status(statement) is not None
    if not (isinstance(statement, cst.Expr) and isinstance(statement.value, cst.Call)):
        return False
    return answers.code_of(statement.value.func).startswith(_LOGS)


def sets_status(statement: cst.BaseSmallStatement) -> int | None:
    """The error status of `response.status_code = 404`."""
    if isinstance(statement, cst.Assign) and len(statement.targets) == 1:
        target = statement.targets[0].target
        if isinstance(target, cst.Attribute) and target.attr.value == "status_code":
            status = answers.status_of(statement.value)
            return status if status and status >= 400 else None
    return None


def simple(body: Sequence[cst.CSTNode]) -> list[cst.BaseSmallStatement] | None:
    """The small statements of a block; None when it holds others."""
    found: list[cst.BaseSmallStatement] = []
    for line in body:
        if not isinstance(line, cst.SimpleStatementLine):
            return None
        found.extend(line.body)
    return found or None
