"""Tests may grow, never shrink."""

import json
from pathlib import Path
from textwrap import indent
from typing import Any

import pytest

from pullcord.gates.forbidden import Forbidden
from pullcord.gates.inventory import collected_from
from pullcord.gates.source import parsed
from pullcord.model.agent import Agent

PATH = "tests/test_stats.py"
OLD = '''import pytest

PATHS = ["/a", "/b"]


def test_stats(client):
    """Sums."""
    r = client.get("/stats")
    assert r.status_code == 200
    assert r.json() == {"load": 240.0}


@pytest.mark.parametrize("path", PATHS)
def test_auth(client, path):
    with pytest.raises(ValueError, match="expired"):
        client.get(path)
'''
STATS = OLD[OLD.index("def test_stats") : OLD.index("@pytest")]


async def judged(make_case: Any, after: Any, before: Any = None, **more: Any) -> Any:
    verdict = await Forbidden().judge(make_case(before or {PATH: OLD}, after, **more))
    return {f.rule for f in verdict.findings}


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        (STATS, "", "test-deleted"),
        ("def test_stats", "def stats", "test-deleted"),
        ("def test_stats", "@pytest.fixture\ndef test_stats", "test-deleted"),
        (STATS, "if FULL:\n    " + STATS.replace("\n", "\n    "), "test-deleted"),
        (STATS, STATS + "\n\ndel test_stats\n", "test-deleted"),
        (
            STATS,
            "class TestStats:\n    def __init__(self): ...\n    "
            + STATS.replace("(client)", "(self, client)").replace("\n", "\n    "),
            "test-deleted",
        ),
        ("import pytest", "import pytest\n__test__ = False", "test-deleted"),
        ('    assert r.json() == {"load": 240.0}\n', "", "assertion-lost"),
        ('assert r.json() == {"load": 240.0}', "assert r.json() is not None", "assertion-lost"),
        ("== 200", "in (200, 404)", "assertion-lost"),
        ('"load": 240.0', '"load": ANY', "assertion-lost"),
        (
            'assert r.json() == {"load": 240.0}',
            'async def check():\n        assert r.json() == {"load": 240.0}\n    check().close()',
            "assertion-lost",
        ),
        ("    assert r.status_code", "    return\n    assert r.status_code", "assertion-lost"),
        (
            "    assert r.status_code",
            "    if FAST:\n        return\n    assert r.status_code",
            "assertion-lost",
        ),
        (
            "    assert r.status_code == 200",
            "    if r.ok:\n        assert r.status_code == 200",
            "assertion-lost",
        ),
        (
            "    assert r.status_code == 200",
            "    for r in []:\n        assert r.status_code == 200",
            "assertion-lost",
        ),
        ("raises(ValueError, match", "raises(Exception, match", "assertion-lost"),
        ('PATHS = ["/a", "/b"]', 'PATHS = ["/a"]', "parameters-lost"),
        ('"path", PATHS', '"path", ["/a"]', "parameters-lost"),
    ],
)
async def test_a_weaker_test_is_seen(make_case: Any, old: Any, new: Any, rule: Any) -> None:
    assert old in OLD
    assert rule in await judged(make_case, {PATH: OLD.replace(old, new, 1)})


@pytest.mark.parametrize(
    "after",
    [
        {PATH: OLD.replace("    r = ", "    answer = ").replace("r.", "answer.")},
        {PATH: OLD.replace('"/b"]', '"/b", "/c"]')},
        {PATH: OLD.replace("PATHS = [", "PATHS = [\n    ").replace('"/b"]', '"/b",\n]')},
        {PATH: OLD.replace("assert r.status", "assert r.headers\n    assert r.status")},
        {PATH: OLD.replace(STATS, ""), "tests/test_moved.py": STATS},
        {PATH: OLD.replace(STATS, STATS.replace("test_stats", "test_renamed"))},
        {"tests/test_other.py": OLD},
        {PATH: OLD.replace(STATS, "class TestStats:\n" + indent(STATS, "    "))},
        {PATH: OLD, "tests/test_new.py": "def test_new():\n    assert f() == 1\n"},
    ],
)
async def test_moves_renames_and_additions_are_fine(make_case: Any, after: Any) -> None:
    assert await judged(make_case, after) == set()


TESTER = Agent(name="python-test-engineer", description="", write=("tests/**",))


async def test_who_writes_only_tests_may_mend_the_tests_of_the_run(
    make_case: Any, tmp_path: Path
) -> None:
    weaker = OLD.replace("== 200", "== 201")
    trusted = tmp_path / "trusted"
    trusted.mkdir()

    assert await judged(make_case, {PATH: weaker}, agent=TESTER, trusted=trusted) == set()


async def test_who_writes_the_application_may_not(make_case: Any, tmp_path: Path) -> None:
    weaker = OLD.replace("== 200", "== 201")
    trusted = tmp_path / "trusted"
    trusted.mkdir()

    assert await judged(make_case, {PATH: weaker}, trusted=trusted) == {"assertion-lost"}


def test_the_inventory_is_what_pytest_collects(tmp_path: Path) -> None:
    (tmp_path / "test_a.py").write_text(
        "import unittest\n"
        "def test_one(): ...\n"
        "async def test_two(): ...\n"
        "def helper(): ...\n"
        "class TestB:\n    def test_three(self): ...\n    class TestC:\n        def test_x(self): ...\n"
        "class Other:\n    def test_no(self): ...\n"
        "class Old(unittest.TestCase):\n    def test_four(self): ...\n"
    )
    found = {t.name for t in collected_from("test_a.py", parsed(tmp_path / "test_a.py"))}

    assert found == {"test_one", "test_two", "TestB::test_three", "TestB::TestC::test_x",
                     "Old::test_four"}  # fmt: skip


HELPED = {
    "app/main.py": "from fastapi import FastAPI\napp = FastAPI()\n",
    "tests/problems.py": "def assert_problem(r, status):\n    assert r.status_code == status\n",
    PATH: "from tests.problems import assert_problem\nWANTED = {'load': 240}\n\n\n"
    "def test_a(client):\n    r = client.get('/x')\n    assert_problem(r, 404)\n"
    "    assert r.json() == WANTED\n",
}


@pytest.mark.parametrize(
    ("path", "old", "new", "rule"),
    [
        ("tests/problems.py", "== status", "in (200, status)", "assertion-lost"),
        (PATH, "    assert_problem(r, 404)\n", "", "assertion-lost"),
        (PATH, "'load': 240", "'load': 250", "assertion-lost"),
        (PATH, "r, 404", "r, 200", "assertion-lost"),
        (
            PATH,
            "(client):\n",
            "(client, monkeypatch):\n    monkeypatch.setattr('app.stats.load', lambda r: 240)\n",
            "application-patched",
        ),
    ],
)
async def test_helpers_constants_and_replacements_count(
    make_case: Any, path: Any, old: Any, new: Any, rule: Any
) -> None:
    assert old in HELPED[path]
    after = {**HELPED, path: HELPED[path].replace(old, new, 1)}

    assert await judged(make_case, after, before=HELPED) == {rule}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("== WANTED", "== {'load': 240}"),
        ("WANTED", "EXPECTED"),
        ("'/x'", "'/x?page=1'"),
    ],
)
async def test_writing_a_constant_elsewhere_loses_nothing(
    make_case: Any, old: Any, new: Any
) -> None:
    after = {**HELPED, PATH: HELPED[PATH].replace(old, new)}

    assert await judged(make_case, after, before=HELPED) == set()


REFUSING = """import pytest


@pytest.mark.parametrize(("method", "path", "status"), [("DELETE", A, 405), ("PATCH", A, 405)])
def test_what_was_not_asked_for_is_not_there(client, method, path, status):
    assert client.request(method, path).status_code == status
"""


@pytest.mark.parametrize(("served", "rules"), [("delete", set()), ("put", {"parameters-lost"})])
async def test_a_case_may_go_that_refuses_what_is_served_now(
    make_case: Any, served: str, rules: set[str]
) -> None:
    app = {"pullcord.toml": 'app = "app.main:app"\n'}
    less = json.dumps({"openapi": "3.1.0", "paths": {"/a": {"get": {}}}})
    more = json.dumps({"openapi": "3.1.0", "paths": {"/a": {"get": {}, served: {}}}})
    left = REFUSING.replace('("DELETE", A, 405), ', "")
    before = {**app, "openapi.json": less, PATH: REFUSING}
    after = {**app, "openapi.json": more, PATH: left}

    assert await judged(make_case, after, before) == rules
