"""The gates' verdicts for people."""

from __future__ import annotations

import pytest

from pullcord.cli.render_gates import SHOWN, judged
from pullcord.gates import Judgement
from pullcord.model.quality import Finding, Verdict

WRONG = Finding(gate="types", rule="arg-type", path="app/a.py", line=7, message="not an int")


def said(
    *verdicts: Verdict,
    skipped: dict[str, str] | None = None,
    width: int = 0,
    unsafe: bool = False,
) -> list[str]:
    return judged(Judgement(verdicts, skipped or {}), width=width, unsafe=unsafe)


def test_open_gates_are_a_line_each_and_the_word_open() -> None:
    assert said(
        Verdict(gate="types", outcome="pass", detail="no errors in 3 files", duration_s=1.23),
        Verdict(gate="tests", outcome="pass", detail="2/2 passing", duration_s=9, cached=True),
        skipped={"openapi": "the base has no application"},
    ) == [
        "✓  types    pass  1.2s    no errors in 3 files",
        "✓  tests    pass  cached  2/2 passing",
        "-  openapi  n/a           the base has no application",
        "",
        "✓ OPEN",
    ]


def test_a_closed_gate_shows_its_findings_and_its_command() -> None:
    lines = said(
        Verdict(gate="types", outcome="fail", findings=(WRONG,), command="mypy app", duration_s=1)
    )
    assert lines == [
        "✗  types  FAIL  1.0s  1 finding",
        "    app/a.py:7  arg-type  not an int",
        "    ran: mypy app",
        "",
        "✗ CLOSED by types",
    ]


def test_an_error_without_findings_shows_the_end_of_the_output() -> None:
    lines = said(Verdict(gate="tests", outcome="error", detail="it crashed", log="one\ntwo\n"))
    assert lines[:3] == ["✗  tests  ERROR  0.0s  it crashed", "    | one", "    | two"]


def test_many_findings_are_cut_with_the_way_to_the_rest() -> None:
    lines = said(Verdict(gate="types", outcome="fail", findings=(WRONG,) * 50))
    assert len(lines) == 1 + SHOWN + 1 + 2
    assert lines[-3] == f"    … and {50 - SHOWN} more: pullcord gates --json"


def test_a_waived_gate_names_the_person_and_opens() -> None:
    lines = said(Verdict(gate="tests", outcome="waived", waived_by="Ada"))
    assert lines[0] == "!  tests  waived  0.0s  by Ada"
    assert lines[-1] == "✓ OPEN"


def test_work_without_a_sandbox_is_said() -> None:
    assert any("without a sandbox" in line for line in said(unsafe=True))


def test_no_verdict_at_all_opens_nothing() -> None:
    assert said()[-1] == "✗ CLOSED by having judged nothing"


@pytest.mark.parametrize("width", [60, 80])
def test_the_table_fits_the_terminal(width: int) -> None:
    lines = said(Verdict(gate="types", outcome="pass", detail="long " * 50), width=width)
    assert all(len(line) <= width for line in lines)
