"""The workflows of SPEC.md (Complex Workflow Examples): a request names one, or gets the first."""

from __future__ import annotations

from pullcord.requests.workflow import Workflow
from pullcord.requests.workflows.contract import CONTRACT
from pullcord.requests.workflows.errors import ERRORS
from pullcord.requests.workflows.feature import FEATURE

WORKFLOWS: dict[str, Workflow] = {each.name: each for each in (FEATURE, ERRORS, CONTRACT)}
