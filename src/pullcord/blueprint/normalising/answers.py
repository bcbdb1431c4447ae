"""Errors that an operation answers by hand: what they mean, and how the service says the same."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

import libcst as cst
import libcst.matchers as m

from pullcord.blueprint.checks.file import number
from pullcord.blueprint.mapping import CLASSES, LOST, RESPONSES
from pullcord.blueprint.mapping import Mapping as ErrorMapping

_CLASH = re.compile(r"already|exists|duplicate|taken|unique|conflict|clash|in use", re.I)
_GONE = re.compile(r"NotFound|Missing|Unknown|DoesNotExist|Forbidden|Denied", re.I)
_TWICE = re.compile(r"Conflict|Duplicate|Exists|Taken|Unique", re.I)


@dataclass(frozen=True)
class Answer:
    """A status, and the text that explains it as an expression; '' when there is none."""

    status: int
    detail: str = ""


@dataclass(frozen=True)
class Voice:
    """How one file raises errors: the service's mapping, what a row is called here, and whether
    an error of Python that is raised here would reach a client."""

    mapping: ErrorMapping
    label: str
    serves: bool

    def error(self, answer: Answer, *, place: str = "body") -> str:
        """The service's own error as an expression; '' when it has none for this status."""
        name = self._name(answer)
        if name not in self.mapping.own:
            return ""
        text = answer.detail or f'"{_PHRASES.get(name, "The request cannot be served.")}"'
        if name == "NotFound":
            return f'NotFound("{self.label}")'
        if name == "Invalid":
            return f'Invalid(FieldError(loc=["{place}"], msg={text}, type="value_error"))'
        return f"{name}({text})"

    def _name(self, answer: Answer) -> str:
        if answer.status == 400:
            return "Conflict" if _CLASH.search(answer.detail) else "Invalid"
        return CLASSES.get(answer.status, "")


_PHRASES = {
    "Conflict": "The change clashes with a row that is stored already.",
    "Invalid": "The request is not valid.",
    "Unauthorized": "A bearer token is required.",
    "Unavailable": "The service cannot answer at the moment.",
}


def of_raise(node: cst.Raise) -> Answer | None:
    """`raise HTTPException(404, …)` as an answer."""
    return of_call(node.exc) if isinstance(node.exc, cst.Call) else None


def of_return(node: cst.Return) -> Answer | None:
    """`return JSONResponse({…}, 404)` or `return {…}, 404` as an answer."""
    if isinstance(node.value, cst.Call):
        return of_call(node.value)
    if isinstance(node.value, cst.Tuple) and len(node.value.elements) == 2:
        body, status = (each.value for each in node.value.elements)
        return _answer(status, body)
    return None


def of_call(call: cst.Call) -> Answer | None:
    """A response with an error status."""
    name = name_of(call.func)
    if name not in RESPONSES:
        return None
    given = {each.keyword.value: each.value for each in call.args if each.keyword}
    plain = [each.value for each in call.args if each.keyword is None]
    first, second = (
        ("status_code", "detail") if name == "HTTPException" else ("content", "status_code")
    )
    given = dict(zip((first, second), plain, strict=False)) | given
    status = given.get("status_code")
    return _answer(status, given.get("detail", given.get("content"))) if status else None


def _answer(status: cst.BaseExpression, body: cst.BaseExpression | None) -> Answer | None:
    code = status_of(status)
    return Answer(code, _detail(body)) if code and code >= 400 else None


def status_of(node: cst.BaseExpression) -> int | None:
    """404, HTTPStatus.NOT_FOUND, status.HTTP_404_NOT_FOUND."""
    return number(ast.parse(code_of(node), mode="eval").body)


def _detail(node: cst.BaseExpression | None) -> str:
    """The text that a body explains itself with: itself, or what a dictionary says first."""
    if isinstance(node, cst.Dict):
        values = [each.value for each in node.elements if isinstance(each, cst.DictElement)]
        return next((text for text in map(_detail, values) if text), "")
    text = isinstance(node, cst.SimpleString | cst.FormattedString | cst.ConcatenatedString)
    if text or m.matches(node or cst.Name("none"), m.Call(func=m.Name("str"))):
        return code_of(node)  # type: ignore[arg-type] # a text is a node
    return ""


def meaning(name: str) -> int | None:
    """The status that the name of an exception speaks of: PlanNotFound, DuplicateTitle."""
    if name in LOST or _GONE.search(name):
        return 404
    return 409 if _TWICE.search(name) else None


def raised(node: cst.Raise) -> str:
    """The name of the class that is raised, '' when there is none."""
    error = node.exc.func if isinstance(node.exc, cst.Call) else node.exc
    return error.value if isinstance(error, cst.Name) else ""


def name_of(node: cst.CSTNode | None) -> str:
    """The last name of a dotted one."""
    if isinstance(node, cst.Attribute):
        return node.attr.value
    return node.value if isinstance(node, cst.Name) else ""


def code_of(node: cst.CSTNode) -> str:
    return cst.Module(body=[]).code_for_node(node)
