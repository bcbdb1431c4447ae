"""Which open question a word means."""

from __future__ import annotations

import pytest

from cli_facts import ESCALATION, START, facts
from pullcord.cli.questions import Waiting, joined, matching, the_one
from pullcord.errors import NotFound, UsageError
from pullcord.line.state import status_of


def waiting(*runs: tuple[str, str]) -> list[Waiting]:
    found: list[Waiting] = []
    for run, name in runs:
        asked = (f"ask/{name}", {"task": "contract", "escalation": ESCALATION})
        status = status_of(facts(("run", START), asked, run=run), driven=False)
        found.append((status, status.open_questions[0]))
    return found


OPEN = waiting(("r-aa", "contract-1"), ("r-bb", "contract-1"), ("r-bc", "build-2"))


@pytest.mark.parametrize(
    ("name", "run"),
    [
        ("r-aa/contract-1", "r-aa"),
        ("r-a/contract-1", "r-aa"),
        ("build-2", "r-bc"),
        ("r-bb", "r-bb"),
    ],
)
def test_a_full_name_a_run_or_a_question_finds_it(name: str, run: str) -> None:
    assert the_one(OPEN, name)[0].run == run


@pytest.mark.parametrize("name", ["contract-1", "r-b", "r-"])
def test_a_name_of_several_is_refused_with_their_names(name: str) -> None:
    with pytest.raises(UsageError, match=r"several questions: .*r-b./"):
        the_one(OPEN, name)
    assert len(matching(OPEN, name)) > 1


@pytest.mark.parametrize("name", ["r-zz", "nothing", "r-aa/build-2", ""])
def test_what_nobody_asked_is_not_found(name: str) -> None:
    with pytest.raises(NotFound, match="No open question"):
        matching(OPEN if name else [], name or "x")


@pytest.mark.parametrize(
    ("name", "words", "meant"),
    [
        ("r-bb", ("contract-1", "2"), ("r-bb/contract-1", ("2",))),
        ("r-bc", ("build-2", "in", "words"), ("r-bc/build-2", ("in", "words"))),
        ("r-bb", ("hide", "always"), ("r-bb", ("hide", "always"))),
        ("r-bb", ("contract-1",), ("r-bb", ("contract-1",))),
        ("r-bb/contract-1", ("contract-1", "2"), ("r-bb/contract-1", ("contract-1", "2"))),
    ],
)
def test_run_and_question_may_be_two_words(
    name: str, words: tuple[str, ...], meant: object
) -> None:
    assert joined(OPEN, name, words) == meant
