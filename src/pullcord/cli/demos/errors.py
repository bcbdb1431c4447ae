"""Example 2 of SPEC.md: a service whose endpoints answer errors each in its own way."""

from __future__ import annotations

from pullcord.cli.demos.demo import REQUESTS, Demo

ERRORS = Demo(
    REQUESTS / "errors.md",
    (
        "Demo: offline agents make the errors of a service the same everywhere.",
        "No model, no key, no network, no cost.",
    ),
)
