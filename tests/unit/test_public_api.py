"""What `from pullcord import …` promises, and what it must not cost."""

from __future__ import annotations

import subprocess
import sys

import pytest

import pullcord
from pullcord.model.task import Task

HEAVY = ("asyncio", "click", "fastapi", "jinja2", "libcst", "pydantic", "rich", "sqlite3")


def test_a_task_is_the_call_that_plans_are_written_in() -> None:
    assert pullcord.Task is Task


@pytest.mark.parametrize("name", pullcord.__all__)
def test_every_exported_name_is_there(name: str) -> None:
    assert getattr(pullcord, name) is not None


def test_a_name_that_is_not_exported_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Tusk'"):
        _ = pullcord.Tusk


def test_importing_the_package_imports_nothing_heavy() -> None:
    code = f"import sys, pullcord; print([m for m in {HEAVY} if m in sys.modules])"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
