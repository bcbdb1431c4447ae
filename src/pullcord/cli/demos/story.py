"""What the line is for: a question, two clones at once, a mistake that a test finds."""

from __future__ import annotations

from dataclasses import replace

from pullcord.cli.demos.demo import REQUESTS, Demo
from pullcord.requests.workflow import Step, Workflow
from pullcord.requests.workflows.feature import FEATURE

_AFTER = {
    "contract": (),
    "break-down": ("contract",),
    "implementation": ("contract",),
    "tests": ("break-down", "implementation"),
    "review": ("tests",),
    "update-docs": ("review",),
}


def _steps() -> tuple[Step, ...]:
    """The steps of a feature; its breakdown is written while it is implemented."""
    known = {step.id: step for step in FEATURE.steps}
    return tuple(replace(known[id], after=after) for id, after in _AFTER.items())


STORY = Demo(
    REQUESTS / "story.md",
    (
        "Demo: offline agents build a feature on a fresh FastAPI service.",
        "No model, no key, no network, no cost.",
        "",
        "The request contradicts itself: an agent will ask. One thing is staged: in its first",
        "round the engineer makes a mistake. Everything else is real: what finds it, who mends it.",
    ),
    workflow=Workflow("story", "a feature, planned while it is built", _steps(), "parallel"),
    slips=REQUESTS / "story.yaml",
    staged=("Staged here: the engineer's mistake in its first round, and nothing else.",),
)
