"""What `pullcord demo NAME` shows: a request, and what a fresh service is prepared with."""

from __future__ import annotations

from pullcord.cli.demos.contract import CONTRACT
from pullcord.cli.demos.demo import Demo
from pullcord.cli.demos.errors import ERRORS
from pullcord.cli.demos.logging import LOGGING
from pullcord.cli.demos.story import STORY

DEMOS: dict[str, Demo] = {
    "story": STORY,
    "logging": LOGGING,
    "errors": ERRORS,
    "contract": CONTRACT,
}
