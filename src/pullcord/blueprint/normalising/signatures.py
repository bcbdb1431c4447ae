"""What the signature of an operation says, once it builds no response by hand any more."""

from __future__ import annotations

import re
from collections.abc import Sequence

import libcst as cst
import libcst.matchers as m

from pullcord.blueprint.mapping import RESPONSES
from pullcord.blueprint.normalising.answers import code_of, name_of


def tidied(function: cst.FunctionDef) -> cst.FunctionDef:
    """An operation that builds no response any more: its annotation says what it returns."""
    if function.returns is not None:
        kept = [
            each for each in _union(function.returns.annotation) if name_of(each) not in RESPONSES
        ]
        if kept and not m.findall(function.body, m.Return(m.Call(m.Name("JSONResponse")))):
            text = " | ".join(map(code_of, kept))
            returns = cst.Annotation(cst.parse_expression(text))
            function = function.with_changes(
                returns=returns, decorators=[_without_model(d, text) for d in function.decorators]
            )
    used = code_of(function.body)
    params = [each for each in function.params.params if not _idle_response(each, used)]
    if len(params) == len(function.params.params):
        return function
    return function.with_changes(params=function.params.with_changes(params=params))


def _idle_response(param: cst.Param, used: str) -> bool:
    """Whether it is a Response that the body does not name."""
    annotation = param.annotation.annotation if param.annotation else None
    return name_of(annotation) == "Response" and not re.search(rf"\b{param.name.value}\b", used)


def _without_model(decorator: cst.Decorator, returns: str) -> cst.Decorator:
    """`response_model=` says nothing that the annotation does not say."""
    call = decorator.decorator
    if not isinstance(call, cst.Call):
        return decorator
    args = [
        each
        for each in call.args
        if not (
            each.keyword
            and each.keyword.value == "response_model"
            and code_of(each.value) == returns
        )
    ]
    return decorator.with_changes(decorator=call.with_changes(args=args))


def _union(annotation: cst.BaseExpression) -> Sequence[cst.BaseExpression]:
    if isinstance(annotation, cst.BinaryOperation) and isinstance(annotation.operator, cst.BitOr):
        return [*_union(annotation.left), *_union(annotation.right)]
    return [annotation]
