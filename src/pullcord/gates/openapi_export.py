"""Writes app.openapi() to a file. Runs inside the sandbox under the target's own Python, so it uses
nothing but the standard library. Arguments: the application's import path, the report's path."""

import importlib
import json
import os
import sys
import traceback
from typing import Any


def export(target: str) -> Any:
    module, _, name = target.partition(":")
    found = getattr(importlib.import_module(module), name)
    if not hasattr(found, "openapi"):
        found = found()
    return found.openapi()


def blame(error: BaseException) -> "dict[str, Any]":
    """The last line of the repository in a traceback: where a person would look first."""
    here = os.getcwd() + os.sep
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.startswith(here)]
    if isinstance(error, SyntaxError) and str(error.filename).startswith(here):
        return {"path": str(error.filename)[len(here) :], "line": error.lineno or 0}
    if frames:
        return {"path": frames[-1].filename[len(here) :], "line": frames[-1].lineno}
    return {"path": "", "line": 0}


def missing(error: BaseException) -> str:
    """The name of a module that neither the repository nor the environment has."""
    name = getattr(error, "name", None) or ""
    top = name.partition(".")[0]
    own = any(os.path.exists(os.path.join(root, top + end))
              for root in (".", "src") for end in ("", ".py"))  # fmt: skip
    return name if isinstance(error, ModuleNotFoundError) and top and not own else ""


# The target's Python may be older than ours: functions of os, quoted annotations.
def main() -> None:
    sys.path.insert(0, os.getcwd())
    try:
        report: "dict[str, Any]" = {"document": export(sys.argv[1])}
    except BaseException as error:  # the application may raise anything, even SystemExit
        text = f"{type(error).__name__}: {error}"
        report = {"error": text[:500], "missing": missing(error), **blame(error)}
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        json.dump(report, file)


main()
