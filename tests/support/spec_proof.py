"""docs/spec-coverage.md: which code keeps which line of SPEC.md, and the proof that its test would
see it broken: `./dev spec-proof [LINE…]`.

A row's mutation changes one line of the code. It is applied in a copy of the project; the row's
test must be green before and red after.
"""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).parents[2]
SPEC = PROJECT / "docs" / "SPEC.md"
COVERAGE = PROJECT / "docs" / "spec-coverage.md"
WAITS = ("model agents", "planning")
"""What a pending row may wait for."""
_ROW = re.compile(r"^\| *(\d[\d, -]*?) *\|")
_CODE = re.compile(r"`([^`]*)`")
_MUTATION = re.compile(r"^`(.+)` ⇒ `(.*)`$")


@dataclass(frozen=True)
class Row:
    """One row: lines of SPEC.md, the rule in our words, the code that keeps it, the test, and the
    mutation `old` ⇒ `new` of that code. `pending` is what the row waits for, else ''."""

    lines: tuple[int, ...]
    rule: str
    code: str = ""
    test: str = ""
    old: str = ""
    new: str = ""
    pending: str = ""

    @property
    def name(self) -> str:
        return f"{self.lines[0]}-{self.lines[-1]}" if len(self.lines) > 1 else str(self.lines[0])

    def mutated(self, text: str) -> str:
        """The code with the mutation. ValueError when it does not fit exactly one place, or gives
        no valid Python."""
        if text.count(self.old) != 1 or "\n" in self.old:
            raise ValueError(f"{self.code}: {self.old!r} stands there {text.count(self.old)} times")
        changed = text.replace(self.old, self.new)
        if changed == text:
            raise ValueError(f"{self.code}: the mutation changes nothing")
        if self.code.endswith(".py"):
            ast.parse(changed)
        return changed


def rule_lines(spec: str) -> frozenset[int]:
    """The numbers of the lines that say something: no blank ones, headings, fences and rulers."""
    nothing = re.compile(r"\s*|#{1,6} .*|```\w*|---")
    found, fenced = set(), False
    for number, line in enumerate(spec.splitlines(), 1):
        fence = line.startswith("```")
        # A template's headings and a plan's comments stand in fences, and are said there.
        if line.strip() and not fence and (fenced or not nothing.fullmatch(line)):
            found.add(number)
        fenced = fenced != fence
    return frozenset(found)


def rows(text: str) -> Iterator[Row]:
    """The rows of the page's tables. ValueError for one that cannot be read."""
    for line in text.splitlines():
        if not (match := _ROW.match(line)):
            continue
        cells = [c.strip().replace("\\|", "|") for c in re.split(r"(?<!\\)\|", line)[1:-1]]
        lines = tuple(_numbers(match[1]))
        if len(cells) == 3 and cells[2].startswith("pending: "):
            yield Row(lines, cells[1], pending=cells[2].removeprefix("pending: "))
            continue
        mutation = _MUTATION.match(cells[-1])
        if len(cells) != 5 or mutation is None:
            raise ValueError(f"this row cannot be read: {line}")
        code, test = (_CODE.fullmatch(cell) for cell in cells[2:4])
        if code is None or test is None:
            raise ValueError(f"code and test stand in backticks: {line}")
        path = code[1] if "/" in code[1] and code[1].split("/")[0] in ("docs",) else ""
        place = path or f"src/pullcord/{code[1]}"
        yield Row(lines, cells[1], place, f"tests/{test[1]}", mutation[1], mutation[2])


def _numbers(text: str) -> Iterator[int]:
    for part in text.split(","):
        first, _, last = part.strip().partition("-")
        yield from range(int(first), int(last or first) + 1)


def prove(row: Row, project: Path) -> str:
    """'' when the row's test sees its mutation in this copy of the project, else what is wrong."""
    place = project / row.code
    text = place.read_text("utf-8")
    try:
        place.write_text(row.mutated(text), "utf-8")
        status = _pytest(project, [row.test])
    except ValueError as error:
        return str(error)
    finally:
        place.write_text(text, "utf-8")
    if status == 0:
        return f"{row.test} stays green although {row.old!r} became {row.new!r}"
    return "" if status == 1 else f"{row.test} could not be run: pytest ended with {status}"


def _pytest(project: Path, tests: Sequence[str]) -> int:
    env = {**os.environ, "PYTHONPATH": str(project / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-x", "--no-header", "-p", "no:xdist", *tests]
    done = subprocess.run(command, cwd=project, env=env, capture_output=True, check=False)
    return done.returncode


def copied(folder: Path) -> Path:
    """A copy of the project in a folder, without history and environment."""
    left_out = shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache", ".hypothesis")
    return Path(shutil.copytree(PROJECT, folder / "pullcord", ignore=left_out, symlinks=True))


def main(wanted: Sequence[str]) -> int:
    """Prove all rows, or those that hold one of the wanted lines of SPEC.md."""
    named = {int(line) for line in wanted}
    chosen = [
        row
        for row in rows(COVERAGE.read_text("utf-8"))
        if not row.pending and (not named or named & set(row.lines))
    ]
    workers = len(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory(prefix="pullcord-proof-") as folder:
        copies = [copied(Path(folder, str(number))) for number in range(workers)]
        if _pytest(copies[0], sorted({row.test for row in chosen})):
            print("The tests are not green as they are: ./dev test", file=sys.stderr)
            return 1
        with ThreadPoolExecutor(workers) as pool:
            parts = [(copies[n], chosen[n::workers]) for n in range(workers)]
            failed = sum(pool.map(lambda part: _prove_all(*part), parts))
    print(f"{len(chosen) - failed} of {len(chosen)} rows are proved")
    return 1 if failed else 0


def _prove_all(project: Path, chosen: Sequence[Row]) -> int:
    failed = 0
    for row in chosen:
        wrong = prove(row, project)
        failed += bool(wrong)
        print(f"{'✗' if wrong else '✓'} {row.name:8} {wrong or row.rule}", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
