"""Feature requests."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pullcord.errors import RequestError
from pullcord.requests.files import LIMIT, decode, read_text
from pullcord.requests.markdown import HOW, from_words, load, parse

REQUEST = """\
# Log workouts

Athletes log each workout, so that coaches can see the load of a week.

## Acceptance criteria
- An athlete creates a workout and gets 201 with the stored workout.
- Another athlete's workout is answered with 404, never with 403.
- Lists are paged, newest first;
  a page size over 100 is refused with 422.

## Constraints
- No breaking change of the published contract.

```feature
resource: workout            # singular
fields:
  title: {type: string}
```
"""


def test_the_shared_format_is_read() -> None:
    request = parse(REQUEST, "REQUEST.md")
    assert request.title == "Log workouts"
    assert request.text == (
        "Athletes log each workout, so that coaches can see the load of a week."
    )
    assert request.criteria == (
        "An athlete creates a workout and gets 201 with the stored workout.",
        "Another athlete's workout is answered with 404, never with 403.",
        "Lists are paged, newest first; a page size over 100 is refused with 422.",
    )
    assert request.constraints == ("No breaking change of the published contract.",)
    assert request.feature == (
        "resource: workout            # singular\nfields:\n  title: {type: string}\n"
    )
    assert REQUEST.split("\n")[request.feature_line - 1].startswith("resource:")
    assert request.source == "REQUEST.md"


@pytest.mark.parametrize(
    ("written", "criteria"),
    [
        ("- [ ] One\n- [x] Two", ("One", "Two")),
        ("1. One\n2. Two", ("One", "Two")),
        ("* `GET /a` is **fast**\n\n* Two", ("`GET /a` is **fast**", "Two")),
        ("- Lists are paged:\n  - newest first\n  - over 100 is 422\n- Two",
         ("Lists are paged: newest first", "Lists are paged: over 100 is 422", "Two")),
        ("- One\n\n  with a second paragraph\n- Two", ("One with a second paragraph", "Two")),
        ("### Create\n- One\n### List\n- Two", ("One", "Two")),
        ("- One\n  -\n- Two", ("One", "Two")),
        ("- One\n- Two\n### Constraints\n- Fast", ("One", "Two")),
    ],
)  # fmt: skip
def test_lists_are_written_in_many_ways(written: str, criteria: tuple[str, ...]) -> None:
    assert parse(f"# T\n\n## Acceptance Criteria:\n{written}\n\n## More\n- no").criteria == criteria


@pytest.mark.parametrize(
    "head", ["**Acceptance criteria:**", "Acceptance criteria", "#### ACCEPTANCE CRITERIA (AC)"]
)
def test_the_section_may_be_headed_by_a_label(head: str) -> None:
    assert parse(f"Do it\n\n{head}\n\n- One\n").criteria == ("One",)


def test_sections_may_come_before_the_title() -> None:
    request = parse("# Acceptance criteria\n- One\n\n# Title\n- no\n")
    assert (request.title, request.criteria) == ("Title", ("One",))


def test_without_a_heading_the_first_line_is_the_title() -> None:
    assert parse("Do it now\nand well\n\n## Acceptance criteria\n- One\n").title == "Do it now"


@pytest.mark.parametrize(
    "text", ["", "# T\n\nprose", "# T\n\n## Acceptance criteria\n\nprose\n", "- a\n"]
)
def test_without_criteria_the_error_shows_how_to_write_them(text: str) -> None:
    with pytest.raises(RequestError, match="no acceptance criteria") as caught:
        parse(text)
    assert caught.value.hint == HOW
    assert caught.value.exit_code == 2
    assert parse(HOW).criteria


def test_two_feature_blocks_are_refused_with_their_lines() -> None:
    with pytest.raises(RequestError, match=r"2 feature blocks \(line 15, line 20\)"):
        parse(REQUEST + REQUEST[REQUEST.index("```feature") :])


def test_words_and_criteria_make_a_request() -> None:
    request = from_words("Soft delete workouts\nfor coaches", ["Deleted rows are hidden", " "])
    assert (request.title, request.criteria) == (
        "Soft delete workouts",
        ("Deleted rows are hidden",),
    )
    with pytest.raises(RequestError) as caught:
        from_words("Soft delete", [])
    assert "--criterion" in caught.value.hint


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\x7fELF\0\0", "binary"),
        (b"# T\n\xff\xfe", r"not UTF-8 text \(line 2\)"),
        (b"a" * (LIMIT + 1), "larger than 1 MiB"),
    ],
)
def test_what_is_no_text_is_refused(tmp_path: Path, data: bytes, why: str) -> None:
    path = tmp_path / "REQUEST.md"
    path.write_bytes(data)
    with pytest.raises(RequestError, match=why):
        load(path)


def test_an_absent_file_or_a_folder_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "no.md"):
        with pytest.raises(RequestError, match="cannot be read"):
            read_text(path)


def test_windows_text_is_read() -> None:
    assert parse(decode(b"\xef\xbb\xbf" + REQUEST.replace("\n", "\r\n").encode(), "x")) == parse(
        REQUEST
    )


@pytest.mark.parametrize(
    "unit", ["word ", "[", "- ", "> ", "```\n", "- a\n", "  - b\n", "*_`", "<a "]
)
def test_a_long_request_is_read(unit: str) -> None:
    tail = "\n\n## Acceptance criteria\n- One\n"
    size = LIMIT - 100 if unit == "word " else LIMIT // 16
    body = unit * (size // len(unit))
    with suppress(RequestError):  # a document may swallow its tail, but quickly
        assert "One" in parse(body + tail).criteria


@given(
    st.one_of(st.text(), st.text(alphabet="#- `\n>*1.[]xacceptance criteria:feature", max_size=200))
)
def test_any_text_is_a_request_or_a_request_error(text: str) -> None:
    with suppress(RequestError):
        assert parse(text).criteria


@given(st.text(), st.lists(st.text(), max_size=3))
def test_any_words_are_a_request_or_a_request_error(text: str, criteria: list[str]) -> None:
    with suppress(RequestError):
        assert from_words(text, criteria).title


@given(st.binary())
def test_any_bytes_are_text_or_a_request_error(data: bytes) -> None:
    with suppress(RequestError):
        assert "\r" not in decode(data, "x")


@pytest.mark.parametrize(
    ("front", "workflow"),
    [
        ("", "feature"),
        ("---\nworkflow: errors\n---\n", "errors"),
        ("---\ntitle: Old\nworkflow: contract \n---\n\n", "contract"),
        ("---\ntitle: Old\n---\n", "feature"),
        ("---\n", "feature"),
    ],
)
def test_front_matter_names_the_workflow_and_moves_no_line(front: str, workflow: str) -> None:
    request = parse(front + REQUEST)
    assert request.workflow == workflow
    assert request.title == parse(REQUEST).title
    assert request.feature_line == parse(REQUEST).feature_line + front.count("\n")
    assert "workflow" not in request.text
