"""What an agent's write scope means for the other rules."""

from __future__ import annotations

from pathlib import Path

from pullcord.gates.paths import matches
from pullcord.protocols import Case


def writes_application(case: Case) -> bool:
    """Whether the agent of this case may write the application. A person is not asked here."""
    if case.agent is None:
        return False
    module = case.project.app.partition(":")[0].replace(".", "/") or "app/main"
    places = (f"{module}.py", f"{module}/__init__.py")
    return any(matches(f"{root}{p}", case.agent.write) for p in places for root in ("", "src/"))


def inherited(case: Case) -> bool:
    """Whether the documents are as the base has them and this agent cannot generate them: what is
    wrong with them is older than the run, and for whoever writes the application."""
    if case.agent is None or writes_application(case):
        return False
    documents = [name for name in (case.project.openapi, case.project.published) if name]
    return all(_bytes(case.tree / name) == _bytes(case.trusted / name) for name in documents)


def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() and not path.is_symlink() else None


def generated(case: Case, path: str) -> bool:
    """Whether a path is a document that is generated from the application, by whoever writes it."""
    documents = {case.project.openapi, case.project.published} - {""}
    return path in documents and writes_application(case)
