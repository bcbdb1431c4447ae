"""The whole error tree. Every error says what happened, why, and the next command.

PullcordError (1)
├── UsageError (2)              the command line, a request, a plan or a configuration is wrong
│   ├── RequestError            a feature request or plan file; carries lines
│   └── ConfigError             pullcord.toml, an agent file, a script
├── Waiting (3)                 the run waits for a person
├── BudgetSpent (4)
├── Unavailable (5)             a runtime, the sandbox, a tool or an environment is missing
├── NotFound (6)                no such run, task, question; a name in a call is a UsageError
├── Conflict (7)                apply cannot fast-forward; somebody was faster
├── WorkspaceError (1)          git refused
└── LedgerError (5)             newer, locked, full or damaged ledger
    └── StaleEpoch              another process took the run over: stop, write nothing
"""

from __future__ import annotations


class PullcordError(Exception):
    """Something went wrong, in words for the person at the terminal.

    `message` says what happened and why; `hint` is the next command or step, may be empty.
    """

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(PullcordError):
    """The call or its input is wrong; nothing was started or written."""

    exit_code = 2


class RequestError(UsageError):
    """A request or plan cannot be read; the message lists every error with its line."""


class ConfigError(UsageError):
    """A configuration file, agent definition or script cannot be read."""


class Waiting(PullcordError):
    """The run waits for an answer; it is saved and can be resumed. With `halts` every agent of the
    run stops, without it only the raising task and what depends on it."""

    exit_code = 3
    halts = False


class BudgetSpent(PullcordError):
    """A limit in time, attempts, tokens or money is used up."""

    exit_code = 4


class Unavailable(PullcordError):
    """Something the work needs is not on this machine."""

    exit_code = 5


class NotFound(PullcordError):
    """The named thing does not exist; the message lists those that do."""

    exit_code = 6


class Conflict(PullcordError):
    """The repository moved on, or somebody else was first."""

    exit_code = 7


class WorkspaceError(PullcordError):
    """git could not do what was asked."""


class LedgerError(PullcordError):
    """The ledger cannot be read or written."""

    exit_code = 5


class StaleEpoch(LedgerError):
    """Another process drives this run now; this one must stop without writing."""
