"""What an attempt may change: its agent's scope, its task's own, and that of who helped before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pullcord.line.parts import Parts
from pullcord.model.agent import Agent
from pullcord.model.fact import Fact
from pullcord.model.task import Task


@dataclass(frozen=True)
class Mandate:
    """The scope of an attempt: see protocols.Case. Without an agent everything may change."""

    agent: Agent | None = None
    writes: tuple[str, ...] = ()
    authors: frozenset[str] = frozenset()

    @property
    def told(self) -> tuple[str, ...]:
        """What the agent is told that it may change."""
        return self.writes or (self.agent.write if self.agent else ())


FREE = Mandate()


async def mandate(parts: Parts, task: Task) -> Mandate:
    """The scope in which an attempt is judged; `task` names the agent that works in it.

    A round that another agent mended leaves what that one may write in the change of all later
    rounds: they are judged by both scopes, and by no narrower one of the task.
    """
    agent = parts.agents[task.subagent_type]
    hands = who_worked(task, await parts.facts(), parts.start.plan.tasks)
    if hands <= {agent.name}:
        return Mandate(agent, task.writes)
    scopes = (parts.agents[name].write for name in (agent.name, *sorted(hands - {agent.name})))
    write = tuple(dict.fromkeys(glob for scope in scopes for glob in scope))
    return Mandate(agent.model_copy(update={"write": write}), (), frozenset(hands))


def who_worked(task: Task, facts: Sequence[Fact], tasks: Iterable[Task]) -> set[str]:
    """The agents that worked in any round of a task, its own among them: pure."""
    own = {t.subagent_type for t in tasks if t.id == task.id}
    opened = (f.body.get("agent") for f in facts if f.key.endswith("/opened") and _is(f, task))
    return own | {str(name) for name in opened if name}


def _is(fact: Fact, task: Task) -> bool:
    return fact.key.split("/")[0] == task.id
