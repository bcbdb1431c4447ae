"""`pullcord init` for an existing repository."""

from __future__ import annotations

import subprocess
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pullcord import adopt, agents, config
from pullcord.errors import ConfigError, NotFound, PullcordError, UsageError
from pullcord.model.project import Detected, Project
from pullcord.model.roles import DEFAULT

PYPROJECT = """\
[tool.poe.tasks]
typecheck = "mypy app"
test = "pytest -q"
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "a service"
    (root / "app").mkdir(parents=True)
    (root / "app" / "main.py").write_text("from fastapi import FastAPI\n\napp = FastAPI()\n")
    (root / "pyproject.toml").write_text(PYPROJECT)
    return root


def test_a_bare_repository_gets_its_settings_and_the_five_agents(root: Path) -> None:
    files = adopt.missing(root)
    assert [file.path for file in files] == [
        "pullcord.toml",
        *(f".claude/agents/{name}.md" for name in DEFAULT),
    ]
    assert 'app = "app.main:app"\n' in files[0].text
    assert '# openapi = "openapi.json"  # none was found' in files[0].text
    assert '# run = ["mypy", "app"]  # poe task typecheck' in files[0].text


def test_after_writing_nothing_is_missing_and_the_project_is_seen_the_same(root: Path) -> None:
    before = config.detect(root)
    adopt.write(root, adopt.missing(root))
    assert adopt.missing(root) == ()
    after = config.detect(root)
    assert (after.app, after.commands, after.openapi) == (
        before.app,
        before.commands,
        before.openapi,
    )
    assert agents.lint(root / ".claude" / "agents") == []
    assert {a.origin == "pullcord" for a in agents.load(root / ".claude/agents").values()} == {
        False
    }


def test_the_diff_is_what_will_be_written(root: Path, tmp_path: Path) -> None:
    files = adopt.missing(root)
    copy = tmp_path / "copy"
    copy.mkdir()
    patch = tmp_path / "init.patch"
    patch.write_text(adopt.diff(files), "utf-8")
    subprocess.run(["git", "apply", "--whitespace=nowarn", str(patch)], cwd=copy, check=True)
    for file in files:
        assert (copy / file.path).read_text("utf-8") == file.text


def test_what_exists_is_left_alone(root: Path) -> None:
    (root / "pullcord.toml").write_text('app = "app.main:app"\n')
    own = root / ".claude" / "agents"
    own.mkdir(parents=True)
    (own / "reviews.md").write_text("---\nname: code-reviewer\ndescription: Ours\n---\nB")
    (own / "api-designer.md").write_text("not a definition")
    paths = [file.path for file in adopt.missing(root)]
    assert paths == [
        f".claude/agents/{name}.md"
        for name in DEFAULT
        if name not in ("code-reviewer", "api-designer")
    ]


def test_opt_in_agents_come_when_they_are_named(root: Path) -> None:
    paths = [file.path for file in adopt.missing(root, ["load-tester"])]
    assert paths[-1] == ".claude/agents/load-tester.md"
    with pytest.raises(NotFound, match="poet"):
        adopt.missing(root, ["poet"])


def test_settings_that_cannot_be_read_are_an_error(root: Path) -> None:
    (root / "pullcord.toml").write_text("app = [\n")
    with pytest.raises(ConfigError):
        adopt.missing(root)


def test_nothing_is_half_written(root: Path) -> None:
    files = adopt.missing(root)
    (root / ".claude").write_text("a file in the way")
    with pytest.raises(PullcordError, match="nothing was changed") as caught:
        adopt.write(root, files)
    assert caught.value.exit_code == 1
    (root / ".claude").unlink()
    with pytest.raises(PullcordError, match="nothing was changed"):
        adopt.write(root, [*files, files[0]])
    assert not (root / ".claude").exists()
    assert not (root / "pullcord.toml").exists()


def test_a_file_that_appears_in_between_is_not_overwritten(root: Path) -> None:
    files = adopt.missing(root)
    (root / files[-1].path).parent.mkdir(parents=True)
    (root / files[-1].path).write_text("mine")
    with pytest.raises(PullcordError, match="nothing was changed"):
        adopt.write(root, files)
    assert (root / files[-1].path).read_text() == "mine"
    assert len(list((root / ".claude" / "agents").iterdir())) == 1
    assert not (root / "pullcord.toml").exists()


def test_a_link_out_of_the_repository_is_not_followed(root: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (root / ".claude").symlink_to(outside)
    with pytest.raises(UsageError, match="leads out"):
        adopt.write(root, adopt.missing(root))
    assert list(outside.iterdir()) == []
    assert not (root / "pullcord.toml").exists()


@given(st.text(), st.lists(st.text(min_size=1), min_size=1))
def test_the_settings_are_valid_toml_whatever_was_detected(path: str, argv: list[str]) -> None:
    project = Project(
        openapi=path,
        published=path,
        commands={"types": Detected(argv=tuple(argv), origin="Makefile")},
    )
    text = adopt.settings(project)
    assert tomllib.loads(text).get("openapi", "") == path
    assert (
        len(tomllib.loads(text.replace("\n# run", "\nrun").replace("\n# [g", "\n[g"))["gates"]) == 1
    )
