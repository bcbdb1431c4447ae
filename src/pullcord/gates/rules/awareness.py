"""The application must not know that it is tested."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from pullcord.gates.rules.rule import File, Occurrence

_CLIENTS = {"testclient", "testserver"}
_HARNESS = re.compile(r"^(PYTEST_\w+|_called_from_test|COVERAGE_PROCESS_START)$")
_RUNNERS = {"pytest", "_pytest", "unittest"}
_LOADED = re.compile(r"sys\.(modules|argv)|find_spec|import_module|__import__|environ|getenv")
"""Where a program looks to see what runs it."""
_TEST_SETTINGS = {"CI", "TEST", "TESTING", "GITHUB_ACTIONS", "UNIT_TEST", "RUNNING_TESTS"}
_TEST_NAMES = {"test", "tests", "testing", "ci", "pytest", "unittest"}
_ENVIRONMENT = re.compile(r"(^|[._])(env|environment|app_env|stage|mode)$", re.I)
_FRAMES = ("inspect.stack", "inspect.currentframe", "sys._getframe", "traceback.extract_stack")
_MODULES = {"pytest", "_pytest", "unittest"}


def look(file: File) -> Iterator[Occurrence]:
    """Test runners, test clients and test environments asked for by application code."""
    if file.is_test:
        return
    for node in file.nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if _is_about_tests(file, node, node.value):
                message = f"the application asks for {node.value!r}"
                yield file.at("test-aware", node, message, _statement(file, node))
        elif isinstance(node, ast.Call | ast.Subscript) and _asks_the_machine(file, node):
            yield file.at("test-aware", node, "the application asks whether it is tested")
        elif isinstance(node, ast.Compare) and _asks_for_tests(file, node):
            yield file.at("test-aware", node, "the application behaves differently under test")
        elif isinstance(node, ast.Call) and file.dotted(node.func) in _FRAMES:
            yield file.at("test-aware", node, "the application looks at who calls it")
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module]
            if {(n or "").partition(".")[0] for n in names} & _MODULES:
                yield file.at("test-aware", node, "the application imports a test runner")


def _asks_the_machine(file: File, node: ast.Call | ast.Subscript) -> bool:
    """`os.environ.get("CI")` and the like."""
    asked = node.func if isinstance(node, ast.Call) else node.value
    given = node.args[:1] if isinstance(node, ast.Call) else [node.slice]
    if not file.dotted(asked).startswith(("os.environ", "os.getenv")):
        return False
    return any(isinstance(g, ast.Constant) and g.value in _TEST_SETTINGS for g in given)


def _asks_for_tests(file: File, node: ast.Compare) -> bool:
    sides = [node.left, *node.comparators]
    texts = {
        part.value.casefold()
        for side in sides
        for part in ast.walk(side)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    }
    named = any(
        _ENVIRONMENT.search(file.dotted(part))
        for side in sides
        for part in ast.walk(side)
        if isinstance(part, ast.Name | ast.Attribute)
    )
    asked = any(text in ("app_env", "env", "environment") for text in texts)
    return (named or asked) and bool(texts & _TEST_NAMES)


def _is_about_tests(file: File, node: ast.Constant, text: str) -> bool:
    """Whether a text is what a runner, a test client or a harness is known by, and is asked for."""
    if _HARNESS.match(text):
        return True
    if text in _CLIENTS:
        return isinstance(_expression(file, node), ast.Compare)
    return text in _RUNNERS and _LOADED.search(ast.unparse(_expression(file, node))) is not None


def _expression(file: File, node: ast.AST) -> ast.AST:
    """The comparison or call that a constant stands in."""
    at: ast.AST | None = node
    while at is not None and not isinstance(at, ast.Compare | ast.Call | ast.stmt):
        at = file.parents.get(at)
    return at if isinstance(at, ast.Compare | ast.Call) else node


def _statement(file: File, node: ast.AST) -> str:
    at: ast.AST | None = node
    while at is not None and not isinstance(at, ast.stmt):
        at = file.parents.get(at)
    return ast.unparse(at) if isinstance(at, ast.stmt) else ""
