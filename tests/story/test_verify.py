"""A result is what agents wrote and gates judged; whoever changes it afterwards is found out."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from pullcord.app import Orchestrator
from pullcord.errors import LedgerError, WorkspaceError
from pullcord.ledger.chain import canonical, link
from pullcord.line.verify import verify
from pullcord.model.fact import Fact
from pullcord.model.report import Report
from pullcord.model.work import Brief, Workspace
from pullcord.workspace.repository import Repository
from story import GOOD, ROLES, Act, git, implement, passed_run, write


def forbidden(brief: Brief, workspace: Workspace) -> Report:
    """Red, and without a summary."""
    write(workspace.path, "Makefile", "all:\n")
    return Report(status="done")


def mended(brief: Brief, workspace: Workspace) -> None:
    (workspace.path / "Makefile").unlink()
    implement(brief, workspace)


@pytest.fixture(scope="module")
def passed(tmp_path_factory: pytest.TempPathFactory, verdicts: Path) -> tuple[Path, str]:
    """The folder of a repository in which a run passed, and the run."""
    acts: dict[str, Act | Sequence[Act]] = {**GOOD, "implement": [forbidden, mended]}
    return passed_run(tmp_path_factory.mktemp("passed"), verdicts, acts)


@pytest.fixture
def copy(passed: tuple[Path, str], tmp_path: Path) -> Path:
    """A copy of it that a test may spoil."""
    return Path(shutil.copytree(passed[0], tmp_path / "repo", symlinks=True))


async def recorded(repository: Path, run: str) -> list[Fact]:
    orchestrator = Orchestrator(await Repository.find(repository), cache=repository.parent)
    facts = await orchestrator.facts(run)
    orchestrator.ledger.close()
    return facts


async def proved(repository: Path, run: str) -> None:
    await verify((await Repository.find(repository)).git, await recorded(repository, run))


def plant(repository: Path, parent: str, path: str = "tiny/planted.py") -> str:
    """A commit with one file more."""
    index = {"GIT_INDEX_FILE": str(repository / ".git" / "planted-index")}
    blob = git(repository, "hash-object", "-w", "README.md")
    git(repository, "read-tree", parent, **index)
    git(repository, "update-index", "--add", "--cacheinfo", f"100644,{blob},{path}", **index)
    tree = git(repository, "write-tree", **index)
    before = git(repository, "rev-parse", f"{parent}^")
    message = git(repository, "log", "-1", "--format=%B", parent)
    return git(repository, "commit-tree", tree, "-p", before, "-m", message)


def forge(repository: Path, run: str, facts: list[Fact], changed: Callable[[Fact], Any]) -> None:
    """Rewrite the ledger with other bodies, and with hashes that fit them."""
    db = sqlite3.connect(repository / ".git" / "pullcord" / "ledger.db")
    last = None
    for fact in facts:
        body = json.loads(canonical(changed(fact) or fact.body))
        last = link(last, run, fact.key, body, epoch=fact.epoch, at=fact.at)
        db.execute(
            "UPDATE fact SET body=?, prev_hash=?, hash=? WHERE run=? AND seq=?",
            (canonical(body), last.prev_hash, last.hash, run, fact.seq),
        )
    db.commit()
    db.close()


async def test_every_commit_of_a_run_is_an_agents_attempt_but_for_its_quality_validation(
    passed: tuple[Path, str],
) -> None:
    """Walked with git alone: the trailers name the attempt, whose ref holds what the agent left."""
    repository, run = passed
    log = git(
        repository, "log", "--reverse", "--format=%H %an %T", f"main..refs/pullcord/{run}/head"
    )
    walked = []
    for line in log.splitlines():
        commit, author, _ = line.split()
        trailers = dict(
            entry.split(": ", 1)
            for entry in git(repository, "log", "-1", "--format=%(trailers)", commit).splitlines()
            if entry
        )
        attempt = f"{trailers['Pullcord-Task']}/{trailers['Pullcord-Round']}"
        walked.append(attempt)
        assert trailers["Pullcord-Run"] == run
        assert author == trailers["Pullcord-Agent"] == ROLES[trailers["Pullcord-Task"]]
        work = f"refs/pullcord/{run}/{attempt}/work"
        names = git(repository, "diff", "--name-only", work, commit).splitlines()
        assert len(names) == 1
        assert names[0].startswith("docs/temp/agent_")
        left, kept = (git(repository, "show", f"{c}:{names[0]}") for c in (work, commit))
        cut = "## Quality Validation"
        assert left.partition(cut)[0] == kept.partition(cut)[0]
        assert "✅" in kept.partition(cut)[2]
    assert walked == ["design/1", "implement/2", "test/1", "review/1"]


async def test_what_is_as_it_was_is_proved(passed: tuple[Path, str]) -> None:
    await proved(*passed)


async def test_a_head_that_somebody_moved_is_found(copy: Path, passed: tuple[Path, str]) -> None:
    head = f"refs/pullcord/{passed[1]}/head"
    git(copy, "update-ref", head, plant(copy, head))

    with pytest.raises(WorkspaceError, match="head"):
        await proved(copy, passed[1])


async def test_work_that_somebody_replaced_is_found(copy: Path, passed: tuple[Path, str]) -> None:
    work = f"refs/pullcord/{passed[1]}/implement/2/work"
    git(copy, "update-ref", work, plant(copy, work))

    with pytest.raises(WorkspaceError, match="implement/2"):
        await proved(copy, passed[1])


async def test_a_commit_that_is_replaced_on_the_quiet_stays_what_it_is(
    copy: Path, passed: tuple[Path, str]
) -> None:
    head = git(copy, "rev-parse", f"refs/pullcord/{passed[1]}/head")
    git(copy, "replace", head, plant(copy, head))
    assert "planted" in git(copy, "ls-tree", "-r", head)

    orchestrator = Orchestrator(await Repository.find(copy), cache=copy.parent)
    await orchestrator.apply(passed[1])

    assert not (copy / "tiny" / "planted.py").exists()
    orchestrator.ledger.close()


async def test_a_fact_that_somebody_changed_is_found(copy: Path, passed: tuple[Path, str]) -> None:
    db = sqlite3.connect(copy / ".git" / "pullcord" / "ledger.db")
    db.execute("UPDATE fact SET body=replace(body, '\"fail\"', '\"pass\"')")
    db.commit()
    db.close()

    with pytest.raises(LedgerError, match="altered at fact"):
        await proved(copy, passed[1])


async def test_a_forged_ledger_that_names_another_commit_is_found(
    copy: Path, passed: tuple[Path, str]
) -> None:
    facts = await recorded(copy, passed[1])
    last = next(f for f in facts if f.key == "review/1/handoff")
    planted = plant(copy, last.body["commit"])
    git(copy, "update-ref", f"refs/pullcord/{passed[1]}/head", planted)
    forge(copy, passed[1], facts, lambda fact: {
        **fact.body, "commit": planted, "merge": planted} if fact == last else None)  # fmt: skip

    with pytest.raises(WorkspaceError, match=r"review/1 the engine changed .*tiny/planted\.py"):
        await proved(copy, passed[1])


async def test_a_forged_receipt_is_found(copy: Path, passed: tuple[Path, str]) -> None:
    """The handoff's receipts are those of the judgement, green or waived by a person's fact."""

    def greener(fact: Fact) -> Any:
        if fact.key != "implement/2/judged":
            return None
        receipts = json.loads(json.dumps(fact.body["receipts"]))
        receipts[0]["verdict"]["outcome"] = "fail"
        return {**fact.body, "receipts": receipts}

    forge(copy, passed[1], await recorded(copy, passed[1]), greener)

    with pytest.raises(WorkspaceError, match="implement/2"):
        await proved(copy, passed[1])


async def test_a_waiver_that_nobody_gave_is_found(copy: Path, passed: tuple[Path, str]) -> None:
    def waived(fact: Fact) -> Any:
        if not fact.key.startswith("implement/2/") or "receipts" not in fact.body:
            return None
        receipts = json.loads(json.dumps(fact.body["receipts"]))
        if fact.key.endswith("/judged"):
            receipts[0]["verdict"]["outcome"] = "fail"
        else:
            receipts[0]["verdict"] |= {"outcome": "waived", "waived_by": "Ada"}
        return {**fact.body, "receipts": receipts}

    forge(copy, passed[1], await recorded(copy, passed[1]), waived)

    with pytest.raises(WorkspaceError, match="implement/2"):
        await proved(copy, passed[1])


async def test_a_result_that_its_last_gates_did_not_judge_is_found(
    copy: Path, passed: tuple[Path, str]
) -> None:
    def elsewhere(fact: Fact) -> Any:
        if fact.key != "result/judged":
            return None
        receipts = json.loads(json.dumps(fact.body["receipts"]))
        return {**fact.body, "receipts": [r | {"tree": "0" * 40} for r in receipts]}

    forge(copy, passed[1], await recorded(copy, passed[1]), elsewhere)

    with pytest.raises(WorkspaceError, match="result"):
        await proved(copy, passed[1])


async def test_nothing_of_a_spoilt_result_is_applied(copy: Path, passed: tuple[Path, str]) -> None:
    head = f"refs/pullcord/{passed[1]}/head"
    git(copy, "update-ref", head, plant(copy, head))
    orchestrator = Orchestrator(await Repository.find(copy), cache=copy.parent)

    with pytest.raises(WorkspaceError, match="cannot be trusted"):
        await orchestrator.apply(passed[1])

    assert git(copy, "rev-parse", "main") == git(passed[0], "rev-parse", "main")
    assert git(copy, "status", "--porcelain") == ""
    orchestrator.ledger.close()
