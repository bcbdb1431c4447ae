"""One execution of a pattern for one request."""

from __future__ import annotations

from typing import Literal

from pullcord.model.budget import Budgets
from pullcord.model.request import Request
from pullcord.model.task import Plan, Task
from pullcord.model.value import Value

State = Literal["running", "waiting", "passed", "failed", "cancelled", "interrupted"]
MAX_PARALLEL = 8


class Fork(Value):
    """Where a fork comes from: it takes over what `origin` had handed off before `task`, as its
    facts told until (and with) their number `until`."""

    origin: str
    task: str
    until: int


class Start(Value):
    """The first fact of a run: everything that was decided before any work.

    `branch` is '' when the run started from a detached head. `runtime` is a name or
    `scripted:FILE`; `unsafe` means that the user allowed work without a sandbox.
    """

    request: Request
    plan: Plan
    base: str
    branch: str
    runtime: str
    unsafe: bool = False
    script: str = ""
    """Text of the script when the runtime is scripted, so that a resume needs no file."""
    budgets: Budgets = Budgets()
    fork: Fork | None = None
    max_parallel: int = MAX_PARALLEL
    """How many agents work at the same time."""

    def request_of(self, task: Task) -> Request:
        """What a task serves: its chain's request, else the run's."""
        return self.plan.chains.get(task.chain, self.request)

    @property
    def requests(self) -> dict[str, Request]:
        """Every request of the run by its chain; '' is the run's own, where there are no chains."""
        return self.plan.chains or {"": self.request}


class Opened(Value):
    """An attempt's reservations: time, summary path and base are the same after a resume."""

    at: str
    summary_path: str
    base: str
    """Commit the workspace starts from: the run's head, or the last red attempt's commit."""
    parent: str
    """The run's head: what the attempt's changes are judged against."""
    agent: str = ""
    """Who works: the task's own agent, or who mends a merge in its place."""
    unmerged: tuple[str, ...] = ()
    """Paths that hold git's conflict marks at `base`, because the head moved since the last round
    and git cannot merge them."""
    met: tuple[str, ...] = ()
    """The ids of the tasks whose handoffs those conflict with."""
