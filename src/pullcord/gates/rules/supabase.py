"""No direct Supabase mocking in API tests: override the repository through DI instead."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from pullcord.gates.rules.rule import File, Occurrence

_NAME = re.compile(r"supabase|postgrest|gotrue|storage3", re.I)
_ELSEWHERE = re.compile(r"(repositor|supabase|adapter|integration|migration)", re.I)
_PATCHES = re.compile(
    r"(^|\.)(patch|patch\.object|patch\.dict|patch\.multiple|setattr|delattr|setitem"
    r"|create_autospec|seal|spy|stub)$"
)
_MOCKS = re.compile(r"(^|\.)(Magic|Async|NonCallable|Property)?Mock$|(^|\.)(respx|responses)\.")
_MESSAGE = "mocks Supabase; override the repository's provider instead"


def look(file: File) -> Iterator[Occurrence]:
    """Patches of, and mocks in the place of, anything that is Supabase's."""
    if not file.is_test or not _NAME.search(file.text):
        return
    if _ELSEWHERE.search(file.path.rpartition("/")[0] + "/" + _stem(file.path)):
        return
    for call, name in file.calls():
        patched = _PATCHES.search(name) and any(_speaks(file, part) for part in _given(call))
        mocked = _MOCKS.search(name) and (
            any(_speaks(file, part) for part in _given(call)) or _stands_for(file, call)
        )
        if patched or mocked:
            yield file.at("supabase", call, _MESSAGE)
    for node in file.nodes:
        if isinstance(node, ast.Assign) and _rewires(file, node):
            yield file.at("supabase", node, _MESSAGE)


def _stem(path: str) -> str:
    return path.rpartition("/")[2]


def _given(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(k.value for k in call.keywords)]


def _speaks(file: File, node: ast.AST) -> bool:
    """Whether an expression names Supabase, in a text or through an import."""
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            if _NAME.search(part.value):
                return True
        elif isinstance(part, ast.Name | ast.Attribute) and _NAME.search(file.dotted(part)):
            return True
    return False


def _stands_for(file: File, call: ast.Call) -> bool:
    """Whether a mock is put under a name, or behind a provider, that is Supabase's."""
    at: ast.AST | None = file.parents.get(call)
    while at is not None and not isinstance(at, ast.stmt):
        at = file.parents.get(at)
    if isinstance(at, ast.Assign):
        return any(_speaks(file, target) for target in at.targets)
    owner = file.owner(call)
    return owner is not None and _NAME.search(owner.name) is not None


def _rewires(file: File, node: ast.Assign) -> bool:
    """`sys.modules["supabase"] = …` and `app.repo.create_client = …`."""
    for target in node.targets:
        if isinstance(target, ast.Subscript) and file.dotted(target.value) == "sys.modules":
            return _speaks(file, target.slice)
        if isinstance(target, ast.Attribute) and _NAME.search(file.dotted(target)):
            return isinstance(file.leftmost(target), ast.Name) and (
                getattr(file.leftmost(target), "id", "") in file.imports
            )
    return False
