"""What would be judged here, and where that was found."""

from typing import Any

from pullcord.gates import GATES, explain

BASE = {
    "pyproject.toml": '[tool.poe.tasks]\ntest = "pytest -q"\n',
    "pullcord.toml": '[gates.types]\noff = "the code has no annotations"\n'
    "[gates.tests]\ncoverage = 90\ntimeout = 30\n",
    "app/main.py": "from fastapi import FastAPI\napp = FastAPI()\n",
}


def test_every_gate_is_explained_from_the_base(make_case: Any) -> None:
    after = {**BASE, "ruff.toml": "ignore = ['ALL']\n", "pullcord.toml": "app = 'x:y'\n"}
    rows = {row.gate: row for row in explain(make_case(BASE, after))}

    assert list(rows) == list(GATES)
    assert rows["types"].skipped == "the code has no annotations"
    assert rows["openapi"].skipped == "the base has no committed OpenAPI document"
    assert rows["summary"].skipped
    assert rows["scope"].skipped == ""
    tests = rows["tests"]
    assert (tests.command, tests.origin) == ("pytest -q", "poe task test")
    assert tests.timeout_s == 30
    assert tests.notes == ("coverage at least 90 %",)
    assert rows["lint"].notes == ("the base's settings, not the tree's ruff.toml",)
    assert all(row.asks for row in rows.values())
