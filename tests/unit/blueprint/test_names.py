"""Plurals, and names that Python, pydantic or SQL keep."""

from __future__ import annotations

import keyword

import pytest
from hypothesis import given, settings
from pydantic import BaseModel

from feature_strategies import AWKWARD, names
from pullcord.blueprint.names import (
    article,
    attribute,
    class_name,
    column,
    enum_name,
    module,
    plural,
    singular,
)


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ("workout", "workouts"), ("body_metric", "body_metrics"), ("category", "categories"),
        ("day", "days"), ("box", "boxes"), ("class", "classes"), ("person", "people"),
        ("match", "matches"), ("analysis", "analyses"), ("series", "series"), ("quiz", "quizzes"),
        ("child", "children"), ("bus", "buses"), ("sales_person", "sales_people"),
        ("equipment", "equipment"), ("import", "imports"), ("wolf", "wolves"),
    ],
)  # fmt: skip
def test_plurals_follow_english(one: str, many: str) -> None:
    assert plural(one) == many


@pytest.mark.parametrize(
    ("many", "one"),
    [
        ("workouts", "workout"), ("people", "person"), ("categories", "category"),
        ("boxes", "box"), ("classes", "class"), ("series", "series"), ("news", "news"),
        ("plan", "plan"), ("houses", "house"), ("analyses", "analysis"),
    ],
)  # fmt: skip
def test_a_singular_is_guessed(many: str, one: str) -> None:
    assert singular(many) == one


@pytest.mark.parametrize(
    ("name", "python"),
    [
        ("title", "title"), ("class", "class_"), ("from", "from_"), ("json", "json_"),
        ("copy", "copy_"), ("schema", "schema_"), ("model_config", "own_model_config"),
        ("model_dump_x", "own_model_dump_x"), ("type", "type"), ("date", "date"),
        ("list", "list"), ("order", "order_"), ("offset", "offset_"), ("id", "id"),
    ],
)  # fmt: skip
def test_only_kept_names_change(name: str, python: str) -> None:
    assert attribute(name) == python


@settings(deadline=None)
@given(names())
def test_every_name_can_be_an_attribute_of_a_model(name: str) -> None:
    python = attribute(name)

    assert python.isidentifier()
    assert not keyword.iskeyword(python)
    assert not hasattr(BaseModel, python)


def test_awkward_names_stay_apart() -> None:
    assert len({attribute(name) for name in AWKWARD}) == len(AWKWARD)


@pytest.mark.parametrize(
    ("resource", "name"),
    [("workout", "Workout"), ("page", "PageEntry"), ("text", "TextEntry"), ("class", "Class")],
)
def test_a_class_hides_nothing_that_its_module_imports(resource: str, name: str) -> None:
    assert class_name(resource) == name


def test_a_class_is_told_apart_from_other_schemas() -> None:
    assert class_name("plan_create", frozenset({"PlanCreate"})) == "PlanCreateEntry"


def test_an_enum_is_told_apart_from_the_other_classes_of_its_resource() -> None:
    assert enum_name("Workout", "effort") == "WorkoutEffort"
    assert enum_name("Workout", "page") == "WorkoutPageChoice"
    assert enum_name("A" * 30, "b" * 20) == "B" + "b" * 19 + "Choice"


@pytest.mark.parametrize(
    ("name", "file"),
    [("workout", "workout"), ("class", "class_"), ("table", "table_entry"), ("all", "all_")],
)
def test_a_module_can_be_imported_and_hides_nothing(name: str, file: str) -> None:
    assert module(name) == file


def test_only_what_postgresql_reserves_is_quoted() -> None:
    assert column("order") == '"order"'
    assert column("title") == "title"


@pytest.mark.parametrize(
    ("noun", "words"),
    [("workout", "a workout"), ("entry", "an entry"), ("user", "a user"), ("unit", "a unit")],
)
def test_the_article_fits(noun: str, words: str) -> None:
    assert article(noun) == words
