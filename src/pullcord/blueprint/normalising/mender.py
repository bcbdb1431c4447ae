"""The edits of one file. What is not certain stays as it is: the reviewer's checks name it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

import libcst as cst
import libcst.matchers as m
from libcst.metadata import PositionProvider

from pullcord.blueprint.checks.file import METHODS
from pullcord.blueprint.mapping import LOST
from pullcord.blueprint.normalising import handlers
from pullcord.blueprint.normalising.answers import (
    Answer,
    Voice,
    code_of,
    meaning,
    name_of,
    of_raise,
    of_return,
    raised,
)
from pullcord.blueprint.normalising.signatures import tidied

_ROW = m.Subscript(value=m.Attribute(m.Name("self"), m.Name("_rows")))
_MISSED = {"KeyError", "LookupError"}


class Mender(cst.CSTTransformer):
    """Turns answers by hand into the service's own errors.

    `strangers` are exceptions of the application that the mapping does not know, with the status
    that each stands for; `handling` are functions that handle exceptions of the whole service: they
    are not looked into.
    """

    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(
        self, voice: Voice, strangers: Mapping[str, int], handling: Collection[str] = ()
    ) -> None:
        super().__init__()
        self.handling = handling
        self.voice = voice
        self.strangers = strangers
        self.mapped = voice.mapping.own | strangers.keys()
        self.done: list[tuple[int, str]] = []
        self.needed: set[str] = set()
        self._places: list[str] = []
        self._in_handler = 0
        self._guarded = 0
        self._answered = False

    # where we are

    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:
        self._places.append("query" if _method(node) in ("get", "delete") else "body")
        self._answered = False
        return node.name.value not in self.handling

    def visit_ExceptHandler(self, node: cst.ExceptHandler) -> bool:
        self._in_handler += 1
        return not handlers.superfluous(node, self.mapped)

    def visit_Try_body(self, node: cst.Try) -> None:
        self._guarded += self._catches_absence(node)

    def leave_Try_body(self, node: cst.Try) -> None:
        self._guarded -= self._catches_absence(node)

    @staticmethod
    def _catches_absence(node: cst.Try) -> bool:
        return any(handlers.caught(each) & _MISSED for each in node.handlers)

    # what is mended

    def leave_ExceptHandler(
        self, original_node: cst.ExceptHandler, updated_node: cst.ExceptHandler
    ) -> cst.ExceptHandler:
        self._in_handler -= 1
        return updated_node

    def leave_Try(
        self, original_node: cst.Try, updated_node: cst.Try
    ) -> cst.BaseStatement | cst.FlattenSentinel[cst.BaseStatement]:
        """The attempt without clauses that only answer what is mapped already."""
        kept = []
        for was, now in zip(original_node.handlers, updated_node.handlers, strict=True):
            if handlers.superfluous(was, self.mapped):
                self._answered |= bool(m.findall(was, m.Return()))
                self._say(was, _passed(was))
            else:
                kept.append(handlers.without(was, now, self.mapped))
        if kept:
            return updated_node.with_changes(handlers=kept)
        otherwise = updated_node.orelse.body.body if updated_node.orelse else ()
        body = [*updated_node.body.body, *otherwise]
        if updated_node.finalbody is not None:
            block = updated_node.body.with_changes(body=body)
            return updated_node.with_changes(body=block, handlers=(), orelse=None)
        first = body[0].with_changes(leading_lines=updated_node.leading_lines)
        return cst.FlattenSentinel([first, *body[1:]])

    def leave_Raise(self, original_node: cst.Raise, updated_node: cst.Raise) -> cst.Raise:
        if answer := of_raise(original_node):
            what = f"HTTPException with {answer.status}"
        else:
            answer, what = self._stray(original_node), raised(original_node)
        return self._raise(original_node, answer, what, updated_node.cause) or updated_node

    def leave_Return(
        self, original_node: cst.Return, updated_node: cst.Return
    ) -> cst.Return | cst.Raise:
        answer = of_return(original_node)
        what = f"a response with {answer.status}" if answer else ""
        mended = self._raise(original_node, answer, what)
        self._answered |= mended is not None
        return mended or updated_node

    def leave_IndentedBlock(
        self, original_node: cst.IndentedBlock, updated_node: cst.IndentedBlock
    ) -> cst.IndentedBlock:
        """`response.status_code = 404` and the dictionary that is returned next, as one error."""
        body: list[cst.BaseStatement] = []
        for line in updated_node.body:
            before = handlers.simple(body[-1:]) or []
            now = handlers.simple([line]) or []
            status = handlers.sets_status(before[0]) if len(before) == 1 else None
            told = now[0].value if len(now) == 1 and isinstance(now[0], cst.Return) else None
            mended = None
            if status and isinstance(told, cst.Dict):
                pair = cst.Tuple([cst.Element(told), cst.Element(cst.Integer(str(status)))])
                what = f"a body beside the status {status}"
                same = (each for each in original_node.body if code_of(each) == code_of(line))
                mended = self._raise(next(same, original_node), of_return(cst.Return(pair)), what)
            if mended is None:
                body.append(line)
                continue
            self._answered = True
            body[-1] = body[-1].with_changes(body=[mended])
        return updated_node.with_changes(body=body)

    def leave_SimpleStatementLine(
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.BaseStatement:
        """A look-up of a stored row by its id says that the row is not there."""
        stored = m.AssignTarget(target=_ROW) | m.Del()
        if (
            self._guarded
            or not self.voice.serves
            or not m.findall(original_node, _ROW)
            or m.findall(original_node, stored)
        ):
            return updated_node
        error = self._error(original_node, Answer(404), "KeyError")
        if not error:
            return updated_node
        absent = cst.ExceptHandler(
            body=cst.IndentedBlock([cst.parse_statement(f"raise {error} from None")]),
            type=cst.Name("KeyError"),
        )
        inner = updated_node.with_changes(leading_lines=())
        return cst.Try(
            body=cst.IndentedBlock([inner]),
            handlers=[absent],
            leading_lines=updated_node.leading_lines,
        )

    def leave_FunctionDef(
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef:
        self._places.pop()
        if not self._answered:
            return updated_node
        return tidied(updated_node)

    # how

    def _stray(self, node: cst.Raise) -> Answer | None:
        """What an exception that the mapping does not know stands for."""
        name = raised(node)
        if name in self.mapped - self.strangers.keys():
            return None
        status = self.strangers.get(name) or (
            meaning(name) if name in LOST and self.voice.serves else None
        )
        texts = [each.value for each in node.exc.args] if isinstance(node.exc, cst.Call) else []
        said = [each for each in texts if isinstance(each, cst.SimpleString | cst.FormattedString)]
        return Answer(status, code_of(said[0]) if said else "") if status else None

    def _raise(
        self, node: cst.CSTNode, answer: Answer | None, what: str, cause: cst.From | None = None
    ) -> cst.Raise | None:
        error = self._error(node, answer, what) if answer else ""
        if not error:
            return None
        if cause is None and self._in_handler:
            cause = cst.From(cst.Name("None"))
        return cst.Raise(cst.parse_expression(error), cause)

    def _error(self, node: cst.CSTNode, answer: Answer, what: str) -> str:
        place = self._places[-1] if self._places else "body"
        error = self.voice.error(answer, place=place)
        names = set(
            re.findall(r"\b(?:FieldError|" + "|".join(self.voice.mapping.own) + r")\b(?=\()", error)
        )
        self.needed |= names
        if error:
            self._say(node, f"{what} became {error.partition('(')[0]}")
        return error

    def _say(self, node: cst.CSTNode, what: str) -> None:
        line = self.get_metadata(PositionProvider, node).start.line
        self.done.append((line, what))


def _passed(clause: cst.ExceptHandler) -> str:
    """What becomes of a clause that is taken away."""
    names = ", ".join(sorted(handlers.caught(clause))) or "every exception"
    answer = handlers.answer_of(clause)
    was = f", answered with {answer.status} here," if answer else ""
    return f"{names}{was} is left to the mapping"


def _method(function: cst.FunctionDef) -> str:
    """The HTTP method of an operation, '' of any other function."""
    for decorator in function.decorators:
        if isinstance(decorator.decorator, cst.Call):
            name = name_of(decorator.decorator.func)
            if name in METHODS:
                return name
    return ""
