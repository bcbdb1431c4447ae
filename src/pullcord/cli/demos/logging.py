"""Example 1 of SPEC.md: a whole feature."""

from __future__ import annotations

from pullcord.cli.demos.demo import REQUESTS, Demo

LOGGING = Demo(
    REQUESTS / "log-workouts.md",
    (
        "Demo: offline agents build a feature on a fresh FastAPI service.",
        "No model, no key, no network, no cost.",
    ),
)
