"""What an answer means."""

from __future__ import annotations

import pytest

from pullcord.line.ask import chosen


@pytest.mark.parametrize(
    ("text", "options", "number"),
    [
        ("2", ["Date", "Title"], 2),
        ("Title", ["Date", "Title"], 2),
        ("by title", ["Date", "Title"], 0),
        ("adjust", ["Keep it", "Adjust the design"], 2),
        ("take", ["Take a", "Take b"], 0),
        ("ti", ["Date", "Title"], 0),
        ("0", ["Date", "Title"], 3),
        ("3", ["Date", "Title"], 3),
        ("9" * 5000, ["Date", "Title"], 3),
        ("30", [], 0),
        ("30", ["30", "60"], 1),
    ],
)
def test_an_option_is_named_by_its_number_its_own_words_or_how_it_begins(
    text: str, options: list[str], number: int
) -> None:
    assert chosen(text, options) == number
