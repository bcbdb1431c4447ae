"""Nothing may steer the test run from inside: hooks, plugins, ignored files, rewired modules."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from pullcord.gates.rules.rule import File, Function, Occurrence

_NAMES = {
    "pytest_plugins": "loads plugins into every gate",
    "collect_ignore": "hides tests from the run",
    "collect_ignore_glob": "hides tests from the run",
    "__test__": "hides tests from the run",
}
_CALLS = {
    "os._exit": "ends the test run behind pytest's back",
    "pytest.exit": "ends the test run early",
    "sys.settrace": "blinds coverage",
    "sys.setprofile": "blinds coverage",
    "atexit.register": "runs code after the tests",
    "sys.monitoring.free_tool_id": "blinds coverage",
}
_ANSWERS = {"json", "status_code", "_content"}
"""What a response says: a test that assigns it tests nothing."""
_TOOLS = {"coverage", "pytest_cov", "pluggy"}
_INSIDES = {
    "_pytest.runner",
    "_pytest.reports",
    "_pytest.main",
    "_pytest.terminal",
    "_pytest.junitxml",
}
_RUNNER = ("pytest", "_pytest", "coverage", "sys.modules", "builtins", "unittest", "pluggy")


def look(file: File) -> Iterator[Occurrence]:
    """Hook functions, collection switches, and assignments into imported modules and classes."""
    for node in file.nodes:
        if isinstance(node, Function) and re.match(r"pytest_[a-z]", node.name):
            if not _is_fixture(node):
                yield file.at("harness", node, f"the hook {node.name} steers the test run")
        elif isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
            yield from _assigned(file, node)
        elif isinstance(node, ast.Call):
            yield from _called(file, node)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from _imported(file, node)


def _is_fixture(node: Function) -> bool:
    return any("fixture" in ast.unparse(d) for d in node.decorator_list)


def _assigned(file: File, node: ast.Assign | ast.AnnAssign | ast.AugAssign) -> Iterator[Occurrence]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    for target in targets:
        if isinstance(target, ast.Name) and target.id in _NAMES:
            yield file.at("harness", node, f"{target.id} {_NAMES[target.id]}")
        elif isinstance(target, ast.Attribute | ast.Subscript) and _rewires(file, target):
            yield file.at("harness", node, f"{ast.unparse(target)[:80]} rewires imported code")


def _rewires(file: File, target: ast.Attribute | ast.Subscript) -> bool:
    """Whether an assignment changes an imported module or class, the runner, or an answer."""
    if file.is_test and isinstance(target, ast.Attribute) and target.attr in _ANSWERS:
        return True
    root = file.leftmost(target)
    if not isinstance(root, ast.Name) or root.id not in file.imports:
        return False
    name = file.dotted(target.value if isinstance(target, ast.Subscript) else target)
    if name.startswith(_RUNNER):
        return True
    if not file.is_test or "dependency_overrides" in ast.unparse(target):
        return False
    origin = file.imports[root.id]
    is_class = origin.rpartition(".")[2][:1].isupper()
    of_app = bool(file.package) and origin.partition(".")[0] == file.package
    plain_import = "." not in root.id and origin == root.id
    is_module = plain_import or file.is_own_module(origin)
    return is_class or (of_app and (is_module or isinstance(target, ast.Subscript)))


def _called(file: File, node: ast.Call) -> Iterator[Occurrence]:
    name = file.dotted(node.func)
    first = file.dotted(node.args[0]) if node.args else ""
    if name in _CALLS and (file.is_test or name != "atexit.register"):
        yield file.at("harness", node, f"{name} {_CALLS[name]}")
    elif name.startswith("sys.modules.") or first == "sys.modules":
        yield file.at("harness", node, f"{ast.unparse(node)[:80]} rewires imported code")
    elif name in ("setattr", "delattr") and first.startswith(_RUNNER):
        yield file.at("harness", node, f"{ast.unparse(node)[:80]} rewires the test runner")


def _imported(file: File, node: ast.Import | ast.ImportFrom) -> Iterator[Occurrence]:
    names = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""]
    for name in names:
        if name.partition(".")[0] in _TOOLS or name in _INSIDES:
            yield file.at("harness", node, f"{name} has no place in tests or code")
