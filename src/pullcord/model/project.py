"""What pullcord knows about the target repository, decided from its base commit."""

from __future__ import annotations

from pullcord.model.budget import Budgets
from pullcord.model.value import Value


class Detected(Value):
    """How one gate runs here. `argv` is the tool's own arguments ('' entries never occur); `origin`
    says where it was found (`pullcord.toml`, `poe task typecheck`, `Makefile`, `pyproject.toml`,
    `default`)."""

    argv: tuple[str, ...] = ()
    origin: str = "default"
    timeout_s: float = 0.0
    """This gate's own limit; 0 means the project's."""
    off: str = ""
    """Why the base's pullcord.toml says that this gate does not apply; '' when it says nothing."""


class Project(Value):
    """The target's layout and commands. Empty strings mean: there is none."""

    app: str = ""
    """Import path of the FastAPI application or factory, such as `app.main:app`."""
    packages: tuple[str, ...] = ()
    """Top-level folders and modules of the application's Python code (`app`, `main.py`)."""
    openapi: str = ""
    """Path of the committed OpenAPI document."""
    published: str = ""
    """Path of the published contract."""
    commands: dict[str, Detected] = {}
    """Gate name to how it runs."""
    coverage: float = 80.0
    """Least coverage in percent: the larger of 80 and the base's own."""
    env: dict[str, str] = {}
    """Environment that the application's settings need, from pullcord.toml."""
    timeout_s: float = 600.0
    attempt_s: float = 3 * 3600.0
    """Wall time of one attempt, in seconds, whatever its runtime allows."""
    idle_s: float = 900.0
    """Seconds in which an agent may print nothing and change no file."""
    budgets: Budgets = Budgets()
    protected: tuple[str, ...] = ()
    """Globs no agent may change without a person's say."""
    notes: tuple[str, ...] = ()
    """What was detected and from where, for `pullcord gates explain`."""
