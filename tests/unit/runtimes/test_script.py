"""The script format is checked before a run starts."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pullcord.errors import ConfigError
from pullcord.runtimes.script import Script, Step, parse

KNOWN = ("implementation", "our-agent")
DOCUMENTED = """\
tasks:
  python-backend-engineer:            # a task id, or a subagent_type; the more exact wins
    - write: {app/api/ping.py: "..."} # round 1: path -> text, relative to the workspace
      append: {README.md: "..."}
      delete: [app/old.py]
      patch: |                        # a unified diff
        --- a/app/main.py
        ...
      fill: {big.bin: 104857600}      # path -> size in bytes
      run: [[python, -m, pytest, -q]] # commands, in the sandbox
      sleep: 2.5                      # seconds
      say: "free text as the agent's last message"
      status: done                    # done | done_with_concerns | needs_context | blocked
      summary: {decisions: [...], assumptions: [...], details: [...], blockers: [...], handoff: [...]}
      review: {decision: approve, findings: [], criteria: {}}     # approve | object | escalate
      escalate: {kind: clarification, requirement: ..., ambiguity: ..., options: [...], recommendation: ...}
      usage: {input_tokens: 1200, output_tokens: 300, usd: 0.02}
      exit: 0                         # exit status; hang: true never ends; daemon: true leaves a process behind
    - write: {app/a.py: "a"}          # round 2
default: {status: done}               # for tasks and rounds that are not named
"""


def test_the_documented_script_is_read() -> None:
    script = parse(DOCUMENTED, ())
    first, second = script.tasks["python-backend-engineer"]
    assert first.fill == {"big.bin": 104857600}
    assert first.run == (("python", "-m", "pytest", "-q"),)
    assert second.write == {"app/a.py": "a"}
    assert script.default == Step(status="done")


def test_the_keys_are_the_formats_in_its_order() -> None:
    assert tuple(Step.model_fields) == (
        "write", "append", "delete", "patch", "fill", "run", "sleep", "say", "status", "summary",
        "review", "escalate", "usage", "exit", "hang", "daemon",
    )  # fmt: skip


@pytest.mark.parametrize("text", ["", "# nothing", "{}", "tasks: {}"])
def test_an_empty_script_does_nothing_in_every_round(text: str) -> None:
    assert parse(text, ()) == Script()


def test_every_mistake_is_reported_with_its_line() -> None:
    text = """\
tasks:
  implementation:
    - write: {../x: a, /etc/passwd: b}
      wrote: {a: b}
      run: [pytest]
    - status: fine
      sleep: -1
      exit: "0"
      exit: 1
  nobody:
    - {}
  our-agent: {say: x}
  code-reviewer:
    - review: {decision: perhaps, verdict: no}
      escalate: {kind: rounds}
      fill: {a: lots}
defaults: {}
"""
    with pytest.raises(ConfigError) as caught:
        parse(text, KNOWN, "SCRIPT.yaml")
    lines = caught.value.message.split("\n")
    assert lines[0] == "SCRIPT.yaml cannot be read:"
    found = {(line.split(":")[0].strip(), line.split(": ", 1)[1]) for line in lines[1:]}
    for place, words in [
        ("line 3", "write./etc/passwd: '/etc/passwd' leads out of the workspace"),
        ("line 4", "'wrote' is no key here"),
        ("line 5", "run: "),
        ("line 6", "status: Input should be 'done'"),
        ("line 7", "sleep"),
        ("line 8", "'exit' is given twice"),
        ("line 10", "there is no task or agent 'nobody'"),
        ("line 12", "our-agent"),
        ("line 14", "decision: Input should be 'approve'"),
        ("line 14", "'verdict' is no key here"),
        ("line 15", "kind: Input should be 'security'"),
        ("line 16", "fill.a: "),
        ("line 17", "'defaults' is no key here"),
    ]:
        assert any(p == place and words in w for p, w in found), (place, words, lines)


@pytest.mark.parametrize(
    "text",
    ["[", "a: b: c", "- a", "just words", "a: *x", "\0", "? [a]\n: b", "[" * 1000, "2024-99-99"],
)
def test_what_is_no_script_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        parse(text, KNOWN)


def test_a_file_of_another_kind_is_told_in_plain_words() -> None:
    with pytest.raises(ConfigError, match="line 1: the script must be a mapping"):
        parse("Task(id=1)", ())


def test_shared_and_circular_parts_do_no_harm() -> None:
    laughs = "a0: &a0 [x, x]\n" + "".join(
        f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}, *a{n - 1}, *a{n - 1}]\n" for n in range(1, 40)
    )
    for text in (laughs + "tasks: {implementation: *a39}", "tasks: &t {implementation: [*t]}"):
        with pytest.raises(ConfigError):
            parse(text, KNOWN)


STEPS = st.dictionaries(
    st.sampled_from([*Step.model_fields, "other"]),
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.lists(st.text(max_size=3), max_size=2),
              st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2)),
    max_size=4,
)  # fmt: skip


@given(
    st.one_of(
        st.text(),
        st.text(alphabet="tasks:{}[]- \n&*!|defult", max_size=60),
        STEPS.map(lambda s: f"default: {s!r}"),
    )
)
def test_any_text_is_a_script_or_a_config_error(text: str) -> None:
    with suppress(ConfigError):
        assert isinstance(parse(text, KNOWN), Script)
