"""The offline agents: who does what.

A role computes with its brief and writes below its workspace only. It returns how it ended and what
the summary says; `runtimes/blueprint.py` writes the summary.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from pullcord.blueprint.roles import (
    backend,
    contract_backend,
    contract_designer,
    contract_reviewer,
    contract_tester,
    designer,
    errors_backend,
    errors_reviewer,
    errors_tester,
    reviewer,
    sprint,
    tester,
)
from pullcord.model.report import Report
from pullcord.model.summary import Summary
from pullcord.model.work import Brief, Workspace
from pullcord.protocols import Sandbox

Role = Callable[[Brief, Workspace, Sandbox], Awaitable[tuple[Report, Summary]]]

ROLES: dict[str, Role] = {
    "api-designer": designer.work,
    "python-backend-engineer": backend.work,
    "python-test-engineer": tester.work,
    "code-reviewer": reviewer.work,
    "sprint-manager": sprint.work,
}

WORKFLOWS: dict[str, dict[str, Role]] = {
    "errors": {
        "python-test-engineer": errors_tester.work,
        "python-backend-engineer": errors_backend.work,
        "code-reviewer": errors_reviewer.work,
    },
    "contract": {
        "api-designer": contract_designer.work,
        "python-backend-engineer": contract_backend.work,
        "python-test-engineer": contract_tester.work,
        "code-reviewer": contract_reviewer.work,
    },
}
"""Workflow → the roles that do something else in it than in a feature."""


def role_of(agent: str, workflow: str) -> Role | None:
    """What an agent does in a workflow; None when it is no agent of these."""
    return WORKFLOWS.get(workflow, {}).get(agent) or ROLES.get(agent)
