"""What executes an agent. A new runtime is a file with one factory and a line in RUNTIMES.

Third parties add theirs through the entry-point group `pullcord.runtimes`: name = a factory like
those named here. Runtimes are loaded when they are used; some are slow to import.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.metadata import EntryPoint, entry_points

from pullcord.errors import UsageError
from pullcord.model.task import Task
from pullcord.protocols import Runtime

Factory = Callable[[str, Sequence[Task]], Runtime]
"""Makes a runtime from the text of its script ('' without one) and the tasks of the plan."""

GROUP = "pullcord.runtimes"
RUNTIMES: dict[str, str] = {
    "blueprint": "pullcord.runtimes.blueprint:make",
    "rehearsed": "pullcord.runtimes.rehearsed:make",
    "scripted": "pullcord.runtimes.scripted:Scripted.parse",
}


def runtime_for(spec: str, script: str, tasks: Sequence[Task]) -> Runtime:
    """The runtime of a run. `spec` is its name, with its argument after a colon (`scripted:FILE`).

    Raises UsageError for an unknown name, and what the factory raises for a bad script.
    """
    name = spec.partition(":")[0]
    known = {entry.name: entry for entry in entry_points(group=GROUP)}
    known |= {ours: EntryPoint(ours, value, GROUP) for ours, value in RUNTIMES.items()}
    if name not in known:
        raise UsageError(f"There is no runtime {name!r}.", f"Known: {', '.join(sorted(known))}")
    factory: Factory = known[name].load()
    return factory(script, tasks)
