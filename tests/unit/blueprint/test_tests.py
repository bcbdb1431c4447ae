"""Test files come from the contract: they parse, name each test once and try both sides."""

from __future__ import annotations

import ast
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings

from blueprint_service import EXAMPLE, write_service
from feature_strategies import features
from pullcord.blueprint import block, contract, locked, tests
from pullcord.blueprint.feature import Feature
from pullcord.blueprint.house import House, look
from pullcord.blueprint.targets import Unstorable


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_service(tmp_path_factory.mktemp("tests") / "service")


@pytest.fixture(scope="module")
def house(root: Path) -> House:
    return look(root)


def locked_from(feature: Feature, house: House) -> locked.Locked:
    return locked.read(json.loads(json.dumps(contract.contract(feature, house))))


@settings(max_examples=40, deadline=None)
@given(feature=features())
def test_a_contract_is_read_back_as_the_feature_it_was_made_from(
    feature: Feature, house: House
) -> None:
    read = locked_from(feature, house).feature
    lists = "list" in feature.operations
    assert replace(read, fields=(), list=feature.list) == replace(feature, fields=())
    assert [field.name for field in read.fields] == [field.name for field in feature.fields]
    if lists:
        assert set(read.list.filters) == set(feature.list.filters)
        assert set(read.list.sort) == set(feature.list.sort)
        assert read.list.max_page_size == feature.list.max_page_size
    for one, other in zip(read.fields, feature.fields, strict=True):
        assert one.required == other.required
        assert (one.min, one.max, one.values, one.to) == (
            other.min,
            other.max,
            other.values,
            other.to,
        )


@settings(max_examples=40, deadline=None)
@given(feature=features())
def test_every_feature_has_tests_that_parse_and_have_names_of_their_own(
    feature: Feature, house: House, root: Path
) -> None:
    files = tests.write(locked_from(feature, house), house, root)
    for path, text in files.items():
        tree = ast.parse(text)
        names = Counter(node.name for node in tree.body if isinstance(node, ast.FunctionDef))
        assert all(count == 1 for count in names.values()), (path, names)
    http = files[f"tests/test_{feature.plural}.py"]
    for operation, call in (("create", "client.post(PATH"), ("list", "client.get(PATH")):
        assert (call in http) == (operation in feature.operations)


def test_the_example_tries_both_sides_of_each_bound(house: House, root: Path) -> None:
    files = tests.write(locked_from(block.parse(EXAMPLE), house), house, root)
    http, suite = (
        files["tests/test_workouts.py"],
        files["tests/repositories/test_workout_contract.py"],
    )
    for case in (
        '("title", "x" * 120)', '("title", "x" * 121)', '("title", "")', '("duration_minutes", 1440)',
        '("duration_minutes", 1441)', '("duration_minutes", 0)', '("per_page", 101)', '("page", 0)',
        '("plan_id", "4")', '("user_id", "grace")', '("PATCH", A, 405)',
        '({"performed_on_from": "2026-03-02"}, "cb")', '("-title", "bac")',
    ):  # fmt: skip
        assert case in http
    assert "test_row_level_security_holds_without_the_service" in suite
    assert "storage: Database | Memory" in suite


def test_the_contract_counts_where_the_feature_says_otherwise(house: House, root: Path) -> None:
    document = contract.contract(block.parse(EXAMPLE), house)
    document["components"]["schemas"]["WorkoutCreate"]["properties"]["title"]["maxLength"] = 99
    files = tests.write(locked.read(document), house, root)
    assert '("title", "x" * 100)' in files["tests/test_workouts.py"]


def test_a_row_that_needs_itself_cannot_be_stored(house: House, root: Path) -> None:
    text = "resource: note\nfields: {plan_id: {type: reference, to: plan}}"
    needing = locked_from(block.parse(text), house)
    field = replace(needing.feature.fields[0], to="absent")
    broken = replace(needing, feature=replace(needing.feature, fields=(field,)))
    with pytest.raises(Unstorable, match="no resource absent"):
        tests.write(broken, house, root)


def test_a_document_that_is_no_contract_is_refused() -> None:
    with pytest.raises(locked.ContractUnreadable, match="x-feature"):
        locked.read({"openapi": "3.1.0"})
    with pytest.raises(locked.ContractUnreadable, match="feature block"):
        locked.read({"x-feature": {"resource": "a"}})
