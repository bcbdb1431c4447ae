"""What a run cannot start from is said before anything is written."""

from __future__ import annotations

import pytest

from pullcord.errors import UsageError
from pullcord.model.task import Plan, Task
from story import FAST, REQUEST, Begin, git, write

OWN = "---\nname: gardener\ndescription: Weeds.\nwrite: [tiny/**]\n---\nWeed.\n"
PLAN = Plan(
    pattern="sequential",
    tasks=(Task(id="weed", subagent_type="gardener", description="Weed", prompt="Weed it."),),
)


async def test_an_agent_that_git_ignores_is_none_of_the_base(begin: Begin) -> None:
    story = await begin(files={**FAST, ".gitignore": ".claude/\n"})
    write(story.folder, ".claude/agents/gardener.md", OWN)

    with pytest.raises(UsageError, match="There is no agent gardener in") as refused:
        await story.orchestrator.start(REQUEST, PLAN, runtime="acting", script="x")

    assert "must be committed" in refused.value.hint
    assert await story.orchestrator.runs() == []
    assert git(story.folder, "for-each-ref", "refs/pullcord") == ""


async def test_an_agent_of_the_base_is_found(begin: Begin) -> None:
    story = await begin(files={**FAST, ".claude/agents/gardener.md": OWN})

    run = await story.orchestrator.start(
        REQUEST, PLAN, runtime="acting", script=str(story.folder.parent)
    )

    assert (await story.orchestrator.status(run)).state == "interrupted"
