"""What whole runs share: verdicts that were found once, so that the same tree is judged once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from pullcord.line import run
from story import FAST, GOOD, Act, Begin, Rounds, Story, remembered_result


@pytest.fixture(scope="session")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of reusable verdicts of every story."""
    return tmp_path_factory.mktemp("verdicts")


@pytest.fixture
def begin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verdicts: Path) -> Begin:
    """Begins a story in a fresh repository. `acts` are those of its agents that differ from GOOD.

    The gates over the result, which run afresh, are `fresh` only where it matters.
    """

    async def begin(
        acts: Mapping[str, Act | Rounds] | None = None,
        files: Mapping[str, str] = FAST,
        *,
        fresh: bool = False,
    ) -> Story:
        if not fresh:
            monkeypatch.setattr(run, "judge_result", remembered_result)
        return await Story.begin(tmp_path, monkeypatch, {**GOOD, **(acts or {})}, files, verdicts)

    return begin
