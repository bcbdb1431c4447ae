"""Inserts into files that exist already. Doing one twice changes nothing more."""

from __future__ import annotations

import libcst as cst
from libcst.codemod import CodemodContext
from libcst.codemod.visitors import AddImportsVisitor


def add_import(source: str, module: str, *names: str) -> str:
    """The source with `from module import names`."""
    context = CodemodContext()
    for name in names:
        AddImportsVisitor.add_needed_import(context, module, name)
    return AddImportsVisitor(context).transform_module(cst.parse_module(source)).code


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
