"""A run that is killed at any moment ends like one that was never killed; and were that not so, it
would be seen."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

import breaking
from cli_story import cli, said_in_json
from pullcord.app import Orchestrator
from pullcord.chaos.forms import drawn
from pullcord.chaos.life import RUN
from pullcord.chaos.reaper import Kill, deaths
from pullcord.chaos.stories import STORIES
from pullcord.chaos.table import table, wrong
from pullcord.chaos.telling import told
from pullcord.chaos.trial import Toll
from pullcord.cli import chaos
from pullcord.patterns import PATTERNS
from pullcord.workspace.repository import Repository

CHARACTERISTIC = {
    "sequential": {"ask/design-1/answer", "build/1/closed", "build/2/handoff", "applied"},
    "parallel": {"ask/test-1/answer", "build/1/handoff", "extend/1/handoff"},
    "iterative": {"test/1/handoff", "verify/1/handoff", "fix/2/handoff", "review/2/handoff"},
    "debug-fix-verify": {"reproduce/1/handoff", "fix/1/handoff", "verify/1/handoff"},
    "sprint-task": {"contract/skipped", "update/1/handoff"},
}
"""Facts without which a story would show little."""


async def keys(folder: Path) -> list[str]:
    orchestrator = Orchestrator(await Repository.find(folder / "repo"), cache=folder)
    found = [fact.key for fact in await orchestrator.facts(RUN)]
    orchestrator.ledger.close()
    return found


def test_every_pattern_has_its_story() -> None:
    assert STORIES.keys() == PATTERNS.keys() == CHARACTERISTIC.keys()


@pytest.mark.parametrize("pattern", STORIES)
async def test_killed_before_and_after_every_fact_and_while_each_agent_works_nothing_is_lost(
    pattern: str, tmp_path: Path
) -> None:
    """The sequential one also before every git command that changes something."""
    toll = await told(pattern, tmp_path)

    assert toll.clean, wrong(toll)
    recorded = await keys(tmp_path / "undisturbed")
    assert set(recorded) >= CHARACTERISTIC[pattern]
    died = deaths(tmp_path / "killed")
    facts = {place for place in died if place.startswith(("before ", "after "))}
    if pattern == "parallel":  # which merges there are is left to chance
        assert any("/merge/" in key for key in recorded)
        recorded = [key for key in recorded if "/merge/" not in key]
        facts = {place for place in facts if "/merge/" not in place}
    assert facts == {f"{when} {key}" for key in recorded for when in ("before", "after")}
    agents = {key for key in recorded if key.endswith("/opened")}
    assert {f"{p.removeprefix('during ')}/opened" for p in died if "during" in p} == agents
    assert any(place.startswith("git update-ref") for place in died) == (pattern == "sequential")


@pytest.mark.parametrize("fault", breaking.FAULTS)
def test_a_pullcord_that_breaks_its_word_is_caught(fault: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, breaking.__file__, fault, tmp_path],
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    toll = Toll.model_validate_json(done.stdout.splitlines()[-1])

    caught = {name for name, value in toll if isinstance(value, tuple) and value}
    assert breaking.FAULTS[fault].seen_as in caught, (toll, done.stderr)


def test_the_same_seed_draws_the_same_kills() -> None:
    one, two = (list(drawn("seed", 5.0, 50)) for _ in "ab")

    assert one == two != list(drawn("other", 5.0, 50))
    assert len({(kill.kinds, bool(kill.after_s)) for kill in one}) == 4
    assert Kill() not in one


def test_tolls_are_added_up_and_one_fault_spoils_all() -> None:
    good, bad = Toll(kills=3, resumed=3), Toll(kills=2, resumed=1, lost=("refs/x",), seed="7/a/1")

    assert good.clean
    assert not bad.clean
    assert not Toll(orphans=("sleep",)).clean
    lines = table({"sequential": good, "parallel": bad.model_copy(update={"seed": ""})})
    assert lines[3].split() == ["all", "5", "4", "1", "0", "0", "0", "0"]
    assert wrong(bad) == ["7/a/1  lost: refs/x"]
    assert json.loads(bad.model_dump_json())["kills"] == 2


@pytest.mark.parametrize(("lost", "code"), [((), 0), (("refs/x",), 1)])
def test_the_doctor_shows_what_kills_did(
    lost: tuple[str, ...], code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def known(pattern: str, folder: Path) -> Toll:
        return Toll(kills=40, resumed=40, lost=lost if pattern == "parallel" else ())

    monkeypatch.setattr(chaos, "told", known)

    said = cli("doctor", "--chaos", "-C", tmp_path)
    result = said_in_json("doctor", "--chaos", "-C", tmp_path)[-1]

    assert said.code == result["exit_code"] == code, said
    assert f"{'✗' if lost else '✓'}  parallel          40 kills" in said.err
    assert "all                 200      200" in said.out
    assert ("parallel  lost: refs/x" in said.out) == bool(lost)
    assert [toll["pattern"] for toll in result["chaos"]] == list(STORIES)


async def test_what_cannot_be_told_says_why(tmp_path: Path) -> None:
    (tmp_path / "pristine").write_text("in the way")

    with pytest.raises(Exception, match="sequential could not be killed"):
        async with asyncio.timeout(60):
            await told("sequential", tmp_path)
