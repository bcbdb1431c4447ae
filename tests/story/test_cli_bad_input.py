"""Everything that can be wrong from outside: a clear error, its exit code, nothing half-written."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from cli_story import FILES, PLAN, cli, said_in_json
from story import git, make_repository

CRITERION = ("--criterion", "It works.")


@pytest.fixture(autouse=True)
def _home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path_factory.mktemp("home")
    for name in ("XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(folder / name))


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    return make_repository(tmp_path / "repo", FILES)


def _no_commit(repo: Path) -> None:
    git(repo, "update-ref", "-d", "HEAD")


def _dirty(repo: Path) -> None:
    (repo / "README.md").write_text("changed\n")


def _untracked(repo: Path) -> None:
    (repo / "new.txt").write_text("new\n")


def _submodule(repo: Path) -> None:
    head = git(repo, "rev-parse", "HEAD")
    git(repo, "update-index", "--add", "--cacheinfo", f"160000,{head},vendored")
    git(repo, "commit", "-q", "-m", "submodule")
    (repo / "vendored").mkdir()


def _lfs(repo: Path) -> None:
    pointer = (
        "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 12345\n"
    )
    (repo / "model.bin").write_text(pointer)
    git(repo, "add", "-A")
    git(repo, "commit", "-q", "-m", "pointer")


def _bad_toml(repo: Path) -> None:
    (repo / "pullcord.toml").write_text("app = \n")
    git(repo, "commit", "-q", "-am", "broken")


def _agent_twice(repo: Path) -> None:
    folder = repo / ".claude" / "agents"
    (folder / "again.md").write_text((folder / "python-backend-engineer.md").read_text())
    git(repo, "add", "-A")
    git(repo, "commit", "-q", "-m", "again")


REPOSITORIES: dict[str, tuple[Callable[[Path], None], str]] = {
    "no commit": (_no_commit, "has no commit yet"),
    "changed file": (_dirty, "not committed: README.md"),
    "untracked file": (_untracked, "not committed: new.txt"),
    "submodule": (_submodule, "vendored is a submodule"),
    "large-file pointer": (_lfs, "model.bin is a Git LFS pointer"),
    "pullcord.toml": (_bad_toml, "pullcord.toml"),
    "agent defined twice": (_agent_twice, "python-backend-engineer is defined twice"),
}


@pytest.mark.parametrize("name", REPOSITORIES)
def test_a_repository_that_no_run_can_start_from(name: str, repo: Path, tmp_path: Path) -> None:
    spoil, why = REPOSITORIES[name]
    spoil(repo)
    (tmp_path / "plan.py").write_text(PLAN)
    before = git(repo, "status", "--porcelain"), git(repo, "for-each-ref")
    script = tmp_path / "script.yml"
    script.write_text("default: {status: done}\n")
    said = cli("run", "-C", repo, "-f", tmp_path / "plan.py", "--runtime", f"scripted:{script}")
    assert (said.code, why in said.err, "hint:" in said.err) == (2, True, True), said
    assert (git(repo, "status", "--porcelain"), git(repo, "for-each-ref")) == before
    assert said_in_json("runs", "-C", repo)[-1]["runs"] == []


def _request(text: str | bytes, name: str = "request.md") -> Callable[[Path], list[str | Path]]:
    def write(folder: Path) -> list[str | Path]:
        (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        return ["-f", folder / name]

    return write


TASK = 'Task(subagent_type="{}", description="d", prompt="p", criteria=["c"])\n'
WISHES: dict[str, tuple[Callable[[Path], list[str | Path]], str]] = {
    "nothing": (lambda _: [], "nothing to run"),
    "no criteria in words": (lambda _: ["Log workouts"], "no acceptance criteria"),
    "no criteria in a request": (_request("# Log workouts\n\nDo it.\n"), "no acceptance criteria"),
    "no criteria in a plan": (
        _request('Task(subagent_type="code-reviewer", description="d", prompt="p")', "p.py"),
        "no acceptance criteria",
    ),
    "an empty request": (_request(""), "no acceptance criteria"),
    "a request of more than a megabyte": (_request("# x\n" * 400_000), "larger than 1 MiB"),
    "a binary request": (_request(b"\x00\x01"), "binary"),
    "a request that is not UTF-8": (_request(b"# caf\xe9\n"), "not UTF-8"),
    "a request that does not exist": (lambda f: ["-f", f / "none.md"], "cannot be read"),
    "a plan that is no Python": (_request("Task(", "p.py"), "line 1"),
    "a plan that would run something": (_request("import os\n", "p.py"), "nothing is executed"),
    "an unknown agent": (_request(TASK.format("python-backend-enginer"), "p.py"), "did you mean"),
    "an unknown pattern": (
        lambda f: [*_request(TASK.format("code-reviewer"), "p.py")(f), "--pattern", "round"],
        "There is no pattern 'round'",
    ),
    "a request under a pattern that needs a plan": (
        lambda _: ["x", *CRITERION, "--pattern", "parallel"],
        "needs a plan",
    ),
    "an unknown workflow": (
        lambda _: ["x", *CRITERION, "--workflow", "magic"],
        "There is no workflow 'magic'",
    ),
    "an unknown workflow in a request": (
        _request("---\nworkflow: magic\n---\n# x\n\n## Acceptance criteria\n- One\n"),
        "There is no workflow 'magic'",
    ),
    "a workflow for a plan": (
        lambda f: [*_request(TASK.format("code-reviewer"), "p.py")(f), "--workflow", "errors"],
        "A plan has its own tasks",
    ),
    "an unknown runtime": (
        lambda _: ["x", *CRITERION, "--runtime", "magic"],
        "There is no runtime 'magic'",
    ),
    "a script that does not exist": (
        lambda f: ["x", *CRITERION, "--runtime", f"scripted:{f}/none.yml"],
        "cannot be read",
    ),
    "a runtime without its script": (
        lambda _: ["x", *CRITERION, "--runtime", "scripted"],
        "needs a script",
    ),
    "a budget of an unknown unit": (
        lambda _: ["x", *CRITERION, "--budget", "eur=3"],
        "there is no unit 'eur'",
    ),
    "a script with an unknown key": (
        lambda f: [
            "x", *CRITERION, "--runtime",
            f"scripted:{_request('default: {sleeep: 1}', 's.yml')(f)[1]}",
        ],
        "sleeep",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WISHES)
def test_a_wish_that_is_no_run(name: str, repo: Path, tmp_path: Path) -> None:
    words, why = WISHES[name]
    said = cli("run", "-C", repo, *words(tmp_path))
    assert said.code == 2, said
    assert why in said.err
    assert "hint:" in said.err
    assert said_in_json("run", "-C", repo, *words(tmp_path))[-1]["error"]["message"]
    assert said_in_json("runs", "-C", repo)[-1]["runs"] == []


def test_without_criteria_the_hint_shows_how_to_write_them(repo: Path) -> None:
    said = cli("run", "-C", repo, "Log workouts")
    assert "## Acceptance criteria" in said.err
    assert "--criterion" in said.err


@pytest.mark.parametrize("command", ["show", "log", "diff", "resume", "apply"])
def test_a_run_that_is_none_is_not_found(command: str, repo: Path) -> None:
    said = cli(command, "-C", repo, "r-none")
    assert said.code == 6
    assert "pullcord runs" in said.err
    assert cli(command, "-C", repo, "@last", "--json").code == 6


@pytest.mark.parametrize(
    ("args", "code", "why"),
    [
        (["gates", "--only", "typos"], 2, "There is no gate typos"),
        (["gates", "--only", ","], 2, "names no gate"),
        (["gates", "--base", "nowhere"], 2, "nowhere is no commit"),
        (["gates", "--agent", "nobody"], 2, "There is no agent 'nobody'"),
        (["agents", "show", "nobody"], 6, "There is no agent 'nobody'"),
        (["inbox", "r-none"], 6, "No open question"),
        (["answer", "r-none/q", "1"], 6, "r-none is no run here"),
        (["waive", "r-none", "tests", "--reason", "a b c"], 6, "r-none is no run here"),
        (["init", "--agent", "nobody", "--yes"], 6, "No agent nobody"),
        (["new", "."], 2, "is not empty"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_names_that_do_not_exist(args: list[str], code: int, why: str, repo: Path) -> None:
    said = cli(*args, "-C", repo)
    assert (said.code, why in said.err) == (code, True), said
    assert cli(*args, "-C", repo, "--json").code == code


def test_a_newer_ledger_is_left_alone(repo: Path) -> None:
    assert cli("runs", "-C", repo).code == 0
    path = repo / ".git" / "pullcord" / "ledger.db"
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version=99")
    database.close()
    said = cli("runs", "-C", repo)
    assert said.code == 5
    assert "newer pullcord" in said.err


def test_a_ledger_that_cannot_be_written_is_said(repo: Path) -> None:
    (repo / ".git" / "pullcord").write_text("in the way")
    said = cli("runs", "-C", repo)
    assert said.code == 5
    assert "hint:" in said.err
    assert "defect" not in said.err


def test_a_cache_that_cannot_be_made_is_said(
    repo: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    said = cli("gates", "-C", repo)
    assert said.code == 1
    assert str(tmp_path / "file") in said.err
    assert "defect" not in said.err


@pytest.mark.parametrize("detached", [True, False])
def test_a_dry_run_shows_the_plan_and_writes_nothing(
    detached: bool, repo: Path, tmp_path: Path
) -> None:
    if detached:
        git(repo, "checkout", "-q", "--detach")
    (tmp_path / "plan.py").write_text(PLAN)
    (line,) = said_in_json("run", "-C", repo, "-f", tmp_path / "plan.py", "--dry-run")
    keys = [
        "id", "subagent_type", "description", "prompt", "after", "writes", "reason", "recovery",
    ]  # fmt: skip
    assert [list(task) for task in line["tasks"]] == [keys, keys]
    assert all(task["reason"] and task["recovery"] for task in line["tasks"])
    assert "Nothing was started." in cli("run", "-C", repo, "x", "--dry-run").out
    assert not (repo / ".git" / "pullcord").exists()


def test_init_shows_checks_and_writes_what_is_missing(tmp_path: Path) -> None:
    repo = make_repository(tmp_path / "repo")
    shown = cli("init", "-C", repo)
    assert shown.code == 2
    assert "+++ b/pullcord.toml" in shown.out
    assert "pullcord init --yes" in shown.err
    assert cli("init", "-C", repo, "--check").code == 1
    assert git(repo, "status", "--porcelain") == ""
    written = said_in_json("init", "-C", repo, "--yes")[-1]
    assert written["written"]
    assert (repo / "pullcord.toml").is_file()
    assert cli("init", "-C", repo, "--check").code == 0
    assert said_in_json("agents", "lint", "-C", repo)[-1]["findings"] == []


def test_agents_are_listed_shown_and_checked(repo: Path) -> None:
    names = [agent["name"] for agent in said_in_json("agents", "-C", repo)[-1]["agents"]]
    assert "code-reviewer" in names
    listed = cli("agents", "list", "-C", repo).out
    assert "sprint-manager" in listed
    assert "<example>" not in listed
    shown = cli("agents", "show", "python-backend-engineer", "-C", repo)
    assert "tiny/**" in shown.out
    assert said_in_json("agents", "show", "code-reviewer", "-C", repo)[-1]["agent"]["name"]
    (repo / ".claude" / "agents" / "odd.md").write_text("---\nname: Odd One\n---\nx\n")
    wrong = said_in_json("agents", "lint", "-C", repo)[-1]
    assert wrong["exit_code"] == 2
    assert {finding["path"] for finding in wrong["findings"]} == {".claude/agents/odd.md"}


def test_the_doctor_names_a_cure_for_what_is_missing(repo: Path) -> None:
    healthy = said_in_json("doctor", "-C", repo)[-1]
    assert {check["name"] for check in healthy["checks"]} >= {"git", "sandbox", "ledger", "tools"}
    assert healthy["exit_code"] == 0, healthy
    (repo / "README.md").write_text("changed\n")
    said = cli("doctor", "-C", repo)
    assert said.code == 5
    assert "cure: Commit or stash them" in said.out


def test_the_doctor_works_outside_of_a_repository(tmp_path: Path) -> None:
    said = cli("doctor", "-C", tmp_path)
    assert said.code == 0
    assert "What belongs to a repository was left out" in said.out


def test_the_gates_judge_the_working_tree_with_its_untracked_files(repo: Path) -> None:
    assert cli("gates", "-C", repo, "--only", "forbidden,tests").code == 0
    (repo / "tiny" / "new.py").write_text("x = 1  # type: ignore\n")
    lines = said_in_json("gates", "-C", repo, "--only", "forbidden,openapi")
    (found,) = lines[0]["findings"]
    assert (found["path"], found["line"], found["gate"]) == ("tiny/new.py", 1, "forbidden")
    assert lines[-1]["open"] is False
    assert lines[-1]["verdicts"] == {"forbidden": "fail"}
    assert lines[-1]["exit_code"] == 1
    said = cli("gates", "-C", repo, "--only", "forbidden")
    assert "CLOSED by forbidden" in said.out
    assert "tiny/new.py:1" in said.out


def test_explain_says_what_applies_and_from_where(repo: Path) -> None:
    rows = said_in_json("gates", "explain", "-C", repo)[-1]["gates"]
    assert {row["gate"]: bool(row["skipped"]) for row in rows}["openapi"]
    said = cli("gates", "explain", "-C", repo)
    assert "does not apply" in said.out
    assert "Detected:" in said.out
