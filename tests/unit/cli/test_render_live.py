"""The live lines at the bottom of a terminal."""

from __future__ import annotations

import pytest

from cli_facts import OPENED, START, TASKS, Entry, at, facts, judged, report
from pullcord.cli.render_live import bar, bottom

BEGUN: list[Entry] = [("run", START), ("contract/1/opened", OPENED)]


def shown(*entries: Entry, seconds: float = 100.0, width: int = 80) -> list[str]:
    return bottom({f.key: f for f in facts(*entries)}, at(seconds), at(0), width=width)


def test_the_working_agent_the_queue_and_the_progress_are_shown() -> None:
    assert shown(*BEGUN) == [
        f"  {'● api-designer              Confirm the contract':<72} 1:33",
        "  ○ python-backend-engineer",
        "  ○ code-reviewer",
        "─" * 80,
        " 0/3 tasks  ▕                    ▏ 1:40   Ctrl-C saves and stops",
    ]


@pytest.mark.parametrize(
    ("entries", "doing"),
    [
        ([("contract/1/worked", report())], "the gates judge"),
        (
            [("contract/1/worked", report()), ("contract/1/judged", judged(types="pass"))],
            "handing off",
        ),
        ([("contract/2/opened", OPENED)], "round 2: Confirm the contract"),
    ],
)
def test_what_an_attempt_is_doing(entries: list[Entry], doing: str) -> None:
    assert doing in shown(*BEGUN, *entries)[0]


def test_after_the_last_handoff_the_whole_result_is_judged() -> None:
    done = [(f"{task}/1/handoff", {"commit": "d"}) for task in ("contract", "build")]
    said = shown(("run", START), *done, ("contract/1/opened", {}), ("build/1/opened", {}),
                 ("review/skipped", {"reason": ""}))  # fmt: skip
    assert said[0] == "  ● the gates judge the whole result"
    assert said[-1].startswith(" 3/3 tasks")


def test_nothing_is_shown_before_the_first_fact() -> None:
    assert bottom({}, at(0), at(0), width=80) == []


def test_tasks_of_one_agent_are_told_apart() -> None:
    tasks = [*TASKS, {**TASKS[0], "id": "later"}]
    start = {**START, "plan": {"pattern": "sequential", "tasks": tasks}}
    said = shown(("run", start), ("contract/1/opened", OPENED), ("contract/1/worked", report()))
    assert said[0].startswith("  ● api-designer              contract: the gates judge ")
    assert said[1:4] == [
        "  ○ python-backend-engineer",
        "  ○ code-reviewer",
        "  ○ api-designer              later",
    ]


@pytest.mark.parametrize("width", [40, 80, 120])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    assert all(len(line) <= width for line in shown(*BEGUN, width=width))


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0, "    "), (0.5, "██  "), (1, "████"), (0.03, "▏   "), (2, "████"), (-1, "    ")],
)
def test_a_bar_is_filled_to_its_share(share: float, expected: str) -> None:
    assert bar(share, 4) == expected
