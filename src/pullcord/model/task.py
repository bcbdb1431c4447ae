"""Tasks and the plan that orders them."""

from __future__ import annotations

from collections.abc import Sequence

from pullcord.model.request import Request
from pullcord.model.value import Value


class Task(Value):
    """What SPEC.md hands to the Task tool, plus how we will know that it is done.

    `after` names ids (or descriptions) of tasks that must be handed off first. `id` is given by the
    plan; `reason` says why this agent was chosen, `recovery` what happens if the task fails.
    `writes` are the paths and globs that it may change, where they are fewer than its agent's.
    `chain` groups tasks that serve one request of a plan with several, '' where there is one.
    """

    subagent_type: str
    description: str
    prompt: str
    criteria: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    optional: bool = False
    id: str = ""
    reason: str = ""
    recovery: str = ""
    chain: str = ""


class Plan(Value):
    """Tasks in the order of their writing, the pattern that runs them, and notes for the user.

    `chains` are the requests of tasks that have one of their own, by Task.chain. `sprint` is the
    sprint document that the plan works through; '' leaves it to the newest of the base.
    """

    pattern: str
    tasks: tuple[Task, ...]
    notes: tuple[str, ...] = ()
    chains: dict[str, Request] = {}
    sprint: str = ""


def ancestors(tasks: Sequence[Task], id: str) -> set[str]:
    """The ids that a task comes after, directly or through others; also those that are not among
    `tasks`: a chain's plan lacks the other chains."""
    after = {task.id: task.after for task in tasks}
    found: set[str] = set()
    waiting = [id]
    while waiting:
        for earlier in after.get(waiting.pop(), ()):
            if earlier not in found:
                found.add(earlier)
                waiting.append(earlier)
    return found
