"""Inserts into files that exist already. Doing one twice changes nothing more."""

from __future__ import annotations

from collections.abc import Collection

import libcst as cst
from libcst.codemod import CodemodContext
from libcst.codemod.visitors import AddImportsVisitor


def add_import(source: str, module: str, *names: str) -> str:
    """The source with `from module import names`."""
    context = CodemodContext()
    for name in names:
        AddImportsVisitor.add_needed_import(context, module, name)
    return AddImportsVisitor(context).transform_module(cst.parse_module(source)).code


def without_imports(source: str, names: Collection[str]) -> str:
    """The source without these imported names."""
    return cst.parse_module(source).visit(_WithoutImports(names)).code if names else source


class _WithoutImports(cst.CSTTransformer):
    def __init__(self, names: Collection[str]) -> None:
        super().__init__()
        self.names = names

    def leave_ImportFrom(
        self, original_node: cst.ImportFrom, updated_node: cst.ImportFrom
    ) -> cst.ImportFrom | cst.RemovalSentinel:
        if isinstance(updated_node.names, cst.ImportStar):
            return updated_node
        kept = [each for each in updated_node.names if _imported(each) not in self.names]
        if len(kept) == len(updated_node.names):
            return updated_node
        if not kept:
            return cst.RemoveFromParent()
        # Without the last comma, so that a formatter may put them on one line.
        kept[-1] = kept[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
        return updated_node.with_changes(names=kept)


def _imported(alias: cst.ImportAlias) -> str:
    name = alias.asname.name if alias.asname else alias.name
    return name.value if isinstance(name, cst.Name) else ""


def append(source: str, statement: str) -> str:
    """The source with a statement at its end.

    A function of the same name is replaced where it stands; an equal statement stays alone.
    """
    tree = cst.parse_module(source)
    new = cst.parse_module(statement)
    (added,) = new.body
    body = list(tree.body)
    for index, present in enumerate(body):
        if _code(present) == _code(added):
            return source
        if _function(present) and _function(present) == _function(added):
            body[index] = added.with_changes(leading_lines=_leading(present))
            return tree.with_changes(body=body).code
    separator = "\n\n\n" if _function(added) else "\n"
    return source.rstrip("\n") + separator + statement.strip("\n") + "\n"


def _code(node: cst.CSTNode) -> str:
    return cst.Module(body=[]).code_for_node(node).strip()


def _function(node: cst.CSTNode) -> str:
    return node.name.value if isinstance(node, cst.FunctionDef) else ""


def _leading(node: cst.CSTNode) -> list[cst.EmptyLine]:
    return list(node.leading_lines) if isinstance(node, cst.FunctionDef) else []
