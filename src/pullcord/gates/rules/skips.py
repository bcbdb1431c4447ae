"""No skipped tests without documented rationale: a reason, which stands in the summary too."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from pullcord.gates.rules.rule import File, Occurrence, is_reason, plain

_PLACE: dict[str, int | None] = {
    "pytest.mark.skip": 0,
    "pytest.mark.skipif": None,
    "pytest.mark.xfail": None,
    "pytest.skip": 0,
    "pytest.xfail": 0,
    "pytest.importorskip": None,
    "pytest.skip.Exception": 0,
    "pytest.xfail.Exception": 0,
    "unittest.skip": 0,
    "unittest.skipIf": 1,
    "unittest.skipUnless": 1,
    "unittest.expectedFailure": None,
    "unittest.SkipTest": 0,
    "unittest.case.SkipTest": 0,
    "self.skipTest": 0,
}
"""What switches a test off → the position of its reason among the arguments, None: by name only."""


_HINT = re.compile(r"skip|xfail|expectedfailure", re.I)


def look(file: File) -> Iterator[Occurrence]:
    """Marks, calls and exceptions that switch tests off."""
    for node in file.nodes if _HINT.search(file.text) else ():
        if not isinstance(node, ast.Attribute | ast.Name | ast.Call):
            continue
        name = file.dotted(node).replace("_pytest.outcomes.", "pytest.")
        if name not in _PLACE or _is_longer(file, node):
            continue
        parent = file.parents.get(node)
        call = parent if isinstance(parent, ast.Call) and parent.func is node else None
        if problem := _problem(file, node, _reason(file, call, _PLACE[name])):
            code = ast.unparse(call or node)
            owner = file.owner(node)
            yield file.at(
                "skip", node, f"{name}: {problem}", f"{getattr(owner, 'name', '')} {code}"
            )
    yield from _by_name(file)


def _by_name(file: File) -> Iterator[Occurrence]:
    """`add_marker("skip")`: a mark given by its name can have no reason."""
    for call, name in file.calls():
        given = [a.value for a in call.args if isinstance(a, ast.Constant)]
        if name.endswith(("add_marker", "applymarker")) and {"skip", "xfail"} & set(
            map(str, given)
        ):
            yield file.at("skip", call, "a mark given by its name gives no reason")


def _is_longer(file: File, node: ast.AST) -> bool:
    """Whether the node is only the beginning of a longer name (`pytest.skip` of `.Exception`)."""
    parent = file.parents.get(node)
    return isinstance(parent, ast.Attribute) and file.dotted(parent) in _PLACE


def _reason(file: File, call: ast.Call | None, place: int | None) -> str:
    if call is None:
        return ""
    named = [k.value for k in call.keywords if k.arg in ("reason", "msg")]
    given = named or (call.args[place : place + 1] if place is not None else [])
    if not given:
        return ""
    value = given[0]
    if isinstance(value, ast.Name):
        return file.constants.get(value.id, "")
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else ""


def _problem(file: File, node: ast.AST, reason: str) -> str:
    if not is_reason(reason):
        return "gives no reason of at least three words"
    if file.documented is not None:
        known = plain(reason) in plain(file.documented)
        return "" if known else "its reason does not stand in the attempt's summary"
    owner = file.owner(node)
    if owner is None and not file.existing:
        return ""
    new = owner is not None and owner.name.startswith("test") and owner.name not in file.existing
    return "" if new else "switches off a test of the base, and no summary says why"
