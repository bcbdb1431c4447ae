"""Every command: its name, its module, and the line that `pullcord --help` shows.

The line stands here so that `--help` need not load the commands.
"""

from __future__ import annotations

from typing import NamedTuple


class Listed(NamedTuple):
    module: str
    summary: str


_HERE = "pullcord.cli.commands"
COMMANDS: dict[str, Listed] = {
    "demo": Listed(f"{_HERE}.demo", "See a feature built on a fresh FastAPI service."),
    "new": Listed(f"{_HERE}.new", "Make a new FastAPI service that passes its gates."),
    "init": Listed(f"{_HERE}.init", "Prepare a repository: pullcord.toml, agent files."),
    "doctor": Listed(f"{_HERE}.doctor", "Check this machine and repository; names each cure."),
    "run": Listed(f"{_HERE}.run", "Start a run from a request, a plan or words."),
    "resume": Listed(f"{_HERE}.resume", "Go on with a run that was stopped or answered."),
    "retry": Listed(f"{_HERE}.retry", "Give a task one more attempt, and go on from there."),
    "fork": Listed(f"{_HERE}.fork", "Start a run from the handoffs of another one."),
    "runs": Listed(f"{_HERE}.runs", "List the runs of this repository."),
    "show": Listed(f"{_HERE}.show", "Show where a run stands."),
    "log": Listed(f"{_HERE}.log", "List the events of a run."),
    "diff": Listed(f"{_HERE}.diff", "Show what a run, or one of its tasks, changed."),
    "gates": Listed(f"{_HERE}.gates", "Judge the working tree."),
    "inbox": Listed(f"{_HERE}.inbox", "List the questions that wait for you."),
    "answer": Listed(f"{_HERE}.answer", "Answer a question."),
    "apply": Listed(f"{_HERE}.apply", "Bring a passed run's commits to your branch."),
    "cancel": Listed(f"{_HERE}.cancel", "End a run; what its agents did is kept."),
    "waive": Listed(f"{_HERE}.waive", "Let a closed gate pass on your own word."),
    "agents": Listed(f"{_HERE}.agents", "List, show and check agent definitions."),
    "clean": Listed(f"{_HERE}.clean", "Free the disk from what finished runs left."),
    "completion": Listed(f"{_HERE}.completion", "Print the completion script of a shell."),
}  # fmt: skip
"""In the order of their use. The command is the module's attribute of its own name."""
