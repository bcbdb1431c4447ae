"""The nursery's process: python -m pullcord.chaos FOLDER PATTERN [SEED KILLS]

Prints a line of JSON for each run, with the seed that gives the same kills again.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from pullcord.chaos import forms
from pullcord.chaos.life import sandboxed
from pullcord.chaos.nursery import adopt_orphans
from pullcord.chaos.stories import STORIES
from pullcord.chaos.trial import Toll


def main(args: Sequence[str]) -> None:
    """Tell the story of a pattern in a folder: every place of it, or with SEED and KILLS at random
    ones."""
    folder, pattern, *rest = args
    adopt_orphans()
    asyncio.run(sandboxed())  # children find it tried out
    if rest:
        for seed, toll in forms.at_random(Path(folder), pattern, rest[0], int(rest[1])):
            _say(toll, seed)
    else:
        kinds = forms.FACTS + forms.AGENTS + (forms.GIT if pattern == "sequential" else ())
        _say(forms.every(Path(folder), STORIES[pattern], kinds))


def _say(toll: Toll, seed: str = "") -> None:
    sys.stdout.write(f"{toll.model_copy(update={'seed': seed}).model_dump_json()}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
