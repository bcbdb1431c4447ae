"""Documents that differed from the code before the run."""

import json
from typing import Any

import pytest

from pullcord.gates.memory import Memory
from pullcord.gates.openapi import OpenAPI
from pullcord.model.agent import Agent

DESIGNER = Agent(name="api-designer", description="", write=("docs/**",))
DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "T", "version": "1"},
    "paths": {"/a": {"get": {"operationId": "a", "responses": {"200": {"description": "ok"}}}}},
}
MORE = DOCUMENT | {"info": {"title": "Edited by hand", "version": "1"}}
CODE = f'''"""The service."""


class App:
    """Serves."""

    def openapi(self) -> dict[str, object]:
        """Return the contract."""
        return {DOCUMENT!r}


app = App()
'''


def text(document: Any) -> str:
    return json.dumps(document, indent=2, sort_keys=True) + "\n"


FILES = {
    "pullcord.toml": 'app = "app.main:app"\n',
    "app/__init__.py": "",
    "app/main.py": CODE,
    "contract/openapi.json": text(MORE),
    "openapi.json": text(MORE),
}


async def rules(case: Any) -> set[str]:
    return {finding.rule for finding in (await OpenAPI().judge(case)).findings}


async def test_an_old_difference_is_left_to_who_can_mend_it(make_case: Any) -> None:
    case = make_case(FILES, {**FILES, "docs/x.md": "x"}, agent=DESIGNER)
    verdict = await OpenAPI().judge(case)

    assert verdict.outcome == "pass"
    assert "the base's documents differ from its code in 1 places" in verdict.detail


@pytest.mark.parametrize("who", ["engineer", "nobody"])
async def test_who_can_mend_it_must_and_the_last_gates_let_nothing_through(
    make_case: Any, who: str
) -> None:
    more = {"agent": None} if who == "nobody" else {}

    assert await rules(make_case(FILES, {**FILES, "docs/x.md": "x"}, **more)) == {"drift"}


async def test_a_difference_that_this_agent_made_is_its_own(make_case: Any) -> None:
    after = {**FILES, "openapi.json": text(MORE | {"servers": []})}

    assert await rules(make_case(FILES, after, agent=DESIGNER)) == {"drift"}


async def test_a_verdict_for_who_may_leave_it_is_none_for_who_must_mend_it(make_case: Any) -> None:
    case = make_case(FILES, FILES, agent=DESIGNER)
    memory = Memory(case.scratch, ("t", "t", "t"))
    memory.keep(OpenAPI(), case, await OpenAPI().judge(case))

    assert memory.recall(OpenAPI(), case) is not None
    strict = type(case)(**{**case.__dict__, "agent": None})
    assert memory.recall(OpenAPI(), strict) is None


async def test_a_schema_that_differs_from_export_to_export_is_red(make_case: Any) -> None:
    salted = CODE.replace("return {", 'return {"x-salt": hash("salt")} | {')
    assert salted != CODE

    assert "deterministic" in await rules(make_case(FILES, {"app/main.py": salted}))
