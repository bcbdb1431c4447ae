"""A fork takes over what another run had handed off, with refs and facts, and pays the rest."""

from __future__ import annotations

from typing import Any

import pytest

from pullcord.errors import NotFound
from pullcord.line.verify import verify
from pullcord.model.budget import Budget, Budgets
from pullcord.model.report import Report, Usage
from pullcord.model.work import Brief, Workspace
from story import Begin, git, summary, write


def costly(brief: Brief, workspace: Workspace) -> Report:
    write(workspace.path, brief.summary_path, summary("api-designer", brief))
    return Report(status="done", usage=Usage(usd=0.7, input_tokens=1, output_tokens=1))


class Killed(BaseException):
    """Stands for the end of the process: nothing after it is done."""


class Mortal:
    """A ledger whose process dies just before one fact of a run."""

    def __init__(self, ledger: Any, run: str, fatal: str) -> None:
        self._ledger, self._run, self._fatal = ledger, run, fatal

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)

    async def append(self, run: str, key: str, body: dict[str, Any], *, epoch: int) -> Any:
        if (run, key) == (self._run, self._fatal):
            raise Killed(key)
        return await self._ledger.append(run, key, body, epoch=epoch)


async def test_what_was_handed_off_is_taken_over_and_neither_done_nor_paid_again(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = await begin({"design": costly})
    origin = await story.run("design", "review")
    before = await story.orchestrator.facts(origin.run)
    with pytest.raises(NotFound):
        await story.orchestrator.fork(origin.run, "desing")
    fork = await story.orchestrator.fork(
        origin.run, "review", budgets=Budgets(run=Budget(usd=0.5, attempts=1))
    )
    for fatal in ("design/1/worked", "design/1/handoff", "forked"):
        with monkeypatch.context() as patch:
            mortal = Mortal(story.orchestrator.ledger, fork, fatal)
            patch.setattr(story.orchestrator, "ledger", mortal)
            patch.setattr(story.orchestrator.driver, "_ledger", mortal)
            with pytest.raises(Killed):
                await story.orchestrator.drive(fork)

    status = await story.orchestrator.drive(fork)

    assert status.state == "passed"
    assert story.paid() == ["design/1", "review/1", "review/1"]
    assert (status.cost.attempts, status.cost.usd) == (1, 0)
    assert status.forked_from == f"{origin.run}/review"
    facts = await story.facts(fork)
    assert facts["forked"].body["reused"] == ["design/1"]
    assert story.refs(fork)["design/1/work"] == story.refs(origin.run)["design/1/work"]
    assert await story.orchestrator.facts(origin.run) == before
    assert f"Forked from {origin.run} before review" in await story.report(fork)
    assert await story.orchestrator.apply(fork) == "main"
    assert git(story.folder, "rev-parse", "main") == status.head


async def test_merges_are_taken_over_and_the_task_that_failed_is_done_anew(begin: Begin) -> None:
    def makes(brief: Brief, workspace: Workspace) -> None:
        if "review/3" not in story.paid():
            write(workspace.path, "Makefile", f"round:\n\techo {brief.round}\n")

    story = await begin({"review": makes})
    run = await story.start("implement", "extend", "test", "review", pattern="parallel")
    origin = await story.orchestrator.drive(run)
    assert origin.state == "waiting"
    assert story.paid()[-1] == "review/3"

    fork = await story.orchestrator.fork(run, "review")
    status = await story.orchestrator.drive(fork)

    assert story.paid().count("review/1") == 2
    assert [story.paid().count(f"{task}/1") for task in ("implement", "extend", "test")] == [
        1,
        1,
        1,
    ]
    facts = await story.facts(fork)
    assert {"implement/1/handoff", "extend/1/handoff"} <= facts.keys()
    assert sorted(facts["forked"].body["reused"]) == ["extend/1", "implement/1", "test/1"]
    assert status.head != status.base
    await verify(story.orchestrator.repository.git, await story.orchestrator.facts(fork))
