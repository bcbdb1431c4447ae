"""The pulled cord as text."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pullcord.briefs import escalation as cord
from pullcord.model.escalation import Escalation, Kind

SPECIFIED = {
    "security": "🔴 SECURITY ALERT: Tokens are logged\nImpact: Accounts can be taken\nOptions:\n1. Redact\n2. Stop logging\n",
    "data": "🔴 DATA RISK: The migration drops notes\nAffected: workouts.notes\nRecommendation: Copy first\n",
    "architecture": "🟡 ARCHITECTURE CONFLICT: Two ways to page\nCurrent Design: page numbers\nRequired Change: cursors\nUser Decision Needed:\n1. Keep\n2. Change\n",
    "clarification": "🟡 CLARIFICATION NEEDED:\nRequirement: Lists are sorted\nAmbiguity: By what\nOptions:\n1. Date\n2. Title\nRecommendation: Date\n",
    "debt": "⚠️ TECHNICAL DEBT WARNING:\nQuick Fix: Catch it in the router\nDebt Impact: Every router repeats it\nProper Solution: One handler, 2 hours\nUser Decision: Proceed with workaround or invest in proper solution?\n",
}
hostile = st.one_of(
    st.text(max_size=50),
    st.text(alphabet="*_`>-1. :\nab", max_size=30),
    st.sampled_from(["Options: x", "🔴 DATA RISK: y", "none", "[Description]", "1. a", "```"]),
)
escalations = st.builds(
    Escalation,
    kind=st.sampled_from(get_args(Kind)),
    description=hostile.map(lambda text: "about " + text),
    fields=st.dictionaries(
        st.sampled_from([f for form in cord.FORMATS.values() for f in form.fields] + ["Where"]),
        hostile,
        max_size=4,
    ),
    options=st.lists(hostile, max_size=4),
    recommendation=hostile,
    evidence=st.lists(hostile, max_size=3),
)


@pytest.mark.parametrize("kind", SPECIFIED)
def test_the_five_formats_are_the_specifications(kind: Kind) -> None:
    [found] = cord.parse(SPECIFIED[kind])
    assert found.kind == kind
    assert cord.render(found) == SPECIFIED[kind]


@given(escalations)
def test_what_is_rendered_is_read_back(escalation: Escalation) -> None:
    assert cord.parse(cord.render(escalation)) == (cord.tidy(escalation),)


@given(escalations, st.text(alphabet="ab .\n#", max_size=40))
def test_it_is_found_among_other_words(escalation: Escalation, words: str) -> None:
    text = f"{words}\n\n{cord.render(escalation)}\n\n{words}"
    assert cord.parse(text) == (cord.tidy(escalation),)


@given(escalations)
def test_every_kind_has_a_format_and_no_open_bracket(escalation: Escalation) -> None:
    assert set(cord.FORMATS) == set(get_args(Kind))
    left = re.findall(r"^[^:]+: \[[A-Z][A-Za-z' /]*\]$", cord.render(escalation), re.M)
    assert not [line for line in left if "[Description]" not in line]


@given(st.text())
def test_any_text_is_read_without_an_error(text: str) -> None:
    for found in cord.parse(text):
        assert cord.parse(cord.render(found)) == (found,)


@pytest.mark.parametrize(
    "text",
    [
        "SECURITY ALERT: Tokens are logged\nImpact: Accounts can be taken\nOptions: 1. Redact 2. Stop logging",
        "### 🔴 **Security Alert:** Tokens are logged\n\n**Impact:** Accounts can be taken\n\n**Options:**\n- Redact\n- Stop logging\n",
        "> security alert: Tokens are logged\n> impact: Accounts can be taken\n> options:\n> 1) Redact\n> 2) Stop logging",
        "I stopped.\n```\n🔴 SECURITY ALERT: Tokens are logged\nImpact: Accounts can\nbe taken\nOptions:\n1. Redact\n2. Stop\n   logging\n```\nSorry.",
        "SECURITY ALERT: Tokens are logged\r\nImpact: Accounts can be taken\r\nOptions:\r\n1. Redact\r\n2. Stop logging\r\n",
        *(
            f"{head}\nImpact: Accounts can be taken\nOptions:\n1. Redact\n2. Stop logging\n"
            for head in (
                "🔴\ufe0f SECURITY ALERT: Tokens are logged",
                "\ufeff1. 🔴 SECURITY ALERT: Tokens are logged",
                "• 🔴 SECURITY ALERT: Tokens are logged",
                "**🔴 SECURITY ALERT**: Tokens are logged",
                "🔴 Security-Alert： Tokens are logged",
                "## 🔴 SECURITY ALERT — Tokens are logged",
                ":red_circle: SECURITY ALERT: Tokens are logged",
                "| 🔴 SECURITY ALERT: Tokens are logged |",
                "- [x] <b>🔴 Security alert:</b> Tokens are logged",
                "- **Blocker**: 🔴 SECURITY ALERT: Tokens are logged",
                "I stopped here. **🔴 Security Alert:** Tokens are logged",
            )
        ),
    ],
)
def test_marks_case_and_markdown_do_not_matter(text: str) -> None:
    [found] = cord.parse(text, raised_by="code-reviewer")
    assert found == Escalation(
        kind="security",
        description="Tokens are logged",
        fields={"Impact": "Accounts can be taken"},
        options=("Redact", "Stop logging"),
        raised_by="code-reviewer",
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I found no security alert: all is well.",
        "Security alert: none",
        "🔴 SECURITY ALERT: [Description]\nImpact: [What could happen]\nOptions: [Possible solutions]",
        "🟡 CLARIFICATION NEEDED:\nRequirement: [What was requested]\nAmbiguity: [What's unclear]",
        "Data risk: considered, see above.",
        "Security alert: I looked at every endpoint and found nothing to raise.",
        "SECURITY ALERT handling was added to the docs.\nImpact: none",
        "## Data Risk\n\nNone.",
        "🔴 SECURITY ALERT: None found.",
        "- SECURITY ALERT: not applicable",
        "The test asserts that 🔴 DATA RISK: x is rendered.",
        "The headline reads: `🔴 DATA RISK: x`",
        "- **Blocker**: 🔴 DATA RISK: Notes were dropped\n  **Resolution**: The column stays.",
    ],
)
def test_talk_about_escalations_is_none(text: str) -> None:
    assert cord.parse(text) == ()


def test_the_specifications_own_templates_pull_no_cord() -> None:
    definitions = Path(cord.__file__).parents[1] / "agents"
    for path in definitions.glob("*.md"):
        assert not cord.parse(path.read_text(encoding="utf-8")), path


def test_the_gravest_of_several_comes_first() -> None:
    text = SPECIFIED["debt"] + "\n" + SPECIFIED["security"]
    assert [e.kind for e in cord.parse(text)] == ["security", "debt"]


def test_a_field_may_be_a_list() -> None:
    [found] = cord.parse("DATA RISK: Rows go\nAffected:\n- workouts\n- plans\nRecommendation: Wait")
    assert found.fields == {"Affected": "workouts; plans"}
    assert found.recommendation == "Wait"


def test_a_heading_without_colon_and_text_is_one_when_its_fields_follow() -> None:
    [found] = cord.parse("## ⚠\ufe0e Technical Debt Warning\n\n**Quick Fix**: Copy it\n")
    assert (found.kind, found.description) == ("debt", "Copy it")


@pytest.mark.parametrize(
    "how", ["Not stated.", "None", "Escalated", "Waits for the user.", "Open."]
)
def test_a_blocker_without_a_resolution_pulls_the_cord(how: str) -> None:
    said = f"## Blockers & Resolutions\n- **Blocker**: 🔴 DATA RISK: Rows go\n  **Resolution**: {how}\n"
    assert [found.kind for found in cord.parse(said)] == ["data"]


def test_a_long_line_of_marks_is_read_at_once() -> None:
    assert cord.parse("a: 🔴 " * 20_000) == ()
    assert cord.parse("[ ] :a: <b> - " * 20_000) == ()
