"""Order, closing, remembering."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from pullcord.errors import NotFound
from pullcord.gates import GATES, Memory, judge, policy, policy_key
from pullcord.gates.judging import Judgement
from pullcord.gates.registry import STAGES, stages
from pullcord.gates.stage import staged
from pullcord.gates.types_cache import lease
from pullcord.model.agent import Agent
from pullcord.model.quality import Expectation, Verdict
from pullcord.model.work import Environment


@dataclass
class Told:
    """A gate that says what it is told, and counts."""

    name: str
    outcome: str = "pass"
    asked: int = 0

    def applies(self, case: Any) -> Any:
        return ""

    async def judge(self, case: Any) -> Any:
        self.asked += 1
        return Verdict(gate=self.name, outcome=self.outcome, detail="told")


def told(**outcomes: Any) -> Any:
    """Gates that only say what they are told, in the place of the real ones."""
    return {name: Told(name, outcomes.get(name, "pass")) for name in GATES}


def test_every_gate_has_its_place_in_the_order() -> None:
    assert {name for stage in STAGES for name in stage} <= GATES.keys()
    assert sorted(name for stage in stages(dict(GATES)) for name in stage) == sorted(GATES)


async def test_a_red_scope_keeps_everything_else_from_the_tree(make_case: Any) -> None:
    gates = told(scope="fail")
    judged = await judge(make_case({}, {}), gates=gates)

    assert [v.outcome for v in judged.verdicts] == ["fail", *["not-run"] * (len(GATES) - 1)]
    assert sum(g.asked for g in gates.values()) == 1
    assert not judged.open


async def test_a_red_forbidden_gate_does_not_hide_the_others(make_case: Any) -> None:
    judged = await judge(make_case({}, {}), gates=told(forbidden="fail"))

    assert [v.outcome for v in judged.verdicts].count("pass") == len(GATES) - 1


async def test_the_named_gates_only(make_case: Any) -> None:
    judged = await judge(make_case({}, {}), ["lint", "scope"], gates=told())

    assert [v.gate for v in judged.verdicts] == ["scope", "lint"]


async def test_an_unknown_gate_is_not_found(make_case: Any) -> None:
    with pytest.raises(NotFound, match="no gate is named speling"):
        await judge(make_case({}, {}), ["speling"])


async def test_a_verdict_under_a_strange_name_is_an_error(make_case: Any) -> None:
    judged = await judge(make_case({}, {}), gates=told() | {"lint": Told("types")})

    assert {v.gate: v.outcome for v in judged.verdicts}["lint"] == "error"


def test_nothing_judged_opens_nothing() -> None:
    assert not Judgement(()).open


@pytest.mark.parametrize(
    ("outcome", "opens"),
    [("pass", True), ("waived", True), ("fail", False), ("error", False), ("not-run", False)],
)
def test_only_pass_and_waived_open(outcome: Any, opens: Any) -> None:
    assert Judgement((Verdict(gate="lint", outcome=outcome),)).open is opens


TREES = ("a" * 40, "b" * 40, "c" * 40)


async def test_the_same_inputs_are_judged_once(make_case: Any, tmp_path: Path) -> None:
    gates, case = told(lint="fail"), make_case({}, {})
    memory = Memory(tmp_path / "memory", TREES)
    first = await judge(case, memory=memory, gates=gates)
    again = await judge(case, memory=memory, gates=gates)

    assert gates["lint"].asked == gates["tests"].asked == 1
    assert gates["scope"].asked == 2  # quicker than looking it up
    known = {v.gate: v for v in again.verdicts}
    assert known["lint"].cached
    assert known["lint"].model_copy(update={"cached": False}) == next(
        v for v in first.verdicts if v.gate == "lint"
    )


async def test_an_error_is_never_remembered(make_case: Any, tmp_path: Path) -> None:
    gates, case = told(types="error"), make_case({}, {})
    memory = Memory(tmp_path / "memory", TREES)
    await judge(case, memory=memory, gates=gates)
    await judge(case, memory=memory, gates=gates)

    assert gates["types"].asked == 2


async def test_any_other_input_is_judged_afresh(make_case: Any, tmp_path: Path) -> None:
    gates, case = told(), make_case({"uv.lock": "1"}, {"uv.lock": "1"})
    memory = Memory(tmp_path / "memory", TREES)
    await judge(case, memory=memory, gates=gates)
    others = [
        (case, replace(memory, trees=("d" * 40, *TREES[1:]))),
        (case, replace(memory, trees=(*TREES[:2], "d" * 40))),
        (replace(case, expectation=Expectation(red=("tests/test_a.py::test_b",))), memory),
        (replace(case, environment=Environment(path=case.environment.path, key="other")), memory),
        (replace(case, project=case.project.model_copy(update={"coverage": 99.0})), memory),
    ]
    for other, remembered in others:
        asked = gates["tests"].asked
        await judge(other, memory=remembered, gates=gates)
        assert gates["tests"].asked == asked + 1
    (case.tree / "uv.lock").write_text("2")
    await judge(case, memory=memory, gates=gates)
    assert gates["tests"].asked == len(others) + 2


async def test_a_damaged_memory_is_no_memory(make_case: Any, tmp_path: Path) -> None:
    gates, case = told(), make_case({}, {})
    memory = Memory(tmp_path / "memory", TREES)
    await judge(case, memory=memory, gates=gates)
    for path in (tmp_path / "memory").rglob("*.json"):
        path.write_text('{"gate": "lint", "outcome": "pa')
    await judge(case, memory=memory, gates=gates)

    assert gates["lint"].asked == 2


def test_the_policy_is_that_of_the_base(make_case: Any) -> None:
    before = {"pyproject.toml": "[tool.mypy]\nstrict = true\n"}
    case = make_case(before, {"pyproject.toml": ""})
    known = policy(case)
    (case.tree / "pytest.ini").write_text("[pytest]\n")
    assert policy(case) == known
    (case.trusted / "pytest.ini").write_text("[pytest]\n")
    assert policy(case) != known


def test_the_policy_knows_the_agents_scope(make_case: Any) -> None:
    case = make_case({}, {})
    other = Agent(name=case.agent.name, description="", write=("**",))

    assert policy(case) != policy_key(case.project, case.trusted, other)


def test_tools_see_the_bases_configuration(make_case: Any) -> None:
    before = {
        "pyproject.toml": '[project]\ndependencies = ["a"]\n[tool.mypy]\nstrict = true\n',
        "mypy.ini": "[mypy]\nstrict = True\n",
    }
    after = {
        "pyproject.toml": '[project]\ndependencies = ["a", "b"]\n[tool.mypy]\nstrict = false\n',
        "app/ruff.toml": "ignore = ['ALL']\n",
        "pytest.ini": "[pytest]\naddopts = -k nothing\n",
        "app/main.py": "x = 1\n",
    }
    case = make_case(before, after)
    seen = staged(case)

    assert seen != case.tree
    assert '"b"' in (seen / "pyproject.toml").read_text()
    assert "strict = true" in (seen / "pyproject.toml").read_text()
    assert (seen / "mypy.ini").read_text() == before["mypy.ini"]
    assert not (seen / "pytest.ini").exists()
    assert not (seen / "app/ruff.toml").exists()
    assert (seen / "app/main.py").read_text() == "x = 1\n"
    assert staged(case) == seen


def test_an_unchanged_configuration_costs_no_copy(make_case: Any) -> None:
    case = make_case({"pyproject.toml": ""}, {"pyproject.toml": "", "app/main.py": "x = 1\n"})

    assert staged(case) == case.tree


def test_the_type_checkers_cache_is_given_back_and_never_ambiguous(make_case: Any) -> None:
    import os

    case = make_case({}, {"app/main.py": "x = 1\n"})
    os.utime(case.tree / "app/main.py", (100, 100))
    with lease(case) as cache:
        (cache / "known").write_text("1")
        with lease(case) as second:
            assert not (second / "known").exists()  # one user at a time
    with lease(case) as cache:
        assert (cache / "known").exists()
    (case.tree / "app/main.py").write_text("x = 2\n")  # same size, same second, other content
    os.utime(case.tree / "app/main.py", (100, 100))
    with lease(case) as cache:
        assert not (cache / "known").exists()
