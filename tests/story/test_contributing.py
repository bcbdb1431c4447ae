"""CONTRIBUTING.md, followed to the letter by somebody who knows nothing else."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BLOCKS = re.findall(r"```python\n(.*?)```", (ROOT / "CONTRIBUTING.md").read_text(), re.DOTALL)


def block(part: str) -> str:
    """The only code of the page that contains this."""
    [found] = [code for code in BLOCKS if part in code]
    return str(found)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    unneeded = shutil.ignore_patterns("__pycache__", "templates")
    for name in ("src", "tests"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=unneeded)
    shutil.copy2(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def edit(path: Path, before: str, new: str) -> None:
    """Put `new` in front of the only place where `before` stands."""
    text = path.read_text()
    assert text.count(before) == 1, f"{before!r} stands {text.count(before)} times in {path}"
    path.write_text(text.replace(before, new + before))


def passes(checkout: Path, *args: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *args],
        cwd=checkout, env={**os.environ, "PYTHONPATH": str(checkout / "src")},
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr
    assert " passed" in done.stdout


def test_a_gate_is_one_file_one_line_and_one_test(checkout: Path) -> None:
    gates, suite = checkout / "src/pullcord/gates", checkout / "tests/contract/test_gate.py"
    (gates / "prints.py").write_text(block("class Prints"))
    edit(gates / "registry.py", '    "scope": Scope(),\n', block('"prints": Prints()'))
    edit(
        gates / "registry.py",
        "from pullcord.gates.scope ",
        "from pullcord.gates.prints import Prints\n",
    )
    edit(suite, '    "scope": {"', block('"prints": {"app'))

    passes(checkout, str(suite), "-k", "prints or honest or planted")


def test_a_runtime_is_one_file_one_line_and_one_test(checkout: Path) -> None:
    runtimes, suite = (
        checkout / "src/pullcord/runtimes",
        checkout / "tests/contract/test_runtime.py",
    )
    (runtimes / "idle.py").write_text(block("class Idle"))
    edit(runtimes / "__init__.py", '    "scripted": "', block('"idle": "pullcord'))
    [cases] = [line for line in suite.read_text().splitlines() if line.startswith("CASES")]
    suite.write_text(suite.read_text().replace(f"{cases}\n", block("def idle(")))

    passes(checkout, str(suite), "-k", "idle")


def test_a_pattern_is_one_file_one_line_and_one_test(checkout: Path) -> None:
    patterns = checkout / "src/pullcord/patterns"
    (patterns / "backwards.py").write_text(block("async def backwards"))
    edit(
        patterns / "__init__.py", '    "sequential": sequential,\n', block('"backwards": backwards')
    )
    imported = "from pullcord.patterns.backwards import backwards\n"
    edit(patterns / "__init__.py", "from pullcord.patterns.sequential ", imported)
    suite = checkout / "tests/unit/patterns/test_backwards.py"
    suite.write_text(block("async def test_the_last_task"))

    passes(checkout, str(suite))
