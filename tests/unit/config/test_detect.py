"""What is found in repositories of all kinds, and from where."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pullcord.config import detect
from pullcord.config.commands import commands_of, make_targets, poe_tasks, strip_runner, tool_of
from pullcord.config.layout import find_app
from pullcord.errors import ConfigError

FASTAPI = "from fastapi import FastAPI\n\napp = FastAPI()\n"


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def test_poe_tasks_come_with_their_arguments_and_origin(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "pyproject.toml": """
[tool.poe.tasks]
fix = { sequence = [{ cmd = "ruff check --fix ." }, { cmd = "uv run ruff format src" }] }
typecheck = "poetry run mypy app"
test = { cmd = "python -m pytest tests", env = { APP_ENV = "test" } }
"""
        },
    )
    project = detect(tmp_path)

    assert project.commands["format"].argv == ("ruff", "format", "src")
    assert project.commands["lint"].argv == ("ruff", "check", "--fix", ".")
    assert project.commands["types"].argv == ("mypy", "app")
    assert project.commands["tests"].argv == ("python", "-m", "pytest", "tests")
    assert project.commands["tests"].origin == "poe task test"
    assert project.env == {"APP_ENV": "test"}


def test_a_makefile_is_understood(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "Makefile": "PY = .venv/bin/python\n\ntest: lint\n\t@APP_ENV=ci $(PY) -m pytest -q\n"
            "lint:\n\truff check . && ruff format --check .\n\tmypy svc\n",
            "svc/main.py": FASTAPI,
        },
    )
    project = detect(tmp_path)

    assert project.commands["tests"].argv == ("python", "-m", "pytest", "-q")
    assert project.commands["tests"].origin == "Makefile target test"
    assert project.commands["types"].argv == ("mypy", "svc")
    assert project.commands["format"].argv == ("ruff", "format", "--check", ".")
    assert project.env == {"APP_ENV": "ci"}
    assert project.app == "svc.main:app"


def test_a_bare_repository_gets_defaults(tmp_path: Path) -> None:
    write(tmp_path, {"requirements.txt": "fastapi\n", "main.py": FASTAPI})
    project = detect(tmp_path)

    assert project.app == "main:app"
    assert project.commands["tests"].argv == ("python", "-m", "pytest")
    assert project.commands["tests"].origin == "default"
    assert project.commands["types"].argv == ("mypy", ".")
    assert project.openapi == ""


def test_pullcord_toml_wins_and_can_only_raise_coverage(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "pullcord.toml": 'app = "x.y:z"\n[gates.tests]\nrun = ["pytest", "-q"]\n'
            "coverage = 70\ntimeout = 5\n[env]\nA = 'b'\n",
            "pyproject.toml": '[tool.poe.tasks]\ntest = "pytest"\n',
        },
    )
    project = detect(tmp_path)

    assert project.app == "x.y:z"
    assert project.commands["tests"].argv == ("pytest", "-q")
    assert project.commands["tests"].origin == "pullcord.toml"
    assert project.commands["tests"].timeout_s == 5
    assert project.coverage == 80
    assert project.env == {"A": "b"}


@pytest.mark.parametrize(
    ("files", "least"),
    [
        ({}, 80),
        ({"pyproject.toml": "[tool.coverage.report]\nfail_under = 91.5\n"}, 91.5),
        ({"pyproject.toml": "[tool.coverage.report]\nfail_under = 10\n"}, 80),
        ({"pytest.ini": "[pytest]\naddopts = --cov --cov-fail-under=85\n"}, 85),
        ({".coveragerc": "[report]\nfail_under = 95\n"}, 95),
        ({"setup.cfg": "[coverage:report]\nfail_under = 96\n"}, 96),
        ({"pullcord.toml": "[gates.tests]\ncoverage = 99\n"}, 99),
    ],
)
def test_the_largest_threshold_counts(tmp_path: Path, files: Any, least: Any) -> None:
    assert detect(write(tmp_path, files)).coverage == least


@pytest.mark.parametrize(
    ("files", "app"),
    [
        ({"app/main.py": FASTAPI, "scripts/demo.py": FASTAPI}, "app.main:app"),
        ({"src/shop/main.py": FASTAPI}, "shop.main:app"),
        ({"svc/main.py": FASTAPI.replace("app =", "api =")}, "svc.main:api"),
        (
            {"app/main.py": "from fastapi import FastAPI\ndef create_app() -> FastAPI: ...\n"},
            "app.main:create_app",
        ),
        ({"app/main.py": "import fastapi\nx: fastapi.FastAPI = fastapi.FastAPI()\n"}, "app.main:x"),
        ({"tests/test_app.py": FASTAPI, "docs/app.py": FASTAPI}, ""),
        ({"app/main.py": "this is no python FastAPI"}, ""),
    ],
)
def test_the_application_is_found(tmp_path: Path, files: Any, app: Any) -> None:
    assert find_app(write(tmp_path, files)) == app


@pytest.mark.parametrize(
    ("paths", "committed", "published"),
    [
        (["openapi.json"], "openapi.json", ""),
        (["openapi.json", "contract/openapi.json"], "openapi.json", "contract/openapi.json"),
        (
            ["docs/openapi.json", "docs/published/openapi.json"],
            "docs/openapi.json",
            "docs/published/openapi.json",
        ),
        (["contract/openapi.json"], "contract/openapi.json", ""),
        (["node_modules/x/openapi.json"], "", ""),
    ],
)
def test_the_documents_are_found(
    tmp_path: Path, paths: Any, committed: Any, published: Any
) -> None:
    project = detect(write(tmp_path, {p: '{"openapi": "3.1.0"}' for p in paths}))

    assert (project.openapi, project.published) == (committed, published)


def test_scripts_that_tasks_run_are_protected_and_the_application_is_not(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "pyproject.toml": '[tool.poe.tasks]\nverify = "python -m scripts.openapi verify"\n'
            'serve = "python main.py"\nseed = "python tools/seed.py"\n',
            "scripts/openapi.py": "",
            "tools/seed.py": "",
            "main.py": FASTAPI,
        },
    )

    assert detect(tmp_path).protected == ("scripts/openapi.py", "tools/seed.py")


def test_a_broken_pyproject_is_a_configuration_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"pyproject\.toml"):
        detect(write(tmp_path, {"pyproject.toml": "[tool"}))


def test_poe_sequences_references_and_cycles_are_written_out() -> None:
    tasks = poe_tasks(
        {
            "env": {"A": "1", "B": "$HOME/x"},
            "tasks": {
                "lint": "ruff check",
                "all": ["lint", "types"],
                "types": {"ref": "mypy --strict"},
                "mypy": "mypy .",
                "loop": ["loop", "lint"],
                "shell": {"shell": "mypy . | tee log"},
                "elsewhere": {"cmd": "pytest", "cwd": "other"},
                "script": {"script": "app.tasks:run"},
            },
        }
    )

    assert [c.argv for c in tasks["all"]] == [("ruff", "check"), ("mypy", ".")]
    assert [c.argv for c in tasks["loop"]] == [("ruff", "check")]
    assert tasks["lint"][0].env == {"A": "1"}
    assert {"shell", "elsewhere", "script"}.isdisjoint(tasks)


@pytest.mark.parametrize(
    ("words", "argv"),
    [
        ("uv run --no-sync --group dev pytest -q", ["pytest", "-q"]),
        ("uv run --directory backend pytest", []),
        ("poetry run mypy", ["mypy"]),
        (".venv/bin/pytest tests", ["pytest", "tests"]),
        ("env python -m pytest", ["python", "-m", "pytest"]),
    ],
)
def test_runners_are_taken_off(words: Any, argv: Any) -> None:
    assert strip_runner(words.split()) == argv


@pytest.mark.parametrize(
    ("argv", "tool"),
    [
        (("python", "-m", "pytest"), "pytest"),
        (("python3.12", "-X", "dev", "-m", "mypy"), "mypy"),
        (("coverage", "run", "-m", "pytest"), "pytest"),
        (("ruff", "check"), "ruff"),
        (("python", "setup.py"), ""),
        ((), ""),
    ],
)
def test_the_tool_of_a_command_is_known(argv: Any, tool: Any) -> None:
    assert tool_of(argv) == tool


@given(st.text(max_size=120))
def test_any_line_is_commands_or_nothing(line: Any) -> None:
    for command in commands_of(line, {}):
        assert command.argv


@given(st.text(max_size=200))
def test_any_makefile_can_be_read(text: Any) -> None:
    for commands in make_targets(text).values():
        assert commands
