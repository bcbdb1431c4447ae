"""The contract of a feature: complete and valid for every feature."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from openapi_spec_validator import OpenAPIV31SpecValidator

from blueprint_service import EXAMPLE, write_service
from feature_strategies import features
from pullcord.blueprint import block
from pullcord.blueprint.contract import contract, path_of
from pullcord.blueprint.feature import Feature
from pullcord.blueprint.house import House, look


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    return look(write_service(tmp_path_factory.mktemp("service")))


def operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        operation["operationId"]: operation
        for methods in document["paths"].values()
        for operation in methods.values()
    }


def test_the_example_has_five_operations_with_their_errors(house: House) -> None:
    document = contract(block.parse(EXAMPLE), house)

    assert {name: sorted(each["responses"]) for name, each in operations(document).items()} == {
        "create_workout": ["201", "401", "409", "422", "default"],
        "list_workouts": ["200", "401", "422", "default"],
        "get_workout": ["200", "401", "404", "default"],
        "update_workout": ["200", "401", "404", "409", "422", "default"],
        "delete_workout": ["204", "401", "404", "409", "default"],
    }
    assert path_of("body_metrics") == "docs/contracts/body-metrics.openapi.json"


def test_a_path_is_the_plural_in_kebab_case(house: House) -> None:
    feature = block.parse("resource: body_metric\nfields: {day: {type: date}}")

    assert list(contract(feature, house)["paths"]) == [
        "/body-metrics",
        "/body-metrics/{body_metric_id}",
    ]


def test_only_what_was_asked_for_is_there(house: House) -> None:
    feature = block.parse("resource: tag\nfields: {name: {type: string}}\noperations: [delete]")

    document = contract(feature, house)

    assert list(operations(document)) == ["delete_tag"]
    assert not {"Tag", "TagCreate", "TagPage"} & document["components"]["schemas"].keys()


def test_the_settled_block_stands_in_the_contract(house: House) -> None:
    feature = block.parse(EXAMPLE)

    assert contract(feature, house)["x-feature"] == block.dump(feature)


@settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(feature=features())
def test_every_contract_is_valid_and_secured(house: House, feature: Feature) -> None:
    document = contract(feature, house)

    assert not list(OpenAPIV31SpecValidator(document).iter_errors())
    assert all(operation["security"] for operation in operations(document).values())
    assert len(operations(document)) == len(feature.operations)


@settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(feature=features())
def test_a_contract_is_the_same_every_time(house: House, feature: Feature) -> None:
    assert contract(feature, house) == contract(feature, house)
