"""The documentation says what is so: help texts, keys, gates, links and examples."""

from __future__ import annotations

import re
from pathlib import Path

import make
import pytest

from pullcord import agents
from pullcord.config import schema
from pullcord.gates import GATES
from pullcord.requests import markdown, plan
from pullcord.runtimes.script import parse as parse_script

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def blocks(page: str, language: str) -> list[str]:
    text = (ROOT / page).read_text()
    return re.findall(rf"^```+{language}\n(.*?)^```+$", text, re.DOTALL | re.MULTILINE)


def test_the_commands_page_is_what_the_commands_say() -> None:
    assert make.COMMANDS.read_text() == make.commands(), "run: .venv/bin/python docs/make.py"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)", page.read_text())
    inside = [link for link in links if not link.startswith(("http:", "https:"))]

    assert [link for link in inside if not (page.parent / link).exists()] == []


def test_every_key_of_the_configuration_has_its_line() -> None:
    text = (ROOT / "docs/configuration.md").read_text()
    keys = [
        *schema.Settings.model_fields,
        *(f"[gates.NAME] {k}" for k in ("run", "timeout", "off")),
    ]
    wanted = {"env": "[env]", "gates": "[gates.NAME] run"}
    wanted |= {"limits": "[limits] idle_s", "budget": "[budget] usd"}

    assert [k for k in keys if f"| `{wanted.get(k, k)}`" not in text] == []
    assert set(schema.LimitSettings.model_fields) == {"attempt_s", "idle_s"}
    assert set(schema.GateSettings.model_fields) == {"run", "timeout", "off", "coverage"}


def test_every_gate_has_its_line() -> None:
    listed = re.findall(r"^\| ([a-z]+) \| ", (ROOT / "docs/reference/gates.md").read_text(), re.M)

    assert [name for name in listed if name != "gate"] == list(GATES)


def test_the_examples_of_configuration_are_valid() -> None:
    found = blocks("docs/configuration.md", "toml") + blocks("docs/how-to/budgets.md", "toml")

    assert found
    for text in found:
        schema.parse(text)


def test_the_examples_of_requests_are_valid() -> None:
    criteria = "## Acceptance criteria\n- It works.\n\n"
    [whole] = blocks("docs/start.md", "markdown")
    [feature] = blocks("docs/how-to/write-a-request.md", "feature")

    assert len(markdown.parse(whole).criteria) == 2
    assert "feature" in whole
    assert markdown.parse(f"{criteria}```feature\n{feature}```\n").feature


def test_the_examples_of_plans_and_scripts_are_valid() -> None:
    [tasks] = blocks("docs/how-to/write-a-request.md", "python")
    [script] = blocks("docs/how-to/agents.md", "yaml")

    assert plan.parse(tasks, "sequential", agents.load()).tasks
    parse_script(script, {"python-backend-engineer", "code-reviewer"})
