"""Parallel tasks whose process dies while one of them is merged and the other waits for it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from pullcord.app import Orchestrator
from pullcord.line.verify import verify
from pullcord.workspace.line import RunTree
from story import Begin, git


class Killed(BaseException):
    """Stands for the end of the process: nothing after it is done."""


class Mortal:
    """A ledger whose process dies just before one fact, when another one is there."""

    def __init__(self, ledger: Any, fatal: str, there: str) -> None:
        self._ledger, self._fatal, self._there = ledger, fatal, there

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)

    async def append(self, run: str, key: str, body: dict[str, Any], *, epoch: int) -> Any:
        if key == self._fatal:
            while not await self._ledger.get(run, self._there):
                await asyncio.sleep(0.01)
            raise Killed(key)
        return await self._ledger.append(run, key, body, epoch=epoch)


@pytest.mark.parametrize("at", ["fact", "head"])
@pytest.mark.parametrize(("first", "second"), [("implement", "extend"), ("extend", "implement")])
async def test_a_merge_that_was_cut_off_is_finished_before_the_next(
    begin: Begin, monkeypatch: pytest.MonkeyPatch, at: str, first: str, second: str
) -> None:
    story = await begin()
    run = await story.start("implement", "extend", "test", "review", pattern="parallel")
    with monkeypatch.context() as patch:
        fatal = f"{first}/1/handoff" if at == "fact" else "never"
        mortal = Mortal(story.orchestrator.ledger, fatal, f"{second}/1/documented")
        patch.setattr(story.orchestrator, "ledger", mortal)
        patch.setattr(story.orchestrator.driver, "_ledger", mortal)
        if at == "head":

            async def dies(self: RunTree, new: str, old: str) -> bool:
                raise Killed("before the head moves")

            patch.setattr(RunTree, "advance", dies)
        # The second one waits for the first: whoever is first dies while it is merged.
        story.runtime.acts = {**story.runtime.acts, second: slowly(story.runtime.acts[second])}
        with pytest.raises(BaseException) as died:  # noqa: PT011 - of any group
            await story.orchestrator.drive(run)
        assert died.group_contains(Killed) or died.type is Killed

    again = Orchestrator(
        story.orchestrator.repository, clock=story.orchestrator.clock,
        cache=story.folder.parent / "cache",
    )  # fmt: skip
    status = await again.drive(run)

    assert status.state == "passed"
    await verify(again.repository.git, await again.facts(run))
    assert git(story.folder, "show", f"{status.head}:tiny/more.py")
    assert "def subtract" in git(story.folder, "show", f"{status.head}:tiny/sums.py")
    assert set(story.paid()) == {"extend/1", "implement/1", "review/1", "test/1"}
    if at == "fact":
        assert len(story.paid()) == 4
    assert await again.apply(run) == "main"
    again.ledger.close()


def slowly(act: Any) -> Any:
    async def slow(brief: Any, workspace: Any) -> Any:
        await asyncio.sleep(0.5)
        return act(brief, workspace)

    return slow
