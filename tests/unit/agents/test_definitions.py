"""Agent definitions, shipped and foreign."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pullcord import agents
from pullcord.agents.lint import lint_text
from pullcord.errors import ConfigError
from pullcord.model.roles import ALIASES, DEFAULT, OPTIONAL

FOREIGN = """\
---
name: graphql-engineer
description: Use this agent when: you touch the schema. Examples:\\n\\n<example>\\nContext: A field.\\nuser: "Add it"\\n</example>
tools: Read, Bash(git diff:*, git log:*), Write
model: sonnet
---

You write resolvers.
"""
DIALOGUE = """\
---
name: helper
description: Use it so:
user: "Do it"
assistant: [thinks] "Done: all of it"
color: green
---
Body
"""


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / ".claude" / "agents"
    path.mkdir(parents=True, exist_ok=True)
    (path / name).write_text(text, "utf-8")
    return path


def test_the_five_roles_are_there_by_default() -> None:
    found = agents.load()
    assert tuple(found) == DEFAULT
    assert {a.origin for a in found.values()} == {"pullcord"}
    assert set(agents.shipped()) == {*DEFAULT, *OPTIONAL}
    assert set(ALIASES.values()) <= {*DEFAULT, *OPTIONAL}


@pytest.mark.parametrize("name", [*DEFAULT, *OPTIONAL])
def test_every_shipped_definition_is_clean_and_complete(name: str) -> None:
    text = agents.shipped()[name]
    assert lint_text(text, f"{name}.md", name) == []
    agent = agents.parse(text, "pullcord", name)
    assert agent is not None
    assert agent.name == name
    assert "<example>" in agent.description
    assert agent.tools
    assert agent.model in ("opus", "sonnet")
    for part in ("NOT responsible for", "## Documentation protocol", "## Escalation"):
        assert part in agent.instructions


@pytest.mark.parametrize(
    "name",
    ["sprint-manager", "api-designer", "code-reviewer", "database-architect", "security-auditor"],
)
def test_planners_and_reviewers_write_documents_only(name: str) -> None:
    agent = agents.parse(agents.shipped()[name], "pullcord")
    assert agent is not None
    assert all(glob.startswith("docs/") for glob in agent.write)


@pytest.mark.parametrize("name", [*DEFAULT, *OPTIONAL])
def test_a_role_without_a_write_key_has_the_shipped_scope(name: str) -> None:
    text = agents.shipped()[name]
    bare = "\n".join(line for line in text.split("\n") if not line.startswith("write:"))
    with_key, without = agents.parse(text, "x"), agents.parse(bare, "x")
    assert with_key is not None
    assert without is not None
    assert with_key.write == without.write


def test_a_repositorys_own_agents_win_and_join(tmp_path: Path) -> None:
    folder = write(tmp_path, "mine.md", FOREIGN)
    write(tmp_path, "review.md", "---\nname: code-reviewer\ndescription: Ours\n---\nLook.")
    write(tmp_path, "README.md", "No front matter.")
    found = agents.load(folder)
    assert found["code-reviewer"].description == "Ours"
    assert found["code-reviewer"].write == ("docs/temp/**",)
    assert found["graphql-engineer"].origin.endswith("mine.md")
    assert len(found) == 6


def test_an_absent_folder_changes_nothing(tmp_path: Path) -> None:
    assert agents.load(tmp_path / "none") == agents.load()
    assert agents.lint(tmp_path / "a" / "none") == []


def test_descriptions_that_are_no_yaml_are_read_as_people_mean_them() -> None:
    agent = agents.parse(FOREIGN, "x")
    assert agent is not None
    assert agent.description.startswith(
        "Use this agent when: you touch the schema. Examples:\n\n<ex"
    )
    assert agent.tools == ("Read", "Bash(git diff:*, git log:*)", "Write")
    assert agent.write == ("docs/**", "docs/temp/**")
    other = agents.parse(DIALOGUE, "x")
    assert other is not None
    assert 'assistant: [thinks] "Done: all of it"' in other.description
    assert (other.color, other.instructions) == ("green", "Body")


@pytest.mark.parametrize(
    "said",
    ["write: lib/**, docs/**", "write: [lib/**, docs/**]", "write:\n  - lib/**\n  - docs/**"],
)
def test_a_write_scope_is_a_list_in_any_spelling(said: str) -> None:
    agent = agents.parse(f"---\nname: x\n{said}\n---\nBody", "x")
    assert agent is not None
    assert agent.write == ("lib/**", "docs/**", "docs/temp/**")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("---\nname: x\n", "never ends"),
        ("---\nname: [a, b]\n---\n", "line 2: name must be a text"),
        ("---\nname: x\ntools: {a: b}\n---\n", "line 3: tools must be a list"),
        ("---\nname: x\nwrite:\n  - [a]\n---\n", "line 3: write must be a list"),
        ("\ud800", "surrogates"),
    ],
)
def test_a_definition_that_cannot_be_read_is_named(tmp_path: Path, text: str, why: str) -> None:
    folder = write(tmp_path, "a.md", "x")
    (folder / "a.md").write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(ConfigError, match=r"a\.md cannot be read") as caught:
        agents.load(folder)
    assert why in caught.value.message or "utf-8" in caught.value.message
    assert [f.rule for f in agents.lint(folder)] == ["unreadable"]


def test_one_name_in_two_files_is_refused(tmp_path: Path) -> None:
    folder = write(tmp_path, "a.md", FOREIGN)
    write(tmp_path, "b.md", FOREIGN)
    with pytest.raises(ConfigError, match="defined twice"):
        agents.load(folder)
    assert "twice" in [f.rule for f in agents.lint(folder)]


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    folder = write(tmp_path, "a.md", FOREIGN)
    (folder / "b.md").symlink_to("/etc/passwd")
    assert len(agents.load(folder)) == 6


def test_lint_says_what_to_mend_with_its_line(tmp_path: Path) -> None:
    text = "---\nname: Bad Name\ncolour: red\nmodel: gpt\ndescription: short\n---\n"
    folder = write(tmp_path, "bad.md", text)
    write(
        tmp_path,
        "code.md",
        "---\nname: code-reviewer\ndescription: Reviews all of the code\nwrite: app/**\n---\nB",
    )
    write(tmp_path, "none.md", "plain")
    found = {(f.path.rsplit("/", 1)[1], f.line, f.rule) for f in agents.lint(folder)}
    assert found == {
        ("bad.md", 2, "name"),
        ("bad.md", 2, "write"),
        ("bad.md", 2, "instructions"),
        ("bad.md", 1, "unknown-key"),
        ("bad.md", 4, "model"),
        ("bad.md", 5, "description"),
        ("code.md", 4, "write"),
        ("none.md", 1, "front-matter"),
    }
    assert all(f.path.startswith(".claude/agents/") for f in agents.lint(folder))


@given(st.one_of(st.text(), st.text(alphabet="name: descriptowl\n-[]{}&*!|>'\"#", max_size=120)))
def test_any_front_matter_is_an_agent_or_a_value_error(text: str) -> None:
    for whole in (text, f"---\n{text}\n---\nbody", f"---\nname: x\n{text}\n---\n"):
        with suppress(ValueError):
            agent = agents.parse(whole, "x", "stem")
            assert agent is None or (agent.name and "docs/temp/**" in agent.write)
        assert isinstance(lint_text(whole), list)
