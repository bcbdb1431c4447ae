"""docs/schema itself, and every event against it."""

from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator, ValidationError

from cli_facts import EVERY, Entry, facts
from cli_schema import SCHEMAS, conforms
from pullcord.cli.commands import COMMANDS
from pullcord.cli.events import events


@pytest.mark.parametrize("name", SCHEMAS)
def test_each_schema_is_a_valid_one(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])
    assert SCHEMAS[name]["$id"] == f"{name}.json"


def test_every_command_has_a_schema() -> None:
    assert set(COMMANDS) == set(SCHEMAS) - {"common", "event", "error"}


@pytest.mark.parametrize("entry", EVERY, ids=[key for key, _ in EVERY])
def test_every_kind_of_event_is_as_described(entry: Entry) -> None:
    (fact,) = facts(entry)
    for event in events(fact):
        conforms("event", {"schema": 1, **event})


def test_an_event_that_lacks_a_field_is_not_as_described() -> None:
    (fact,) = facts(EVERY[0])
    (event,) = events(fact)
    with pytest.raises(ValidationError):
        conforms("event", {"schema": 1, **{k: v for k, v in event.items() if k != "title"}})
