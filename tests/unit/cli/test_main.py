"""The frame around every command: help, errors, exit codes, crash reports."""

from __future__ import annotations

import errno
import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click
import pytest

from pullcord.cli import main
from pullcord.cli.commands import COMMANDS
from pullcord.cli.group import root
from pullcord.cli.main import explained
from pullcord.errors import (
    BudgetSpent,
    Conflict,
    LedgerError,
    NotFound,
    PullcordError,
    Unavailable,
    UsageError,
    Waiting,
)

HEAVY = ("fastapi", "pydantic", "sqlalchemy", "rich", "asyncio", "jinja2", "libcst")


def run_fresh(*args: str) -> tuple[str, set[str]]:
    """Output of a command line in a fresh interpreter, and what it imported."""
    code = (
        "import sys; from pullcord.cli import main; code = main(sys.argv[1:]); "
        "print('\\0', *sys.modules); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *args], capture_output=True, text=True, check=True
    )
    said, _, modules = done.stdout.partition("\0")
    return said, {name.partition(".")[0] for name in modules.split()}


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_import_nothing_heavy(option: str) -> None:
    said, modules = run_fresh(option)
    assert "pullcord" in said
    assert modules.isdisjoint(HEAVY)


def test_python_m_pullcord_is_pullcord() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pullcord", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("pullcord ")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_listed_command_exists_and_its_help_begins_with_what_it_does(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    command = getattr(import_module(COMMANDS[name].module), name)
    assert isinstance(command, click.Command)
    assert command.name == name
    assert main([name, "--help"]) == 0
    said = capsys.readouterr().out
    assert f"pullcord {name}" in said
    assert "--json" in said
    assert command.help
    assert command.help.strip()


def test_the_root_help_lists_every_command_in_80_columns(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["--help"]) == 0
    said = capsys.readouterr().out
    assert all(f"  {name} " in said for name in COMMANDS)
    assert all(len(line) <= 100 for line in said.splitlines())


def test_no_arguments_show_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert "Commands:" in capsys.readouterr().out


def test_the_version_as_json_is_one_result(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--json", "--version"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["type"], said["exit_code"], said["schema"]) == ("result", 0, 1)
    assert said["version"]


USAGE = [
    (["rum"], "There is no command 'rum'. Did you mean `pullcord run`?"),
    (["zzz"], "There is no command 'zzz'."),
    (["runs", "--state", "odd"], "'odd' is not one of"),
    (["show", "--bogus"], "No such option"),
    (["waive", "@last"], "Missing argument"),
    (["agents", "lst"], "No such command"),
    (["-C"], "requires an argument"),
]


@pytest.mark.parametrize(("args", "said"), USAGE, ids=lambda value: str(value)[:30])
def test_a_wrong_call_says_what_is_wrong_and_where_the_help_is(
    args: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(args) == 2
    shown = capsys.readouterr()
    assert said in shown.err
    assert "hint:" in shown.err
    assert "--help" in shown.err
    assert shown.out == ""


@pytest.mark.parametrize(("args", "said"), USAGE[:5], ids=lambda value: str(value)[:30])
@pytest.mark.parametrize("place", ["before", "after"])
def test_with_json_a_wrong_call_has_the_same_code_and_a_result(
    args: list[str], said: str, place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--json", *args] if place == "before" else [*args, "--json"]) == 2
    shown = json.loads(capsys.readouterr().out)
    assert shown["exit_code"] == 2
    assert said in shown["error"]["message"]
    assert shown["error"]["hint"]


@pytest.mark.parametrize(
    "args",
    [["runs"], ["show"], ["gates"], ["inbox"], ["resume"], ["run", "x", "--criterion", "y"],
     ["clean"], ["agents"], ["log"], ["diff"], ["apply"], ["answer", "x", "1"]],
    ids=" ".join,
)  # fmt: skip
@pytest.mark.parametrize("flags", [[], ["--json"], ["--plain"], ["--no-color"]], ids=str)
def test_outside_of_a_repository_every_command_exits_2_with_the_way_in(
    args: list[str], flags: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["-C", str(tmp_path), *args, *flags]) == 2
    said = capsys.readouterr().err
    assert "not in a git repository" in said
    assert "git init" in said


def test_a_folder_that_is_none_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["runs", "-C", str(tmp_path / "none")]) == 2
    assert "is not a folder" in capsys.readouterr().err


def test_each_kind_of_error_keeps_its_exit_code() -> None:
    codes = {
        PullcordError: 1, LedgerError: 5, UsageError: 2, Waiting: 3, BudgetSpent: 4,
        Unavailable: 5, NotFound: 6, Conflict: 7,
    }  # fmt: skip
    assert {kind: explained(kind("why", "how"), []).exit_code for kind in codes} == codes


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.ENOSPC, "The disk is full: /x"),
        (errno.EROFS, "The disk is read-only: /x"),
        (errno.EDQUOT, "quota"),
        (errno.EACCES, "may not read or write"),
    ],
)
def test_a_disk_that_refuses_is_no_defect(number: int, said: str) -> None:
    error = explained(OSError(number, "no", "/x"), [])
    assert said in error.message
    assert error.exit_code == 1
    assert error.hint


def test_a_defect_is_one_plain_line_and_a_file_with_the_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    try:
        raise KeyError("lost")
    except KeyError as defect:
        error = explained(defect, ["run", "-f", "request.md"])
    (kept,) = tmp_path.rglob("crash-*.txt")
    assert error.exit_code == 1
    assert error.message == "pullcord has a defect: KeyError: 'lost'"
    assert str(kept) in error.hint
    text = kept.read_text()
    assert "pullcord run -f request.md" in text
    assert "Traceback" in text
    assert "click 8" in text


def test_a_crash_file_finds_a_place_when_the_state_folder_cannot_be_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    error = explained(ValueError("x"), [])
    assert Path(error.hint.split(" are in ")[1].split(". ")[0]).is_file()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_completion_script(
    shell: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["completion", shell]) == 0
    assert "_PULLCORD_COMPLETE" in capsys.readouterr().out


def test_the_shell_completes_commands(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("_PULLCORD_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "pullcord re")
    monkeypatch.setenv("COMP_CWORD", "1")
    assert main([]) == 0
    assert "plain,resume" in capsys.readouterr().out


def test_a_reader_that_leaves_ends_the_command_quietly(tmp_path: Path) -> None:
    line = f"{sys.executable} -m pullcord completion bash | true"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", line], capture_output=True, text=True)
    assert done.stderr == ""


def test_the_root_is_made_anew_each_time() -> None:
    assert root() is not root()
