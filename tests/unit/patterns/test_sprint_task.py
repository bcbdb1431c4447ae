"""Chains side by side: one keeper of the document at a time, each chain's own contract question."""

from __future__ import annotations

import asyncio
from typing import Any

from asked import Asked
from pullcord.model.task import Plan, Task
from pullcord.model.work import Handoff
from pullcord.patterns.sprint_task import sprint_task

STEPS = {
    "open": "sprint-manager", "contract": "api-designer", "build": "python-backend-engineer",
    "tests": "python-test-engineer", "close": "sprint-manager",
}  # fmt: skip


def plan() -> Plan:
    tasks = []
    for chain in ("t1", "t2"):
        before: tuple[str, ...] = ()
        for step, agent in STEPS.items():
            id = f"{chain}-{step}"
            task = Task(
                id=id, subagent_type=agent, description="d", prompt="p", after=before, chain=chain
            )
            tasks.append(task)
            before = (id,)
    return Plan(pattern="sprint-task", tasks=tuple(tasks))


class Watched(Asked):
    """A flow that sees who works at the same time. The contract of t1 is settled."""

    def __init__(self) -> None:
        super().__init__()
        self.busy: set[str] = set()
        self.together: set[frozenset[str]] = set()

    async def work(self, task: Task, **told: Any) -> Handoff:
        self.busy.add(task.id)
        self.together.add(frozenset(self.busy))
        for _ in range(3):
            await asyncio.sleep(0)
        self.busy.remove(task.id)
        return await super().work(task, **told)

    async def contract_settled(self, task: Task) -> str:
        return "it is there" if task.chain == "t1" else ""


async def test_chains_run_side_by_side_and_the_document_has_one_keeper_at_a_time() -> None:
    flow = Watched()
    await sprint_task(flow, plan())

    keepers = [{id for id in ids if id.endswith(("open", "close"))} for ids in flow.together]
    assert max(map(len, keepers)) == 1
    assert any(len(ids) > 1 for ids in flow.together)
    assert flow.skipped == ["t1-contract"]
    assert len(flow.worked) == 9


async def test_coverage_is_owed_by_the_own_tester_or_by_one_alongside() -> None:
    flow = Watched()
    await sprint_task(flow, plan())

    owed = {
        id: [o.until for o in told] for id, told in zip(flow.worked, flow.obligations, strict=True)
    }
    assert owed["t1-build"] == ["t1-tests"]
    assert owed["t1-tests"] == owed["t1-close"] == ["t2-tests"]
