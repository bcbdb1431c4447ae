"""The two forms of the suite: every place once, and random kills."""

from __future__ import annotations

import asyncio
import itertools
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from pullcord.chaos.reaper import Kill
from pullcord.chaos.stories import STORIES, Story
from pullcord.chaos.traces import Ending, ending
from pullcord.chaos.trial import Toll, Trial, begun, pristine
from pullcord.errors import PullcordError

FACTS = ("before", "after")
AGENTS = ("during",)
GIT = ("git",)
_MOST_KILLS = 12
"""Random kills of one run: then it may come to its end."""


@dataclass(frozen=True)
class Undisturbed:
    """A run that nobody killed: where it is, how it ended, how many seconds it took."""

    folder: Path
    pristine: Path
    ending: Ending
    seconds: float

    @property
    def verdicts(self) -> Path:
        """What its gates said, by what they judged."""
        return self.folder / "repo" / ".git" / "pullcord" / "verdicts"


def undisturbed(folder: Path, story: Story) -> Undisturbed:
    """The run with which others are compared. PullcordError when not even that one passes."""
    made = asyncio.run(pristine(folder / "pristine"))
    trial = begun(folder / "undisturbed", story, made)
    toll = trial.run()
    if not toll.clean:
        raise PullcordError(
            f"A run that nobody disturbed did not pass: {', '.join(toll.different)}.",
            f"Its repository is {trial.folder / 'repo'}; see what it says: pullcord show @last",
        )
    return Undisturbed(trial.folder, made, asyncio.run(ending(trial.folder)), trial.seconds)


def every(folder: Path, story: Story, kinds: tuple[str, ...] = FACTS + AGENTS) -> Toll:
    """One run that dies at every place of these kinds, one after the other."""
    whole = undisturbed(folder, story)
    trial = begun(folder / "killed", story, whole.pristine, whole.verdicts)
    return _whole_toll(trial, whole, itertools.repeat(Kill(kinds)))


def at_random(folder: Path, pattern: str, seed: str, kills: int) -> Iterator[tuple[str, Toll]]:
    """Runs of a pattern, killed at random moments and places until there were so many kills. Each
    comes with its own seed, which gives the same kills again."""
    story = STORIES[pattern]
    whole = undisturbed(folder, story)
    for number in itertools.count(1):
        own = f"{seed}/{pattern}/{number}"
        # Verdicts are found anew: gates are killed too.
        trial = begun(folder / str(number), story, whole.pristine)
        toll = _whole_toll(trial, whole, drawn(own, whole.seconds, min(kills, _MOST_KILLS)))
        yield own, toll
        if toll.clean:
            shutil.rmtree(trial.folder)
        kills -= toll.kills
        if kills <= 0:
            return


def drawn(seed: str, seconds: float, most: int) -> Iterator[Kill]:
    """At most so many kills: after a time within `seconds`, at a fact, at a git command, while an
    agent works."""
    random = Random(seed)
    for _ in range(most):
        kind = random.choice(("time", "time", "fact", "git", "agent"))
        if kind == "time":
            yield Kill(after_s=random.uniform(0.001, seconds))
        elif kind == "fact":
            yield Kill(FACTS, nth=random.randint(1, 6))
        elif kind == "agent":
            yield Kill(AGENTS, nth=1)
        else:
            yield Kill(GIT, nth=random.randint(1, 25))


def _whole_toll(trial: Trial, whole: Undisturbed, kills: Iterator[Kill]) -> Toll:
    toll = trial.run(kills)
    ordered = trial.story.plan.pattern != "parallel"
    return toll + trial.examined(whole.ending, ordered=ordered)
