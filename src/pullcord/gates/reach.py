"""What an agent's write scope means for the other rules."""

from __future__ import annotations

from pullcord.gates.paths import matches
from pullcord.protocols import Case


def writes_application(case: Case) -> bool:
    """Whether the agent of this case may write the application. A person is not asked here."""
    if case.agent is None:
        return False
    module = case.project.app.partition(":")[0].replace(".", "/") or "app/main"
    places = (f"{module}.py", f"{module}/__init__.py")
    return any(matches(f"{root}{p}", case.agent.write) for p in places for root in ("", "src/"))


def generated(case: Case, path: str) -> bool:
    """Whether a path is a document that is generated from the application, by whoever writes it."""
    documents = {case.project.openapi, case.project.published} - {""}
    return path in documents and writes_application(case)
