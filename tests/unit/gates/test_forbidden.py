"""Which new patterns are forbidden, and which old or justified ones are not."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pullcord.gates.forbidden import Forbidden
from pullcord.gates.rules.ignores import look
from pullcord.gates.rules.rule import File, is_reason
from pullcord.gates.source import comments

APP = "app/service.py"
TEST = "tests/test_service.py"
PASSES = "def test_a():\n    assert f() == 1\n"


async def rules(make_case: Any, before: Any, after: Any, **more: Any) -> Any:
    verdict = await Forbidden().judge(make_case(before, after, **more))
    assert (verdict.outcome == "fail") == bool(verdict.findings)
    return [f.rule for f in verdict.findings]


@pytest.mark.parametrize(
    "line",
    [
        "x = f()  # type: ignore",
        "x = f()  # type: ignore[arg-type]",
        "x = f()  # type:ignore[arg-type]  # because reasons",
        "x = f()  # type: ignore[arg-type]  # noqa: E501",
        "x = f()  # type: ignore[arg-type] the stub is wrong  # noqa",
        "x = f()  # noqa",
        "x = f()  # NOQA",
        "x = f()  # noqa: S311",
        "x = f()  # noqa:S311 bad bad bad",
        "x = f()  # pyright: ignore",
        "x = f()  # ruff: ignore[S311]",
        "x = f()  # pragma: no cover",
        "x = f()  # pragma: no branch",
        "x = f()  # nosec",
        "x = f()  # comment first # type: ignore",
        "# type: ignore[misc]  # this is for the whole file",
        "# mypy: ignore-errors",
        "# mypy: disable-error-code=return-value",
        "# ruff: noqa",
        "# ruff: noqa: E501  even with very good reasons",
        "# ruff: disable[E501]  even with very good reasons",
        "# flake8: noqa",
        "# pyright: basic, reportReturnType=false",
        "# fmt: off",
        "@typing.no_type_check\ndef f(): ...",
        "if not TYPE_CHECKING:\n    x = 1",
        "from typing import cast\nx = cast(int, f() / 2)",
    ],
)
async def test_a_new_unjustified_ignore_is_forbidden(make_case: Any, line: Any) -> None:
    found = await rules(make_case, {APP: "y = 1\n"}, {APP: f"y = 1\n{line}\n"})

    assert set(found) == {"ignore"}


@pytest.mark.parametrize(
    "line",
    [
        "x = f()  # type: ignore[arg-type]  # the stub of httpx is wrong here",
        "x = f()  # type: ignore[arg-type]  # noqa: E501 the stub is wrong",
        "x = f()  # type: ignore[arg-type, misc] - PATCH is a partial row",
        "x = f()  # noqa: S311  # not security relevant: a suggestion",
        "x = f()  # noqa: S311, E501 the seed must be reproducible",
        "x = f()  # pragma: no cover - only on broken hardware",
        "x = f()  # pyright: ignore[reportCallIssue] its stub is incomplete",
        "x = f()  # ruff: ignore[S311] not relevant for security",
        "x = [1,   2]  # fmt: skip",
        'x = "# type: ignore"',
        "x = f()  # the word noqa-like is fine, and so is ignoring types",
        '"""Say `# noqa` in prose."""',
    ],
)
async def test_a_justified_ignore_and_prose_are_fine(make_case: Any, line: Any) -> None:
    assert await rules(make_case, {APP: "y = 1\n"}, {APP: f"y = 1\n{line}\n"}) == []


async def test_what_was_there_before_may_move(make_case: Any) -> None:
    old = "x = f()  # noqa\n\n\ndef g():\n    return h()  # type: ignore\n"
    new = "import os\n\n\ndef g():\n    return h()  # type: ignore\n\n\nx = f()  # noqa\n"

    assert await rules(make_case, {APP: old, "app/b.py": ""}, {APP: "", "app/b.py": new}) == []


async def test_a_second_copy_of_an_old_ignore_is_new(make_case: Any) -> None:
    old = "x = f()  # noqa\n"

    assert await rules(make_case, {APP: old}, {APP: old + old}) == ["ignore"]


async def test_a_stub_beside_a_module_is_forbidden(make_case: Any) -> None:
    after = {APP: "y = 1\n", "app/service.pyi": "y: str\n"}

    assert await rules(make_case, {APP: "y = 1\n"}, after) == ["ignore"]


async def test_a_file_that_is_no_python_is_forbidden(make_case: Any) -> None:
    assert await rules(make_case, {}, {APP: "def f(:\n"}) == ["syntax"]


NEW = "def test_new():\n    assert f() == 2\n"


@pytest.mark.parametrize(
    "decorated",
    [
        f"import pytest\n@pytest.mark.skip\n{NEW}",
        f"import pytest\n@pytest.mark.skip('todo')\n{NEW}",
        f"import pytest\n@pytest.mark.skipif(True, reason='later')\n{NEW}",
        f"import pytest as p\n@p.mark.xfail\n{NEW}",
        f"from pytest import mark\n@mark.xfail(strict=True)\n{NEW}",
        f"import pytest\npytestmark = pytest.mark.skip(reason='todo')\n{NEW}",
        "import pytest\ndef test_new():\n    pytest.skip('no')\n    assert f()\n",
        "from pytest import skip as s\ndef test_new():\n    s()\n    assert f()\n",
        "import pytest\ndef test_new():\n    x = pytest.importorskip('x')\n    assert x\n",
        "import pytest\ndef test_new():\n    raise pytest.skip.Exception('no')\n    assert f()\n",
        f"import unittest\n@unittest.skip('no')\n{NEW}",
        "import pytest\n@pytest.fixture(autouse=True)\ndef known(request):\n"
        "    request.node.add_marker('skip')\n",
        f"import pytest\n@getattr(pytest.mark, 'skip')\n{NEW}",
        "import pytest\n@pytest.mark.parametrize('a', [pytest.param(1, marks=pytest.mark.xfail)])\n"
        "def test_new(a):\n    assert a\n",
        "import pytest\n@pytest.fixture(autouse=True)\ndef known(request):\n"
        "    request.applymarker(pytest.mark.xfail(reason='known'))\n",
    ],
)
async def test_a_skip_without_a_reason_is_forbidden(make_case: Any, decorated: Any) -> None:
    assert set(await rules(make_case, {}, {TEST: decorated})) == {"skip"}


REASONED = f"import pytest\n@pytest.mark.xfail(strict=True, reason='FIT-219: unknown intensity raises')\n{NEW}"
SUMMARY = "docs/temp/agent_20260101_101500_python-test-engineer_x.md"


async def test_a_new_test_may_be_skipped_with_a_reason_when_no_summary_is_due(
    make_case: Any,
) -> None:
    assert await rules(make_case, {}, {TEST: REASONED}) == []


async def test_a_reason_must_stand_in_the_summary(make_case: Any) -> None:
    after = {TEST: REASONED, SUMMARY: "Nothing is said."}

    assert await rules(make_case, {}, after, summary_path=SUMMARY) == ["skip"]


@pytest.mark.parametrize("given", [SUMMARY, ""])
async def test_a_documented_skip_is_fine_even_of_an_old_test(make_case: Any, given: Any) -> None:
    said = "- test_new is an xfail:\n  FIT-219, unknown   intensity RAISES.\n"
    after = {TEST: REASONED, SUMMARY: said}

    assert await rules(make_case, {TEST: NEW}, after, summary_path=given) == []


async def test_an_old_test_is_not_switched_off_without_a_summary(make_case: Any) -> None:
    assert await rules(make_case, {TEST: NEW}, {TEST: REASONED}) == ["skip"]


async def test_a_fixture_that_skips_switches_off_old_tests(make_case: Any) -> None:
    skipping = "import pytest\n@pytest.fixture\ndef rows():\n    pytest.skip('seed data missing')\n"

    assert await rules(make_case, {}, {"tests/conftest.py": skipping}) == ["skip"]


@pytest.mark.parametrize(
    "text",
    [
        "from unittest import mock\n@mock.patch('app.repos.SupabaseRepo.list')\n" + PASSES,
        "from unittest.mock import patch\nfrom app.repos import SupabaseRepo as R\n"
        "def test_a():\n    with patch.object(R, 'list'):\n        assert f() == 1\n",
        "def test_a(monkeypatch):\n    monkeypatch.setattr('app.db.supabase', None)\n    assert f()\n",
        "def test_a(mocker):\n    mocker.patch('supabase.create_client')\n    assert f() == 1\n",
        "from unittest.mock import MagicMock\nsupabase_client = MagicMock()\n" + PASSES,
        "from unittest.mock import Mock\nfrom supabase import Client\nc = Mock(spec=Client)\n"
        + PASSES,
        "import sys\nsys.modules['supabase'] = None\n" + PASSES,
        "from unittest.mock import MagicMock\nfrom app.di import get_supabase\n"
        "def test_a(app):\n    app.dependency_overrides[get_supabase] = lambda: MagicMock()\n"
        "    assert f() == 1\n",
    ],
)
async def test_supabase_is_not_mocked_in_api_tests(make_case: Any, text: Any) -> None:
    assert "supabase" in await rules(make_case, {}, {"tests/api/test_plans.py": text})


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            "tests/api/test_plans.py",
            "from app.di import get_plan_repository\nfrom tests.fakes import Fake\n"
            "def test_a(app):\n    app.dependency_overrides[get_plan_repository] = Fake\n"
            "    assert f() == 1\n",
        ),
        (
            "tests/repositories/test_supabase.py",
            "from unittest.mock import MagicMock\nsupabase = MagicMock()\n" + PASSES,
        ),
        (
            "tests/api/test_time.py",
            "def test_a(monkeypatch):\n    monkeypatch.setattr('time.time', g)\n    assert f()\n",
        ),
    ],
)
async def test_overrides_through_di_are_fine(make_case: Any, path: Any, text: Any) -> None:
    assert await rules(make_case, {}, {path: text}) == []


@pytest.mark.parametrize(
    "text",
    [
        "@router.get('/x', include_in_schema=False)\ndef x(): ...\n",
        "router = APIRouter(include_in_schema=settings.public)\n",
        "app.openapi = custom\n",
        "app.openapi_schema = {}\n",
        "app = FastAPI(openapi_url=None)\n",
        "@router.get('/x', openapi_extra={'x': 1})\ndef x(): ...\n",
        "from fastapi import FastAPI\nclass A(FastAPI):\n    def openapi(self): ...\n",
        "app.mount('/internal', other)\n",
        "app.router.routes.append(x)\n",
        "app.add_route('/x', x)\n",
    ],
)
async def test_the_contract_cannot_be_bent(make_case: Any, text: Any) -> None:
    assert set(await rules(make_case, {}, {APP: text})) == {"openapi"}


async def test_an_operation_may_be_shown_explicitly(make_case: Any) -> None:
    text = "@router.get('/x', include_in_schema=True)\ndef x(): ...\n"

    assert await rules(make_case, {}, {APP: text}) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("tests/conftest.py", "def pytest_runtest_makereport(item, call): ...\n"),
        ("tests/quiet.py", "def pytest_report_teststatus(report): ...\n"),
        ("tests/conftest.py", "pytest_plugins = ['tests.quiet']\n"),
        ("tests/conftest.py", "collect_ignore: list[str] = ['api/test_plans.py']\n"),
        (TEST, "import os\nos._exit(0)\n"),
        (TEST, "import sys\nsys.modules['app.x'] = None\n"),
        ("tests/__init__.py", "import app.stats as stats\nstats.WEIGHTS['high'] = 2\n"),
        ("tests/conftest.py", "from fastapi.testclient import TestClient\nTestClient.get = f\n"),
        ("tests/conftest.py", "import coverage\ncoverage.Coverage.report = lambda s: 100\n"),
        (APP, "import pytest\n"),
        ("tests/conftest.py", "from app import stats\nstats.load = lambda rows: 1\n"),
        ("tests/conftest.py", "import sys\ndef f(m):\n    m.setitem(sys.modules, 'app.x', 1)\n"),
        ("tests/conftest.py", "def get(r):\n    r.json = lambda: {}\n"),
        (TEST, "import coverage\n"),
        ("tests/conftest.py", "from _pytest.runner import call_and_report\n"),
    ],
)
async def test_the_test_run_is_not_steered(make_case: Any, path: Any, text: Any) -> None:
    before = {"app/main.py": "from fastapi import FastAPI\napp = FastAPI()\n", "app/stats.py": ""}
    found = await rules(make_case, before, {**before, path: text})

    assert found
    assert set(found) <= {"harness", "test-aware"}


@pytest.mark.parametrize(
    "text",
    [
        "import sys\nif 'pytest' in sys.modules:\n    x = 1\n",
        "import os\nx = os.environ.get('PYTEST_CURRENT_TEST')\n",
        "if request.headers['user-agent'] == 'testclient':\n    x = 1\n",
        "if settings.environment in ('test', 'ci'):\n    x = 1\n",
        "import os\nif os.environ['APP_ENV'] == 'test':\n    x = 1\n",
        "import inspect\nx = inspect.stack()\n",
        "import os\nx = os.getenv('CI')\n",
        "import importlib.util\nx = importlib.util.find_spec('pytest')\n",
        "import sys\nx = 'pytest' in sys.argv[0]\n",
        "import sys\nx = hasattr(sys, '_called_from_test')\n",
    ],
)
async def test_the_application_does_not_know_that_it_is_tested(make_case: Any, text: Any) -> None:
    assert "test-aware" in await rules(make_case, {}, {APP: text})


@pytest.mark.parametrize(
    "text",
    [
        'if settings.environment == "production":\n    check()\n',
        'NAMES = ["pytest", "testclient"]\n',
        '"""Run pytest."""\n',
        'if row.kind == "test":\n    x = 1\n',
    ],
)
async def test_the_application_may_speak_of_tests_and_know_production(
    make_case: Any, text: Any
) -> None:
    assert await rules(make_case, {}, {APP: text}) == []


@pytest.mark.parametrize(
    "body",
    [
        "assert True",
        "assert (f() == 1, 'message')",
        "x = f()\n    assert x == x",
        "pass",
        "x = 1",
        "assert 1 is not 2",
        "assert f() == 1 or True",
        "try:\n        assert f() == 1\n    except AssertionError:\n        pass",
        "try:\n        assert f() == 1\n    except Exception:\n        pass",
        "from contextlib import suppress\n    with suppress(AssertionError):\n        assert f() == 1",
    ],
)
async def test_a_test_that_cannot_fail_is_forbidden(make_case: Any, body: Any) -> None:
    found = await rules(make_case, {}, {TEST: f"def test_new():\n    {body}\n"})

    assert set(found) == {"vacuous"}


@pytest.mark.parametrize(
    "body",
    [
        "assert f() == 1",
        "with pytest.raises(ValueError):\n        f()",
        "assert_problem(f(), 404)",
        "try:\n        f()\n    except ValueError as error:\n        assert str(error)",
        "assert f() == f()",
        "f()  # must not raise",
    ],
)
async def test_a_test_that_checks_is_fine(make_case: Any, body: Any) -> None:
    assert await rules(make_case, {}, {TEST: f"def test_new():\n    {body}\n"}) == []


@given(st.text(alphabet="#: []noqatypeignremyfmtsk\n=x'\"", max_size=60))
def test_any_comment_is_judged_without_a_crash(text: Any) -> None:
    try:
        comments(text)
        compile(text, "x", "exec")
    except (SyntaxError, ValueError):
        return
    import ast

    assert all(o.line > 0 for o in look(File(Path(), "a.py", text, ast.parse(text))))


@pytest.mark.parametrize(
    ("text", "enough"),
    [
        ("the stub lies", True),
        ("too short", False),
        ("no no no no", False),
        ("a b c d", False),
        ("größe stimmt nicht", True),
        ("", False),
    ],
)
def test_a_reason_has_three_different_words(text: Any, enough: Any) -> None:
    assert is_reason(text) is enough


@pytest.mark.parametrize(
    ("old", "new", "lost"),
    [
        ("def f(a: int) -> str: ...", "def f(a: Any) -> str: ...", True),
        ("def f(a: int) -> str: ...", "def f(a: int) -> Any: ...", True),
        ("def f(a: int) -> str: ...", "def f(a) -> str: ...", True),
        ("class A:\n    def f(self) -> str: ...", "class A:\n    def f(self): ...", True),
        ("def f(a: int) -> str: ...", "def f(a: float, b: Any) -> str: ...", False),
        ("def f(a): ...", "def f(a: Any): ...", False),
        ("def f(a: int): ...", "def f(b: Any): ...", False),
    ],
)
async def test_types_are_not_lost_to_any(make_case: Any, old: Any, new: Any, lost: Any) -> None:
    assert ("type-lost" in await rules(make_case, {APP: old}, {APP: new})) is lost
