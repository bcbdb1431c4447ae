"""Where an agent may write, and which names may not enter a repository."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pullcord.gates.configuration import closed_changes
from pullcord.gates.paths import matches, name_problems
from pullcord.gates.scope import LARGEST, Scope
from pullcord.model.agent import Agent
from pullcord.model.work import Change

DESIGNER = Agent(name="api-designer", description="", write=("docs/**",))
SUMMARY = "docs/temp/agent_20260101_101500_python-backend-engineer_log.md"


async def rules(case: Any) -> Any:
    verdict = await Scope().judge(case)
    assert (verdict.outcome == "pass") == (not verdict.findings)
    return [f.rule for f in verdict.findings]


@pytest.mark.parametrize(
    ("path", "glob", "inside"),
    [
        ("app/a.py", "app/**", True),
        ("app/b/c/a.py", "app/**", True),
        ("application/a.py", "app/**", False),
        ("app/b/a.py", "app/*.py", False),
        ("a.py", "**/*.py", True),
        ("x/y/a.py", "**/*.py", True),
        ("docs/a.md", "docs/", True),
        ("x/docs/a.md", "docs/", False),
        ("a.py\nb", "a.py", False),
        ("app/[x].py", "app/[x].py", True),
    ],
)
def test_globs_stay_within_folders_unless_doubled(path: Any, glob: Any, inside: Any) -> None:
    assert matches(path, [glob]) is inside


@pytest.mark.parametrize(
    "path",
    [
        "docs/..\\..\\evil.md", "docs/.GIT/hooks/x", "docs/git~1/x", "docs/.git. /x", "a/../b", "/etc/x",
        "app/\u0430uth.py", "docs/aux.md", "docs/COM1", "docs/plan.", "docs/a ", "docs/a\x07b",
        "docs/a\u202eb", "docs/a\u200bb", "docs/a:b", "docs/.g\u200cit/config", "docs//x", "e\u0301.md",
    ],
)  # fmt: skip
def test_a_dangerous_name_is_seen(path: Any) -> None:
    assert list(name_problems(path))


@pytest.mark.parametrize(
    "path",
    ["app/main.py", "docs/Übung mit Leerzeichen.md", "docs/日本.md", ".gitignore", "a/.github/x"],
)
def test_an_ordinary_name_is_fine(path: Any) -> None:
    assert list(name_problems(path)) == []


@given(st.text(max_size=60))
def test_any_text_is_a_name_or_not(path: Any) -> None:
    assert all(isinstance(p, str) for p in name_problems(path))


@pytest.mark.parametrize(
    "path",
    [
        ".github/workflows/ci.yml", ".gitattributes", "app/.gitignore", ".claude/settings.json",
        "CLAUDE.md", "docs/AGENTS.md", ".mcp.json", ".vscode/settings.json", "pullcord.toml",
        "app/sitecustomize.py", "app/x.pth", "pytest.ini", "app/ruff.toml", "mypy.ini", ".coveragerc",
        "tests/pytest.ini", "Makefile", ".env", "conftest.py", "app/conftest.py", ".hidden/x",
        "setup.cfg", "poe_tasks.toml",
    ],
)  # fmt: skip
async def test_what_steers_tools_and_people_is_protected_even_inside_the_scope(
    make_case: Any, path: Any
) -> None:
    everything = Agent(name="eager", description="", write=("**",))

    assert await rules(make_case({}, {path: "x\n"}, agent=everything)) == ["protected"]


async def test_deleting_a_protected_file_is_seen_too(make_case: Any) -> None:
    assert await rules(make_case({"CLAUDE.md": "x"}, {})) == ["protected"]


async def test_an_agent_stays_in_its_scope(make_case: Any) -> None:
    after = {"docs/contracts/a.openapi.json": "{}", "app/main.py": "x = 1\n"}

    assert await rules(make_case({}, after, agent=DESIGNER)) == ["scope"]


async def test_who_writes_the_application_writes_its_documents_wherever_they_are(
    make_case: Any,
) -> None:
    before = {
        "app/main.py": "from fastapi import FastAPI\napp = FastAPI()\n",
        "docs/openapi.json": '{"openapi": "3.1.0"}',
    }
    after = {**before, "docs/openapi.json": '{"openapi": "3.1.1"}'}
    backend = Agent(name="backend", description="", write=("app/**",))

    assert await rules(make_case(before, after, agent=backend)) == []


async def test_who_writes_only_tests_does_not_write_the_contract(make_case: Any) -> None:
    before = {"openapi.json": '{"openapi": "3.1.0"}'}
    tester = Agent(name="tester", description="", write=("tests/**",))

    assert await rules(make_case(before, {"openapi.json": "{}"}, agent=tester)) == ["scope"]


async def test_an_agent_without_a_scope_writes_only_its_summary(make_case: Any) -> None:
    nobody = Agent(name="code-reviewer", description="")
    after = {SUMMARY: "x", "docs/a.md": "x"}
    verdict = await Scope().judge(make_case({}, after, agent=nobody, summary_path=SUMMARY))

    assert [f.path for f in verdict.findings] == ["docs/a.md"]


async def test_a_summary_of_somebody_else_is_not_rewritten(make_case: Any) -> None:
    other = "docs/temp/agent_20260101_101500_code-reviewer_log.md"
    wide = Agent(name="api-designer", description="", write=("docs/**",))

    assert await rules(make_case({other: "red"}, {other: "green"}, agent=wide)) == ["scope"]


async def test_a_person_may_change_configuration_but_not_use_dangerous_names(
    make_case: Any,
) -> None:
    after = {"pytest.ini": "[pytest]\n", ".github/x.yml": "", "docs/aux.md": "x"}

    assert await rules(make_case({}, after, agent=None)) == ["name"]


async def test_links_submodules_and_programs_are_not_taken_from_agents(make_case: Any) -> None:
    case = make_case({}, {"app/run.py": "x"})
    (case.tree / "app/run.py").chmod(0o755)
    (case.tree / "app/link.py").symlink_to("run.py")
    changes = (
        Change(path="app/run.py", status="added", mode="100755"),
        Change(path="app/link.py", status="added", mode="120000"),
        Change(path="vendor", status="added", mode="160000"),
    )

    found = await rules(replace(case, changes=changes))

    assert sorted(found) == ["executable", "scope", "submodule", "symlink"]


async def test_a_person_may_link_within_the_repository_only(make_case: Any) -> None:
    case = make_case({}, {"app/run.py": "x"}, agent=None)
    (case.tree / "inside").symlink_to("app/run.py")
    (case.tree / "outside").symlink_to("/etc/passwd")
    (case.tree / "up").symlink_to("../base")
    names = ("inside", "outside", "up")
    changes = tuple(Change(path=n, status="added", mode="120000") for n in names)
    verdict = await Scope().judge(replace(case, changes=changes))

    assert [f.path for f in verdict.findings] == ["outside", "up"]


async def test_a_file_behind_a_link_is_seen_whatever_git_says(make_case: Any) -> None:
    case = make_case({}, {"app/run.py": "x"})
    (case.tree / "data").symlink_to("/usr")
    changes = (Change(path="data/lib", status="added"),)

    assert "symlink" in await rules(replace(case, changes=changes))


async def test_a_large_file_needs_a_person_but_a_contract_does_not(make_case: Any) -> None:
    big = "x" * (LARGEST + 1)
    document = '{"openapi": "3.1.0"}'
    before = {"openapi.json": document}

    assert await rules(make_case(before, {"openapi.json": document + big, "app/a.py": big})) == [
        "size"
    ]


async def test_two_names_that_differ_only_in_case_are_seen(make_case: Any) -> None:
    after = {"app/Main.py": "x", "app/main.py": "x"}

    assert await rules(make_case({"app/main.py": "x"}, after)) == ["name"]


@pytest.mark.parametrize(
    ("old", "new", "closed"),
    [
        ({"project": {"dependencies": ["a"]}}, {"project": {"dependencies": ["a", "b>=1"]}}, []),
        ({}, {"dependency-groups": {"dev": ["x"]}}, []),
        ({}, {"project": {"dependencies": ["x @ git+https://h/x"]}}, ["project.dependencies"]),
        ({}, {"project": {"version": "2"}}, ["project.version"]),
        ({}, {"tool": {"uv": {"sources": {"a": {"git": "x"}}}}}, ["tool.uv.sources.a.git"]),
        ({}, {"build-system": {"requires": ["x"]}}, ["build-system.requires"]),
        (
            {"tool": {"mypy": {"strict": True}}},
            {"tool": {"mypy": {"strict": False}}},
            ["tool.mypy.strict"],
        ),
        ({"tool": {"mypy": {"strict": True}}}, {}, ["tool.mypy.strict"]),
        ({}, {"tool": {"pytest": {"ini_options": {"markers": ["slow: slow"]}}}}, []),
        (
            {"tool": {"coverage": {"report": {"fail_under": 80}}}},
            {"tool": {"coverage": {"report": {"fail_under": 90}}}},
            [],
        ),
        (
            {"tool": {"coverage": {"report": {"fail_under": 80}}}},
            {"tool": {"coverage": {"report": {"fail_under": 70}}}},
            ["tool.coverage.report.fail_under"],
        ),
        (
            {"tool": {"pytest": {"ini_options": {"addopts": "-q --cov-fail-under=80"}}}},
            {"tool": {"pytest": {"ini_options": {"addopts": "-q --cov-fail-under=90"}}}},
            [],
        ),
        (
            {"tool": {"pytest": {"ini_options": {"addopts": "-q --cov-fail-under=80"}}}},
            {"tool": {"pytest": {"ini_options": {"addopts": "-q -k x --cov-fail-under=90"}}}},
            ["tool.pytest.ini_options.addopts"],
        ),
    ],
)
def test_only_dependencies_and_stricter_settings_may_change(
    old: Any, new: Any, closed: Any
) -> None:
    assert [place for place, _ in closed_changes(old, new)] == closed


async def test_a_pyproject_that_cannot_be_read_is_red(make_case: Any) -> None:
    assert await rules(make_case({}, {"pyproject.toml": "[tool"})) == ["configuration"]


async def test_a_task_that_says_what_it_writes_is_held_to_it(make_case: Any) -> None:
    files = {"app/a.py": "a", "app/b.py": "b", SUMMARY: "s"}

    narrow = replace(make_case({}, files), writes=("app/a*",))

    (finding,) = (await Scope().judge(narrow)).findings
    assert (finding.path, finding.message) == ("app/b.py", "this task may not write here")


async def test_the_summary_of_who_helped_before_may_stand_in_the_change(make_case: Any) -> None:
    theirs = "docs/temp/agent_20260101_101500_python-test-engineer_log.md"
    case = make_case({}, {theirs: "s"})

    assert await rules(case) == ["scope"]
    helped = replace(case, authors=frozenset({"python-test-engineer"}))
    assert await rules(helped) == []


async def test_a_folder_full_of_new_files_is_listed_once(
    make_case: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not once for each file: an agent that leaves many would keep the line busy for hours."""
    case = make_case({}, {f"docs/f{n}.md": "x\n" for n in range(50)} | {"docs/F7.md": "x\n"})
    listed: list[Path] = []
    really = Path.iterdir

    def noted(path: Path) -> Iterator[Path]:
        listed.append(path)
        return really(path)

    monkeypatch.setattr(Path, "iterdir", noted)

    assert (await rules(case)).count("name") == 2  # of those that differ only in case
    assert len(listed) == 1
