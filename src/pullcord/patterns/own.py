"""A user-defined pattern: from its source to an async function over Flow that always ends."""

from __future__ import annotations
import __future__

import ast
import copy
import re
import traceback
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from pullcord.errors import PullcordError, UsageError
from pullcord.model.quality import Expectation, Finding, Obligation
from pullcord.model.task import Plan, Task
from pullcord.model.work import Handoff
from pullcord.patterns.own_rules import function_of, parse
from pullcord.patterns.vocabulary import BUILTINS, IMPORTS
from pullcord.protocols import Flow

T = TypeVar("T")
Pattern = Callable[[Flow, Plan], Awaitable[None]]
NAME = re.compile(r"[a-z][a-z0-9_-]{0,60}")
STEPS = 100_000
"""Turns of loops and calls that a pattern may make between two pieces of work."""
_TICK = "_tick"
"""What counts them; no name in a pattern begins with an underscore."""
_HINT = "Mend the pattern, commit it, start a new run."
_HOW = (
    "A pattern is one async function of flow and plan, named like its file, without clock, random "
    "and I/O. pullcord's docs/how-to/own-patterns.md has an example."
)


class PatternError(PullcordError):
    """A user-defined pattern broke, or goes on without end: its run ends here."""


def own_pattern(name: str, source: str, path: str) -> Pattern:
    """The pattern in a file. UsageError lists everything in it that is not allowed, with its line;
    nothing of it is executed then."""
    tree, problems = parse(name, source)
    if tree is None or problems:
        listed = "\n".join(f"  line {line}: {what}" for line, what in problems)
        raise UsageError(f"{path} is no pattern:\n{listed}", _HOW)

    async def pattern(flow: Flow, plan: Plan) -> None:
        guarded = _Guarded(flow, plan, _Steps(path))
        try:
            names = _executed(tree, path, guarded.steps)
            await names[function_of(name)](guarded, plan)
        except Exception as error:
            if isinstance(error, PullcordError) or any(error is f for f in guarded.failures):
                raise
            raise PatternError(_said(error, path), _HINT) from error

    return pattern


class _Steps:
    """How far a pattern may still go without work for an agent."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._left = STEPS

    def tick(self) -> bool:
        """One step; always true, so that it may stand in a comprehension's condition."""
        self._left -= 1
        if self._left < 0:
            said = f"{self._path} goes on without end: {STEPS} steps and no work for an agent."
            raise PatternError(said, _HINT)
        return True

    def renew(self) -> None:
        self._left = STEPS


class _Guarded:
    """A flow as a user-defined pattern gets it. `failures` are what the flow itself raised, which
    is no fault of the pattern.

    Every `work` uses up a round, so that the flow ends a loop over it; the rest costs nothing and
    is counted.
    """

    def __init__(self, flow: Flow, plan: Plan, steps: _Steps) -> None:
        self._flow = flow
        self._known = {task.id for task in plan.tasks}
        self.steps = steps
        self.failures: list[Exception] = []

    async def work(
        self,
        task: Task,
        *,
        findings: Sequence[Finding] = (),
        expectation: Expectation = Expectation(),
        obligations: Sequence[Obligation] = (),
        alongside: Sequence[Task] = (),
    ) -> Handoff:
        findings, obligations, alongside = tuple(findings), tuple(obligations), tuple(alongside)
        self._of_the_plan(task, *alongside)
        _are(Finding, *findings)
        _are(Expectation, expectation)
        _are(Obligation, *obligations)
        self.steps.renew()
        return await self._noted(
            self._flow.work(
                task, findings=findings, expectation=expectation,
                obligations=obligations, alongside=alongside,
            )
        )  # fmt: skip

    async def skip(self, task: Task, reason: str) -> None:
        self._of_the_plan(task)
        _are(str, reason)
        self.steps.tick()
        await self._noted(self._flow.skip(task, reason))

    async def contract_settled(self, task: Task) -> str:
        self._of_the_plan(task)
        self.steps.tick()
        return await self._noted(self._flow.contract_settled(task))

    def _of_the_plan(self, *tasks: Task) -> None:
        _are(Task, *tasks)
        for task in tasks:
            if task.id not in self._known:
                raise ValueError(f"{task.id!r:.60} is no task of the plan")

    async def _noted(self, call: Awaitable[T]) -> T:
        try:
            return await call
        except Exception as error:
            self.failures.append(error)
            raise


def _are(kind: type, *given: object) -> None:
    """A wrong argument is the pattern's mistake, and told as one."""
    for value in given:
        if not isinstance(value, kind):
            raise TypeError(f"this needs a {kind.__name__}, not {value!r:.60}")


def _executed(tree: ast.Module, path: str, steps: _Steps) -> dict[str, Any]:
    """The names of the file after it was executed with nothing at hand but what patterns may have.
    Anew for every drive, so that nothing is kept from one to the next."""
    names: dict[str, Any] = {"__builtins__": BUILTINS, "__name__": path, _TICK: steps.tick}
    for statement in tree.body:
        if isinstance(statement, ast.ImportFrom):
            known = IMPORTS[statement.module or ""]
            names |= {alias.asname or alias.name: known[alias.name] for alias in statement.names}
    rest = [copy.deepcopy(s) for s in tree.body if not isinstance(s, ast.ImportFrom)]
    counted = _Counting().visit(ast.Module(body=rest, type_ignores=[]))
    flags = __future__.annotations.compiler_flag
    code = compile(ast.fix_missing_locations(counted), path, "exec", flags, dont_inherit=True)
    exec(code, names)
    return names


class _Counting(ast.NodeTransformer):
    """Lets every turn of a loop and every call of a function count as a step."""

    def visit(self, node: ast.AST) -> Any:
        self.generic_visit(node)
        if isinstance(node, ast.While | ast.For | ast.FunctionDef | ast.AsyncFunctionDef):
            node.body.insert(0, ast.copy_location(ast.Expr(_tick()), node.body[0]))
        elif isinstance(node, ast.comprehension):
            node.ifs.insert(0, _tick())
        elif isinstance(node, ast.Lambda):
            node.body = ast.BoolOp(ast.And(), [_tick(), node.body])
        return node


def _tick() -> ast.Call:
    return ast.Call(ast.Name(_TICK, ast.Load()), [], [])


def _said(error: Exception, path: str) -> str:
    """What broke in the pattern's own words, with the last line of it that was at work."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == path]
    place = f"{path}:{lines[-1]}" if lines else path
    return f"The pattern broke at {place}: {type(error).__name__}: {error}"
