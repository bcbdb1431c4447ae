"""What executes an agent. A new runtime is a file with one class and a line in RUNTIMES.

Third parties add theirs through the entry-point group `pullcord.runtimes`: name = a factory like
those here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.metadata import entry_points

from pullcord.errors import UsageError
from pullcord.model.task import Task
from pullcord.protocols import Runtime
from pullcord.runtimes.blueprint import Blueprint
from pullcord.runtimes.scripted import Scripted

Factory = Callable[[str, Sequence[Task]], Runtime]
"""Makes a runtime from the text of its script ('' without one) and the tasks of the plan."""

RUNTIMES: dict[str, Factory] = {
    "blueprint": lambda script, tasks: Blueprint(),
    "scripted": Scripted.parse,
}


def runtime_for(spec: str, script: str, tasks: Sequence[Task]) -> Runtime:
    """The runtime of a run. `spec` is its name, with its argument after a colon (`scripted:FILE`).

    Raises UsageError for an unknown name, and what the factory raises for a bad script.
    """
    name = spec.partition(":")[0]
    foreign = {entry.name: entry for entry in entry_points(group="pullcord.runtimes")}
    if name in RUNTIMES:
        return RUNTIMES[name](script, tasks)
    if name in foreign:
        factory: Factory = foreign[name].load()
        return factory(script, tasks)
    known = ", ".join(sorted({*RUNTIMES, *foreign}))
    raise UsageError(f"There is no runtime {name!r}.", f"Known: {known}")
