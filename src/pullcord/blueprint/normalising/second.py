"""Exception handlers beside the service's one mapping, and exceptions that it does not know."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from typing import TypeVar

import libcst as cst

from pullcord.blueprint.mapping import MAPPED
from pullcord.blueprint.mapping import Mapping as ErrorMapping
from pullcord.blueprint.normalising.answers import code_of, meaning, name_of, of_return

_DEFINES = re.compile(r"\s*(from|import|class|(async )?def) ")
_N = TypeVar("_N", cst.FunctionDef, cst.ClassDef)


def strangers(texts: Mapping[str, str], known: ErrorMapping) -> dict[str, int]:
    """The exceptions of the application outside its mapping, each with the status that its handler
    answers with or that its name speaks of; those that say neither are left out."""
    handled = registered(texts)
    answered = handled.answered()
    found: dict[str, int] = {}
    for text in texts.values():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ClassDef) and node.name not in known.own:
                bases = {base.id for base in node.bases if isinstance(base, ast.Name)}
                if any(base.endswith(("Error", "Exception")) for base in bases):
                    status = answered.get(node.name) or meaning(node.name)
                    found |= {node.name: status} if status else {}
    return found


def registered(texts: Mapping[str, str]) -> Registered:
    """The functions that handle exceptions of the whole service."""
    found = Registered()
    for text in texts.values():
        if "exception_handler" in text:
            cst.parse_module(text).visit(found)
    return found


class Registered(cst.CSTVisitor):
    """`registered` maps an exception to the function that handles it."""

    def __init__(self) -> None:
        super().__init__()
        self.registered: dict[str, str] = {}
        self.statuses: dict[str, int] = {}
        self._inside: list[str] = []

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        self._inside.append(node.name.value)
        for name in _caught_by(node):
            self.registered[name] = node.name.value

    def leave_FunctionDef(self, original_node: cst.FunctionDef) -> None:
        self._inside.pop()

    def visit_Call(self, node: cst.Call) -> None:
        if name_of(node.func) == "add_exception_handler" and len(node.args) == 2:
            self.registered[name_of(node.args[0].value)] = name_of(node.args[1].value)

    def visit_Return(self, node: cst.Return) -> None:
        answer = of_return(node)
        if answer and self._inside:
            self.statuses[self._inside[-1]] = answer.status

    def answered(self) -> dict[str, int]:
        """Exception → the status that its handler answers with."""
        return {
            name: self.statuses[function]
            for name, function in self.registered.items()
            if function in self.statuses
        }


def _caught_by(function: cst.FunctionDef) -> list[str]:
    """What `@app.exception_handler(…)` above a function names; a status as its number."""
    return [
        name_of(call.args[0].value) or code_of(call.args[0].value)
        for each in function.decorators
        if isinstance(call := each.decorator, cst.Call)
        and name_of(call.func) == "exception_handler"
        and call.args
    ]


class WithoutSecond(cst.CSTTransformer):
    """Takes the handlers away of what the mapping handles, and of `strangers`, which are raised no
    more. Handlers of anything else stay: what they are for is not known."""

    def __init__(self, known: ErrorMapping, strangers: Mapping[str, int]) -> None:
        super().__init__()
        self.mapped = known.own | MAPPED | strangers.keys()
        self.done: list[str] = []
        self.idle: set[str] = set()

    def leave_FunctionDef(
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef | cst.RemovalSentinel:
        names = _caught_by(original_node)
        if names and all(self._is_mapped(name) for name in names):
            self._took(names[0])
            return cst.RemoveFromParent()
        return updated_node

    def leave_Expr(
        self, original_node: cst.Expr, updated_node: cst.Expr
    ) -> cst.Expr | cst.RemovalSentinel:
        call = original_node.value
        if isinstance(call, cst.Call) and name_of(call.func) == "add_exception_handler":
            first, *rest = (each.value for each in call.args)
            name = name_of(first) or code_of(first)
            if self._is_mapped(name):
                self.idle |= {name_of(each) for each in rest}
                self._took(name)
                return cst.RemoveFromParent()
        return updated_node

    def _is_mapped(self, name: str) -> bool:
        return name in self.mapped or name.isdigit()

    def _took(self, name: str) -> None:
        self.done.append(f"took away the second handler of {name}")


class _Without(cst.CSTTransformer):
    def __init__(self, names: set[str]) -> None:
        super().__init__()
        self.names = names

    def leave_FunctionDef(
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef | cst.RemovalSentinel:
        return self._kept(original_node.name.value, updated_node)

    def leave_ClassDef(
        self, original_node: cst.ClassDef, updated_node: cst.ClassDef
    ) -> cst.ClassDef | cst.RemovalSentinel:
        return self._kept(original_node.name.value, updated_node)

    def _kept(self, name: str, node: _N) -> _N | cst.RemovalSentinel:
        return cst.RemoveFromParent() if name in self.names else node


def idle(texts: Mapping[str, str], names: set[str]) -> set[str]:
    """Those of the classes and functions that nothing but their definition and imports names."""
    lines = [line for text in texts.values() for line in text.splitlines()]
    used = "\n".join(line for line in lines if not _DEFINES.match(line))
    return {name for name in names if name and not re.search(rf"\b{name}\b", used)}


def without(texts: Mapping[str, str], names: set[str]) -> dict[str, str]:
    """The texts without these classes and functions."""
    found = {}
    for path, text in texts.items():
        if any(re.search(rf"\b(class|def) {name}\b", text) for name in names):
            text = cst.parse_module(text).visit(_Without(names)).code
        found[path] = text
    return found
