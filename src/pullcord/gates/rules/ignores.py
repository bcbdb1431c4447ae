"""No unjustified ignores: each needs a code, a reason of three words, and the smallest scope."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from pullcord.gates.rules.rule import File, Occurrence, is_reason
from pullcord.gates.source import comments

_DIRECTIVE = re.compile(
    r"#\s*(?:"
    r"(?P<type>type:\s*ignore)|(?P<pyright>pyright:\s*(?P<how>[\w-]+))|(?P<mypy>mypy:\s*\S)"
    r"|(?P<file>(?:ruff|flake8):\s*(?:noqa|disable|file-ignore)|isort:\s*skip_file"
    r"|pylint:\s*(?:skip-file|disable-all)|ruff:\s*isort:\s*skip_file)"
    r"|(?P<ruff>ruff:\s*ignore)|(?P<noqa>noqa)|(?P<pylint>pylint:\s*disable(?:-next)?)"
    r"|(?P<fmt>fmt:\s*off|yapf:\s*disable|isort:\s*(?:skip|off)|black:\s*\w+)"
    r"|(?P<pragma>pragma:?\s*no\s*(?:cover|branch))|(?P<nosec>nosec)"
    r")",
    re.I,
)
_CODE = {
    "type": re.compile(r"^\s*\[\s*[\w-]+(?:\s*,\s*[\w-]+)*\s*\]"),
    "pyright": re.compile(r"^\s*\[\s*\w+(?:\s*,\s*\w+)*\s*\]"),
    "ruff": re.compile(r"^\s*\[\s*[\w-]+(?:\s*,\s*[\w-]+)*\s*\]"),
    "noqa": re.compile(r"^\s*:\s*[A-Z]+[0-9]+(?:[,\s]+[A-Z]+[0-9]+)*\b"),
    "pylint": re.compile(r"^\s*=\s*[\w-]+(?:\s*,\s*[\w-]+)*"),
    "nosec": re.compile(r"^\s*:?\s*B[0-9]+(?:[,\s]+B[0-9]+)*"),
}
_KNOWN = (ast.BinOp, ast.Compare, ast.BoolOp, ast.JoinedStr, ast.Constant)
"""Expressions whose type needs no telling."""
_NEVER = {
    "mypy": "switches the type checker's settings for a whole file",
    "file": "switches rules off for a whole file or a range",
}


def look(file: File) -> Iterator[Occurrence]:
    """Ignores in comments, and `no_type_check`."""
    for line, comment, whole in comments(file.text) if "#" in file.text else ():
        for match in _DIRECTIVE.finditer(comment):
            if problem := _problem(match, comment, whole):
                said = " ".join(comment[match.start() :].split())
                yield Occurrence("ignore", file.path, line, f"`{said}` {problem}"[:300], whole)
    for node in file.nodes if "no_type_check" in file.text else ():
        if isinstance(node, ast.Attribute | ast.Name):
            name = file.dotted(node)
            if name.endswith("no_type_check") and not isinstance(
                file.parents.get(node), ast.Attribute
            ):
                message = "no_type_check hides a whole function from the type checker"
                owner = file.owner(node)
                yield file.at("ignore", node, message, ast.unparse(owner or node))
    for call, name in file.calls() if "cast" in file.text else ():
        if (
            name.endswith("typing.cast")
            and len(call.args) == 2
            and isinstance(call.args[1], _KNOWN)
        ):
            message = "cast gives a computed value another type than it has"
            yield file.at("ignore", call, message)
    for node in file.module.body:
        hidden = isinstance(node, ast.If) and ast.unparse(node.test).endswith("not TYPE_CHECKING")
        if hidden:
            yield file.at("ignore", node, "`if not TYPE_CHECKING` hides code from the type checker")


def _problem(match: re.Match[str], comment: str, whole: str) -> str:
    kind = next(k for k, found in match.groupdict().items() if found is not None and k != "how")
    if kind in _NEVER:
        return _NEVER[kind]
    if kind == "pyright" and match["how"] != "ignore":
        return "switches the type checker's settings for a whole file"
    if kind in ("type", "pyright") and whole.strip() == comment.strip():
        return "on a line of its own is for a whole file"
    rest = comment[match.end() :]
    if kind in _CODE and not _CODE[kind].match(rest):
        return "names no code"
    # Other directives and their codes are no reason.
    reason = re.sub(r"\[[^\]]*\]|\b[A-Z]+[0-9]+\b", " ", _DIRECTIVE.sub(" ", rest))
    return "" if is_reason(reason) else "gives no reason of at least three words"
