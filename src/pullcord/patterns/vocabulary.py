"""What a user-defined pattern may say: the names, the attributes, and the parts of Python.

Lists of what is allowed rather than of what is not: a new release of Python or of a library adds
nothing to what a pattern can reach.
"""

from __future__ import annotations

import ast
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, Final, Literal

from pullcord.model.quality import Expectation, Finding, Obligation, Receipt, Verdict
from pullcord.model.report import Review
from pullcord.model.task import Plan, Task
from pullcord.model.work import Handoff
from pullcord.patterns import graph, review
from pullcord.patterns.debug_fix_verify import debug_fix_verify
from pullcord.patterns.iterative import iterative
from pullcord.patterns.parallel import parallel
from pullcord.patterns.sequential import sequential
from pullcord.patterns.sprint_task import sprint_task
from pullcord.protocols import Flow


def _named(*things: Any) -> dict[str, object]:
    return {thing.__name__: thing for thing in things}


IMPORTS: dict[str, dict[str, object]] = {
    "__future__": {"annotations": None},
    "typing": {"Any": Any, "Final": Final, "Literal": Literal},
    "collections.abc": _named(Awaitable, Callable, Iterable, Mapping, Sequence),
    "pullcord.protocols": _named(Flow),
    "pullcord.model.quality": _named(Expectation, Finding, Obligation, Receipt, Verdict),
    "pullcord.model.report": _named(Review),
    "pullcord.model.task": _named(Plan, Task),
    "pullcord.model.work": _named(Handoff),
    "pullcord.patterns.graph": _named(graph.before, graph.beside, graph.in_dependency_order),
    "pullcord.patterns.review": {
        "IMPLEMENTER": review.IMPLEMENTER,
        "TESTER": review.TESTER,
        "REVIEWER": review.REVIEWER,
        "DESIGNER": review.DESIGNER,
        **_named(review.issues, review.owed, review.responsible),
        **_named(review.until_approved, review.until_green),
    },
    "pullcord.patterns.debug_fix_verify": _named(debug_fix_verify),
    "pullcord.patterns.iterative": _named(iterative),
    "pullcord.patterns.parallel": _named(parallel),
    "pullcord.patterns.sequential": _named(sequential),
    "pullcord.patterns.sprint_task": _named(sprint_task),
}
"""Module → what may be imported from it. Nothing here has a clock, chance or I/O."""

LARGEST_RANGE = 100_000


def _range(*bounds: int) -> range:
    found = range(*bounds)
    if len(found) > LARGEST_RANGE:
        raise ValueError(f"a range of more than {LARGEST_RANGE} numbers")
    return found


BUILTINS: dict[str, object] = {
    **_named(
        abs, all, any, bool, dict, enumerate, filter, frozenset, int, isinstance, len, list, map,
        max, min, next, reversed, set, sorted, str, sum, tuple, zip, ValueError,
    ),
    "range": _range,
}  # fmt: skip

_METHODS = """
    work skip contract_settled red opens id model_copy
    append extend insert pop remove add discard update get items keys values copy
    index count sort reverse startswith endswith split join strip lower upper
    removeprefix removesuffix replace partition union intersection difference
"""
_MODELS = (Expectation, Finding, Handoff, Obligation, Plan, Receipt, Review, Task, Verdict)
ATTRIBUTES: frozenset[str] = frozenset(
    [*_METHODS.split(), *(name for model in _MODELS for name in model.model_fields)]
)
"""Fields of what a flow hands out, the flow's own methods, and methods of texts and collections
that cost no more than what is there."""

SYNTAX: tuple[type[ast.AST], ...] = (
    ast.Module, ast.ImportFrom, ast.alias, ast.FunctionDef, ast.AsyncFunctionDef, ast.arguments,
    ast.arg, ast.Return, ast.Assign, ast.AnnAssign, ast.AugAssign, ast.For, ast.While, ast.If,
    ast.Expr, ast.Pass, ast.Break, ast.Continue, ast.Nonlocal, ast.Raise, ast.Assert,
    ast.BoolOp, ast.NamedExpr, ast.BinOp, ast.UnaryOp, ast.Lambda, ast.IfExp, ast.Dict, ast.Set,
    ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.comprehension, ast.Await,
    ast.Compare, ast.Call, ast.keyword, ast.JoinedStr, ast.FormattedValue, ast.Constant,
    ast.Attribute, ast.Subscript, ast.Starred, ast.Name, ast.List, ast.Tuple, ast.Slice,
    ast.expr_context, ast.boolop, ast.unaryop, ast.cmpop,
    ast.Add, ast.Sub, ast.Mod, ast.FloorDiv, ast.BitOr, ast.BitAnd,
)  # fmt: skip
WHY_NOT: dict[type[ast.AST], str] = {
    ast.Try: "`try` could swallow a question that waits for a person; let errors pass",
    ast.TryStar: "`try` could swallow a question that waits for a person; let errors pass",
    ast.ClassDef: "a pattern is functions; it needs no class",
    ast.Global: "a pattern keeps nothing outside of its function; use nonlocal",
    ast.Yield: "a pattern awaits; it does not yield",
    ast.YieldFrom: "a pattern awaits; it does not yield",
    ast.With: "there is nothing to enter",
    ast.AsyncWith: "there is nothing to enter",
    ast.AsyncFor: "only Flow's methods are awaited",
}
