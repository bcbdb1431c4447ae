"""What all rules share: a file to look at, an occurrence, names behind imports, reasons."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pullcord.gates.inventory import is_test_side
from pullcord.model.quality import Alarm

Function = ast.FunctionDef | ast.AsyncFunctionDef
_WORD = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True)
class Occurrence:
    """One unjustified pattern. `code` is what identifies it wherever it stands; `alarm` makes it a
    matter for a person."""

    rule: str
    path: str
    line: int
    message: str
    code: str
    alarm: Alarm = ""

    @property
    def key(self) -> tuple[str, str]:
        return self.rule, " ".join(self.code.split())


@dataclass(frozen=True)
class File:
    """One changed Python file of one of the two states.

    `root` is the folder of that state; `documented` the text of the attempt's summary, None when
    none is due; `existing` the names of tests that were there before; `package` the top package of
    the application.
    """

    root: Path
    path: str
    text: str
    module: ast.Module
    documented: str | None = None
    existing: frozenset[str] = frozenset()
    package: str = ""

    @property
    def is_test(self) -> bool:
        return is_test_side(self.path)

    def is_own_module(self, dotted: str) -> bool:
        """Whether a dotted name is a module of this repository."""
        place = dotted.replace(".", "/")
        return any((self.root / f"{top}{place}{end}").exists()
                   for top in ("", "src/") for end in (".py", "/__init__.py"))  # fmt: skip

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Every node of the file. Rules share the walk."""
        return tuple(ast.walk(self.module))

    @cached_property
    def imports(self) -> dict[str, str]:
        """Local name → the dotted name it stands for."""
        found = {}
        for node in self.nodes:
            if isinstance(node, ast.Import):
                for alias in node.names:
                    found[alias.asname or alias.name.partition(".")[0]] = (
                        alias.name if alias.asname else alias.name.partition(".")[0]
                    )
            elif isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    origin = f"{node.module}.{alias.name}" if node.module else alias.name
                    found[alias.asname or alias.name] = origin
        return found

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        return {child: node for node in self.nodes for child in ast.iter_child_nodes(node)}

    @cached_property
    def constants(self) -> dict[str, str]:
        """Module-level names that stand for a text."""
        return {
            target.id: node.value.value
            for node in self.module.body
            if isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
            for target in node.targets
            if isinstance(target, ast.Name)
        }

    def dotted(self, node: ast.AST) -> str:
        """The full dotted name of an expression, through imports and literal getattr; '' when it
        is something else."""
        if isinstance(node, ast.Name):
            return self.imports.get(node.id, node.id)
        if isinstance(node, ast.Attribute):
            before = self.dotted(node.value)
            return f"{before}.{node.attr}" if before else ""
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id == "getattr" and len(node.args) > 1:
                name = node.args[1]
                before = self.dotted(node.args[0])
                if isinstance(name, ast.Constant) and before:
                    return f"{before}.{name.value!s}"
            if node.func.id in ("__import__", "import_module") and node.args:
                name = node.args[0]
                return str(name.value) if isinstance(name, ast.Constant) else ""
        return ""

    def leftmost(self, node: ast.AST) -> ast.AST:
        """The leftmost part of an attribute and subscript chain."""
        while isinstance(node, ast.Attribute | ast.Subscript):
            node = node.value
        return node

    def owner(self, node: ast.AST) -> Function | None:
        """The outermost function around a node (a decorator belongs to its function)."""
        found = None
        at: ast.AST | None = node
        while at is not None:
            if isinstance(at, Function):
                found = at
            at = self.parents.get(at)
        return found

    def at(self, rule: str, node: ast.AST, message: str, code: str = "") -> Occurrence:
        """An occurrence at a node; its code is the node's own unless another is given."""
        line = getattr(node, "lineno", 0)
        return Occurrence(rule, self.path, line, message, code or ast.unparse(node))

    def calls(self) -> Iterator[tuple[ast.Call, str]]:
        """Every call with the dotted name of what is called."""
        for node in self.nodes:
            if isinstance(node, ast.Call):
                yield node, self.dotted(node.func)


def is_reason(text: str) -> bool:
    """At least three different words."""
    return len({word.casefold() for word in _WORD.findall(text)}) >= 3


def plain(text: str) -> str:
    """A text without case, marks and line breaks, to be looked for in another."""
    return " ".join(_WORD.findall(text.casefold()))
