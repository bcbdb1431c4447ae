"""The locked contract, and the contract that clients know."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pullcord.gates.contract import Contract
from pullcord.model.agent import Agent

LOCKED = "docs/contracts/log-workouts.openapi.json"
APP = {"pullcord.toml": 'app = "app.main:app"\n'}
DESIGNER = Agent(name="api-designer", description="", write=("docs/**",))


def document(*paths: Any, version: Any = "1.0.0", **operation: Any) -> Any:
    responses = {"200": {"description": "ok", "content": {"application/json": {"schema": {
        "type": "object", "properties": {"id": {"type": "string"}}}}}}}  # fmt: skip
    item = {"get": {"operationId": "x", "responses": responses, **operation}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "T", "version": version},
        "paths": {path: item for path in paths},
    }


def fragment(*paths: Any, **operation: Any) -> Any:
    return json.dumps({"paths": document(*paths, **operation)["paths"]})


async def judged(make_case: Any, before: Any, after: Any, locked: Any = "", **more: Any) -> Any:
    files = {**APP, "openapi.json": json.dumps(before)}
    later = {**APP, "openapi.json": json.dumps(after)}
    if locked:
        later[LOCKED] = locked
    verdict = await Contract().judge(make_case(files, later, **more))
    return [f.rule for f in verdict.findings], verdict.detail


async def test_no_openapi_means_that_the_gate_does_not_apply(make_case: Any) -> None:
    assert Contract().applies(make_case({}, {})) == "the base has no committed OpenAPI document"


async def test_a_removed_operation_is_breaking(make_case: Any) -> None:
    rules, _ = await judged(make_case, document("/a", "/b"), document("/a"))

    assert rules == ["breaking"]


@pytest.mark.parametrize(
    ("old", "new", "allowed"),
    [
        ("1.2.0", "2.0.0", True),
        ("1.2.0", "1.3.0", False),
        ("0.2.0", "0.3.0", True),
        ("0.2.0", "0.2.9", False),
        ("0.9.0", "1.0.0", True),
        ("2.0.0", "1.0.0", False),
        ("1", "2", True),
        ("spring", "summer", False),
    ],
)
async def test_a_breaking_change_needs_a_version_step(
    make_case: Any, old: Any, new: Any, allowed: Any
) -> None:
    rules, _ = await judged(
        make_case, document("/a", "/b", version=old), document("/a", version=new)
    )

    assert rules == ([] if allowed else ["breaking"])


async def test_lost_authentication_is_never_bought_with_a_version_step(make_case: Any) -> None:
    secured = document("/a", security=[{"Bearer": []}])
    rules, _ = await judged(make_case, secured, document("/a", version="2.0.0"))

    assert rules == ["unsecured"]


async def test_the_published_contract_is_what_clients_know(make_case: Any) -> None:
    published = {"contract/openapi.json": json.dumps(document("/a", "/b"))}
    both = {**APP, "openapi.json": json.dumps(document("/a"))}
    verdict = await Contract().judge(make_case({**both, **published}, {**both, **published}))

    assert [f.rule for f in verdict.findings] == ["breaking"]


async def test_what_clients_know_and_nobody_serves_is_left_to_who_can_implement_it(
    make_case: Any, tmp_path: Any
) -> None:
    files = {
        **APP,
        "openapi.json": json.dumps(document("/a")),
        "contract/openapi.json": json.dumps(document("/a", "/b")),
    }
    later = {**files, "docs/x.md": "x"}
    left = await Contract().judge(make_case(files, later, agent=DESIGNER))
    (tmp_path / "scratch").rmdir()
    owed = await Contract().judge(make_case(files, later))

    assert left.outcome == "pass"
    assert [f.rule for f in owed.findings] == ["breaking"]


async def test_a_locked_contract_may_wait_for_its_implementation(make_case: Any) -> None:
    rules, detail = await judged(
        make_case, document("/a"), document("/a"), fragment("/b"), agent=DESIGNER
    )

    assert rules == []
    assert f"not implemented yet: {LOCKED}" in detail


LONGER = {"200": {"description": "ok", "content": {"application/json": {"schema": {
    "type": "object", "properties": {"id": {"type": "string"}, "note": {"type": "string"}}}}}}}  # fmt: skip
SHORTER = {"200": {"description": "ok", "content": {"application/json": {"schema": {
    "type": "object", "properties": {}}}}}}  # fmt: skip


async def test_more_of_what_is_there_may_wait_for_its_implementation_too(make_case: Any) -> None:
    locked = fragment("/a", responses=LONGER)
    rules, detail = await judged(make_case, document("/a"), document("/a"), locked, agent=DESIGNER)

    assert rules == []
    assert f"not implemented yet: {LOCKED}" in detail


async def test_less_of_what_is_there_may_not_be_locked(make_case: Any) -> None:
    locked = fragment("/a", responses=SHORTER)
    rules, _ = await judged(make_case, document("/a"), document("/a"), locked, agent=DESIGNER)

    assert rules == ["locked"]


async def test_who_implements_must_implement_all_that_was_added(make_case: Any) -> None:
    locked = fragment("/a", responses=LONGER)
    rules, _ = await judged(make_case, document("/a"), document("/a"), locked)

    assert rules == ["locked"]


async def test_who_implements_must_implement_all_of_it(make_case: Any) -> None:
    rules, _ = await judged(make_case, document("/a"), document("/a"), fragment("/b"))

    assert rules == ["locked"]


async def test_who_implements_one_contract_need_not_implement_that_of_a_task_beside_it(
    make_case: Any,
) -> None:
    beside = frozenset({LOCKED})
    case = (document("/a"), document("/a"), fragment("/b"))
    rules, detail = await judged(make_case, *case, elsewhere=beside)

    assert rules == []
    assert f"not implemented yet: {LOCKED}" in detail


async def test_an_implementation_as_described_passes(make_case: Any) -> None:
    after = document("/a", "/b")
    after["paths"]["/b"]["get"]["responses"]["401"] = {"description": "Who are you?"}
    rules, detail = await judged(make_case, document("/a"), after, fragment("/b"))

    assert rules == []
    assert "1 locked contracts compared" in detail


@pytest.mark.parametrize("agent", [DESIGNER, None])
async def test_a_difference_from_the_locked_contract_is_seen_whoever_works(
    make_case: Any, agent: Any
) -> None:
    locked = fragment("/b", security=[{"Bearer": []}])
    rules, _ = await judged(make_case, document("/a"), document("/a", "/b"), locked, agent=agent)

    assert rules == ["locked"]


async def test_an_addition_to_a_described_schema_is_a_difference(make_case: Any) -> None:
    after = document("/a", "/b")
    content = after["paths"]["/b"]["get"]["responses"]["200"]["content"]["application/json"]
    content["schema"] = {"type": "object", "properties": {"id": {"type": "string"}, "secret": {}}}
    rules, _ = await judged(make_case, document("/a"), after, fragment("/b"))

    assert rules == ["locked"]


@pytest.mark.parametrize(
    "locked",
    [
        "{",
        "[]",
        "{}",
        '{"paths": {"/b": {"get": {"responses": {"200": {"$ref": "#/nowhere"}}}}}}',
        '{"paths": {"/b": {"get": {"responses": []}}}}',
    ],
)
async def test_a_contract_that_cannot_be_read_is_red(make_case: Any, locked: Any) -> None:
    rules, _ = await judged(make_case, document("/a"), document("/a"), locked, agent=DESIGNER)

    assert rules == ["locked"]


async def test_an_old_locked_contract_is_nobodys_business(make_case: Any) -> None:
    files = {**APP, "openapi.json": json.dumps(document("/a")), LOCKED: fragment("/b")}
    verdict = await Contract().judge(make_case(files, {**files, "app/main.py": "x = 1\n"}))

    assert verdict.outcome == "pass"


async def test_what_this_run_built_may_be_designed_anew_by_who_leaves_it_alone(
    make_case: Any, tmp_path: Path
) -> None:
    base = {**APP, "openapi.json": json.dumps(document("/a"))}
    built = {**APP, "openapi.json": json.dumps(document("/a", "/b")), LOCKED: fragment("/b")}
    shorter = {**built, LOCKED: fragment("/b", responses=SHORTER)}
    trusted = tmp_path / "trusted"
    for name, text in base.items():
        (trusted / name).parent.mkdir(parents=True, exist_ok=True)
        (trusted / name).write_text(text)
    case = make_case(built, shorter, agent=DESIGNER, trusted=trusted)

    assert (await Contract().judge(case)).outcome == "pass"
    # Nobody after the designer may leave it like that.
    later = replace(case, before=case.tree)
    assert [f.rule for f in (await Contract().judge(later)).findings] == ["locked"]
