"""What a change of a feature means for clients, on random features."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from blueprint_service import EXAMPLE, write_service
from feature_strategies import features
from pullcord.blueprint import block
from pullcord.blueprint.changing.difference import breaking, differences
from pullcord.blueprint.changing.votes import changed, harmless, votes, words
from pullcord.blueprint.feature import OPERATIONS, Feature, Field
from pullcord.blueprint.house import House, look

FEW = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
Change = Callable[[Feature], Feature]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    return look(write_service(tmp_path_factory.mktemp("service")))


def with_field(field: Field) -> Change:
    return lambda feature: replace(feature, fields=(*feature.fields, field))


def without_field(feature: Feature) -> Feature:
    gone = feature.fields[-1].name
    listing = replace(
        feature.list,
        filters=tuple(each for each in feature.list.filters if each != gone),
        sort=tuple(each for each in feature.list.sort if each != gone),
    )
    unique = tuple(each for each in feature.unique if gone not in each)
    return replace(feature, fields=feature.fields[:-1], unique=unique, list=listing)


def every(kinds: tuple[str, ...], **said: object) -> Change:
    """The feature with something else said of its fields of these kinds."""
    return lambda feature: replace(
        feature,
        fields=tuple(
            replace(each, **said) if each.type in kinds else each  # type: ignore[arg-type] # as given
            for each in feature.fields
        ),
    )


def page(**sizes: int) -> Change:
    return lambda feature: replace(feature, list=replace(feature.list, **sizes))  # type: ignore[arg-type] # sizes


ADDITIVE: dict[str, Change] = {
    "an optional field": with_field(Field("added_note", "text", optional=True)),
    "a field with a default": with_field(
        Field("added_count", "integer", has_default=True, default=0, min=0)
    ),
    "every operation": lambda feature: replace(feature, operations=OPERATIONS),
    "wider lengths": every(("string", "text"), min=None, max=None, pattern=None),
    "wider numbers": every(("integer", "number"), min=None, max=None),
    "larger pages": page(max_page_size=500),
    "a filter on a new field": lambda feature: replace(
        with_field(Field("added_note", "boolean", optional=True))(feature),
        list=replace(feature.list, filters=(*feature.list.filters, "added_note")),
    ),
    "an order": lambda feature: replace(
        feature, list=replace(feature.list, sort=(*feature.list.sort, "updated_at"))
    ),
}
BREAKING: dict[str, Change] = {
    "a field less": without_field,
    "a new field that must be sent": with_field(Field("added_note", "text")),
    "an operation less": lambda feature: replace(feature, operations=feature.operations[:-1]),
    "another type": lambda feature: replace(
        feature, fields=(replace(feature.fields[0], type="boolean"), *feature.fields[1:])
    ),
    "what was free is required": lambda feature: replace(
        feature,
        fields=tuple(replace(each, optional=False, has_default=False) for each in feature.fields),
    ),
    "smaller pages": page(page_size=1, max_page_size=3),
    "another name": lambda feature: replace(feature, plural=f"{feature.plural}_of_old"),
    "other owners": lambda feature: replace(feature, owned=not feature.owned),
}


@FEW
@given(feature=features(), name=st.sampled_from(sorted(ADDITIVE)))
def test_an_addition_breaks_nobody(house: House, feature: Feature, name: str) -> None:
    more = changed(feature, votes(feature, ADDITIVE[name](feature)))
    assume(more is not None and not (more.unique and name == "wider lengths"))
    assert more is not None

    assert breaking(differences(feature, more, house)) == []
    assert votes(harmless(feature, votes(feature, more), house), more) == {}


@FEW
@given(feature=features(), name=st.sampled_from(sorted(BREAKING)))
def test_a_cut_is_seen_and_what_is_left_of_it_breaks_nobody(
    house: House, feature: Feature, name: str
) -> None:
    other = BREAKING[name](feature)
    wanted = votes(feature, other)
    assume(wanted and other.operations and other.fields)
    assume(changed(feature, wanted) is not None)

    assert breaking(differences(feature, other, house))
    kept = harmless(feature, wanted, house)
    assert breaking(differences(feature, kept, house)) == []


@FEW
@given(old=features(), new=features())
def test_the_votes_for_a_feature_make_it(old: Feature, new: Feature) -> None:
    made = changed(old, votes(old, new))

    assert made is not None
    assert votes(made, new) == {}


@pytest.mark.parametrize(
    ("line", "other", "what"),
    [
        ("unique:             [[title, performed_on]]", "unique: [[title, performed_on], [effort]]",
         "rows with the same effort are refused now"),
        ("default: moderate", "default: easy", "the default 'moderate' became 'easy'"),
        ("page_size: 20", "page_size: 30", "pages of 20 rows became 30"),
        ("distance_km:      {type: number, min: 0, optional: true}",
         "distance_km:      {type: number, min: 0, optional: true, default: 1}",
         "what is stored when it is left out changes"),
    ],
)  # fmt: skip
def test_what_no_document_shows_is_seen_too(house: House, line: str, other: str, what: str) -> None:
    assert line in EXAMPLE
    old, new = block.parse(EXAMPLE), block.parse(EXAMPLE.replace(line, other))

    assert [each.what for each in breaking(differences(old, new, house))] == [what]


def test_a_unique_field_that_nobody_has_filled_breaks_nobody(house: House) -> None:
    old = block.parse(EXAMPLE)
    text = EXAMPLE.replace("unique:  ", "  code: {type: string, max: 9, optional: true}\nunique: ")
    new = block.parse(text.replace("[[title, performed_on]]", "[[title, performed_on], [code]]"))

    assert breaking(differences(old, new, house)) == []


def test_rows_that_nobody_can_send_must_stay_valid_as_well(house: House) -> None:
    old = replace(block.parse(EXAMPLE), operations=("list", "get"))
    new = replace(old, fields=(*old.fields, Field("mood", "string", max=20)))

    (found,) = breaking(differences(old, new, house))
    assert found.text == "rows of /workouts.mood: is new and required"


def test_a_change_is_told_in_words() -> None:
    old = block.parse(EXAMPLE)
    new = replace(
        old, fields=(*old.fields[1:], Field("notes", "text", optional=True)), operations=("get",)
    )

    told = [words(key, value, old) for key, value in votes(old, new).items()]
    assert told[:2] == ["add notes (text, optional)", "remove title"]
    assert "remove the operation delete" in told
