"""Where the FastAPI application and its OpenAPI documents are, when pullcord.toml does not say."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from pathlib import Path

_SKIP = {"node_modules", "venv", "env", "build", "dist", "site-packages", "__pycache__"}
_TESTS = {"test", "tests", "testing", "examples", "docs"}
_NOT_CODE = {
    "scripts", "tools", "bench", "benchmarks", "migrations", "alembic", "supabase",
    "setup.py", "noxfile.py", "tasks.py", "fabfile.py", "sitecustomize.py", "usercustomize.py",
}  # fmt: skip
_FACTORIES = ("create_app", "make_app", "get_app", "build_app", "app_factory", "create_application")
_PUBLISHED = {"contract", "contracts", "published", "public", "dist", "releases"}


def walk(tree: Path, suffix: str, depth: int = 6) -> Iterator[str]:
    """The relative paths of regular files with a suffix; no hidden or generated folders."""
    for folder, names, files in os.walk(tree):
        here = Path(folder).relative_to(tree)
        if len(here.parts) >= depth:
            names.clear()
        names[:] = sorted(n for n in names if n not in _SKIP and not n.startswith("."))
        for name in sorted(files):
            path = Path(folder, name)
            if name.endswith(suffix) and not path.is_symlink():
                yield (here / name).as_posix()


def find_app(tree: Path) -> str:
    """The import path of the application, '' when there is none: `app.main:app`.

    Module-level variables come before factories, `main.py` before other files, short paths first.
    """
    best: tuple[tuple[int, int, int], str] | None = None
    for path in walk(tree, ".py"):
        parts = Path(path).parts
        if _TESTS & set(parts[:-1]) or parts[-1].startswith("test_") or parts[-1] == "conftest.py":
            continue
        name, factory = _application(tree / path)
        if name:
            main = parts[-1] not in ("main.py", "app.py", "api.py", "server.py", "asgi.py")
            rank = (factory, main, len(parts))
            if best is None or rank < best[0]:
                best = (rank, f"{module_of(path)}:{name}")
    return best[1] if best else ""


def find_packages(tree: Path) -> tuple[str, ...]:
    """What lies at the top of the repository and holds the application's Python code: folders, and
    modules with their `.py`; no tests, no scripts."""
    code = [Path(path) for path in walk(tree, ".py")]
    code = [path for path in code if not _TESTS & set(path.parts) and not _is_test(path.name)]
    return tuple(sorted({path.parts[0] for path in code} - _NOT_CODE))


def _is_test(name: str) -> bool:
    return name == "conftest.py" or name.startswith("test_") or name.endswith("_test.py")


def module_of(path: str) -> str:
    """The dotted name under which a file is imported; `src/` is a root, not a package."""
    parts = Path(path).with_suffix("").parts
    if parts[0] == "src" and len(parts) > 1:
        parts = parts[1:]
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


def _application(path: Path) -> tuple[str, int]:
    """The application's name in a file, and 0 for a variable or 1 for a factory; ('', 0): none."""
    try:
        text = path.read_text(encoding="utf-8")
        if "FastAPI" not in text and "create_app" not in text:
            return "", 0
        body = ast.parse(text).body
    except (OSError, UnicodeDecodeError, SyntaxError, ValueError, RecursionError):
        return "", 0
    factories = {n.name for n in body if isinstance(n, ast.FunctionDef) and _makes_app(n)}
    for node in body:
        if isinstance(node, ast.Assign):
            target: ast.expr = node.targets[0]
        elif isinstance(node, ast.AnnAssign):
            target = node.target
        else:
            continue
        made = isinstance(node.value, ast.Call) and _called(node.value)
        if isinstance(target, ast.Name) and made in {"FastAPI", *factories, *_FACTORIES}:
            return target.id, 0
    return (min(factories), 1) if factories else ("", 0)


def _makes_app(node: ast.FunctionDef) -> bool:
    needed = len(node.args.args) - len(node.args.defaults)
    returns = node.returns is not None and ast.unparse(node.returns).endswith("FastAPI")
    builds = node.name in _FACTORIES and any(
        isinstance(n, ast.Call) and _called(n) == "FastAPI" for n in ast.walk(node)
    )
    return needed == 0 and (returns or builds)


def _called(call: ast.Call) -> str:
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def find_documents(tree: Path) -> tuple[str, str]:
    """The committed and the published OpenAPI document, '' for each that does not exist."""
    found = [
        p
        for p in walk(tree, ".json", depth=4)
        if Path(p).name in ("openapi.json", "openapi.generated.json") and _is_openapi(tree / p)
    ]
    published = [p for p in found if len(found) > 1 and set(Path(p).parts[:-1]) & _PUBLISHED]
    committed = sorted((p for p in found if p not in published), key=lambda p: (p.count("/"), p))
    return (committed[0] if committed else "", published[0] if published and committed else "")


def _is_openapi(path: Path) -> bool:
    try:
        return '"openapi"' in path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False
