"""One run from birth to end, killed on the way, and what is wrong with it."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from pullcord.chaos.agents import AGAIN, CALLS
from pullcord.chaos.life import DONE, RUN, live
from pullcord.chaos.nursery import KILLED, raise_child
from pullcord.chaos.reaper import Kill
from pullcord.chaos.stories import FILES, Story
from pullcord.chaos.traces import Ending, Traces, ending, traces
from pullcord.model.value import Value
from pullcord.workspace.git import Git

MOST = 2000
"""Lives that a run may take."""


class Toll(Value):
    """What kills did to runs. All but `kills` and `resumed` must be empty: facts and work that were
    lost, agents that worked again after their work was published, handoffs without proof, processes
    left alive, and whatever else differs from a run that nobody disturbed."""

    kills: int = 0
    resumed: int = 0
    lost: tuple[str, ...] = ()
    repeated: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    orphans: tuple[str, ...] = ()
    different: tuple[str, ...] = ()
    seed: str = ""
    """What gives the same random kills again."""

    @property
    def clean(self) -> bool:
        """Whether nothing at all went wrong."""
        wrong = (self.lost, self.repeated, self.skipped, self.orphans, self.different)
        return self.kills == self.resumed and not any(wrong)

    def __add__(self, other: Toll) -> Toll:
        sums = {name: getattr(self, name) + getattr(other, name) for name in Toll.model_fields}
        return Toll(**sums)


@dataclass
class Trial:
    """A run in a folder of its own. `seconds` are those of its last life."""

    folder: Path
    story: Story
    seconds: float = 0.0
    _seen: list[Traces] = field(default_factory=list)

    def run(self, kills: Iterable[Kill] = ()) -> Toll:
        """Live through the kills, and then to the end. What differs is not looked for yet."""
        toll, plan = Toll(), iter(kills)
        for number in range(1, MOST):
            kill = next(plan, Kill())
            end = raise_child(partial(live, self.folder, self.story, kill), after_s=kill.after_s)
            self.seconds = end.seconds
            toll += Toll(orphans=end.orphans)
            self._seen.append(asyncio.run(traces(self.folder)))
            if end.exit == DONE:
                return toll + Toll(resumed=toll.kills)
            if end.exit != KILLED:
                return toll + Toll(different=(f"life {number} ended with {end.exit}",))
            toll += Toll(kills=1)
        return toll + Toll(different=(f"no end after {MOST} lives",))

    def examined(self, reference: Ending, *, ordered: bool) -> Toll:
        """What is wrong with the run now that it has ended, well or not. `ordered`: its tasks come
        one after the other, so that nothing at all may differ."""
        if f"refs/pullcord/{RUN}/head" not in self._seen[-1].refs:
            return Toll()  # it did not even begin
        end = asyncio.run(ending(self.folder))
        compare = _compared if ordered else _compared_loosely
        return Toll(
            lost=tuple(self._lost(end)),
            repeated=tuple(line for line in self._calls() if line.endswith(f" {AGAIN}")),
            skipped=(end.doubt,) if end.doubt else (),
            different=tuple(compare(reference, end)),
        )

    def _calls(self) -> list[str]:
        return (self.folder / CALLS).read_text().splitlines()

    def _lost(self, end: Ending) -> list[str]:
        last, lost = self._seen[-1], set[str]()
        for seen in self._seen:
            if last.hashes[: len(seen.hashes)] != seen.hashes:
                lost.add("facts")
            lost |= {ref for ref in seen.refs if ref not in last.refs}
            lost |= {place for place, blob in seen.clones.items() if blob not in end.kept}
        return sorted(lost)


def _compared(reference: Ending, end: Ending) -> list[str]:
    found = [name for name in ("refs", "history", "checkout", "work", "result")
             if getattr(reference, name) != getattr(end, name)]  # fmt: skip
    keys = reference.meaning.keys() | end.meaning.keys()
    return found + sorted(k for k in keys if reference.meaning.get(k) != end.meaning.get(k))


def _compared_loosely(reference: Ending, end: Ending) -> list[str]:
    """Who is merged first is left to chance; what each did and what the result holds is not."""
    found = [name for name in ("work", "result")
             if getattr(reference, name) != getattr(end, name)]  # fmt: skip
    mine, theirs = ({k for k in one.meaning if "/merge/" not in k} for one in (reference, end))
    branches = (one.checkout for one in (reference, end))
    return found + sorted(mine ^ theirs) + (["checkout"] if len(set(branches)) > 1 else [])


async def pristine(folder: Path) -> Path:
    """The repository in which every trial begins."""
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    git = Git(folder)
    await git("init", "-q", "-b", "main")
    await git("add", "-A")
    await git("commit", "-q", "-m", "Begin")
    return folder


def begun(folder: Path, story: Story, pristine: Path, verdicts: Path | None = None) -> Trial:
    """A trial in a new folder. With `verdicts`, gates' verdicts that are known from another one
    need not be found again."""
    shutil.copytree(pristine, folder / "repo")
    if verdicts:
        (folder / "repo" / ".git" / "pullcord").mkdir()
        (folder / "repo" / ".git" / "pullcord" / "verdicts").symlink_to(verdicts)
    return Trial(folder, story)
