"""The resource `plan` over HTTP."""

from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from tests.conftest import Headers


def plan(**changes: Any) -> dict[str, Any]:
    """Return a body that is valid unless the changes spoil it."""
    return {
        "title": "Base building",
        "description": "Easy kilometres.",
        "starts_on": "2027-01-04",
        "weeks": 8,
        "level": "intermediate",
    } | changes


def create(client: TestClient, headers: Headers, **changes: Any) -> dict[str, Any]:
    response = client.post("/plans", json=plan(**changes), headers=headers)
    assert response.status_code == 201, response.text
    stored: dict[str, Any] = response.json()
    return stored


def titles(client: TestClient, headers: Headers, query: str = "") -> list[str]:
    response = client.get(f"/plans{query}", headers=headers)
    assert response.status_code == 200, response.text
    return [item["title"] for item in response.json()["items"]]


def test_a_plan_is_created_and_read_back(client: TestClient, headers: Headers) -> None:
    response = client.post("/plans", json=plan(), headers=headers)

    assert response.status_code == 201
    stored = response.json()
    assert stored | plan() == stored
    assert stored["user_id"] == "ada"
    assert response.headers["Location"] == f"/plans/{stored['id']}"
    assert client.get(response.headers["Location"], headers=headers).json() == stored


def test_what_is_optional_may_be_absent(client: TestClient, headers: Headers) -> None:
    body = {"title": "Taper", "starts_on": "2027-05-03", "weeks": 2}

    stored = client.post("/plans", json=body, headers=headers).json()

    assert stored["description"] is None
    assert stored["level"] == "beginner"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", "x" * 121),
        ("title", "nul \0"),
        ("title", 5),
        ("title", None),
        ("description", 5),
        ("starts_on", "2027-13-01"),
        ("starts_on", "1799020800"),
        ("starts_on", 1799020800),
        ("weeks", 0),
        ("weeks", 53),
        ("weeks", "8"),
        ("weeks", 8.5),
        ("weeks", True),
        ("weeks", 10**40),
        ("level", "expert"),
        ("user_id", "grace"),
        ("unknown", 1),
    ],
)
def test_a_value_outside_the_contract_is_refused(
    client: TestClient, headers: Headers, field: str, value: object
) -> None:
    response = client.post("/plans", json=plan(**{field: value}), headers=headers)

    assert response.status_code == 422
    assert ["body", field] in [error["loc"] for error in response.json()["errors"]]


@pytest.mark.parametrize("field", ["title", "starts_on", "weeks"])
def test_what_is_required_must_be_there(client: TestClient, headers: Headers, field: str) -> None:
    body = plan()
    del body[field]

    response = client.post("/plans", json=body, headers=headers)

    assert response.status_code == 422
    assert [error["loc"] for error in response.json()["errors"]] == [["body", field]]


def test_a_title_is_unique_per_owner(
    client: TestClient, headers: Headers, other_headers: Headers
) -> None:
    create(client, headers)

    assert client.post("/plans", json=plan(), headers=headers).status_code == 409
    assert client.post("/plans", json=plan(), headers=other_headers).status_code == 201


def test_an_update_replaces_all_fields(client: TestClient, headers: Headers) -> None:
    stored = create(client, headers)
    body = {"title": "Build", "starts_on": "2027-03-01", "weeks": 4}

    response = client.put(f"/plans/{stored['id']}", json=body, headers=headers)

    assert response.status_code == 200
    updated = response.json()
    assert updated | body == updated
    assert (updated["description"], updated["level"]) == (None, "beginner")
    assert updated["created_at"] == stored["created_at"]
    assert updated["updated_at"] > stored["updated_at"]
    assert client.get(f"/plans/{stored['id']}", headers=headers).json() == updated


def test_an_update_keeps_the_contract(client: TestClient, headers: Headers) -> None:
    create(client, headers, title="Base")
    path = f"/plans/{create(client, headers, title='Build')['id']}"

    assert client.put(path, json=plan(title="Base"), headers=headers).status_code == 409
    assert client.put(path, json=plan(title="Build"), headers=headers).status_code == 200
    assert client.put(path, json=plan(weeks=0), headers=headers).status_code == 422


def test_a_deleted_plan_is_gone(client: TestClient, headers: Headers) -> None:
    path = f"/plans/{create(client, headers)['id']}"

    response = client.delete(path, headers=headers)

    assert (response.status_code, response.content) == (204, b"")
    assert client.get(path, headers=headers).status_code == 404
    assert client.delete(path, headers=headers).status_code == 404


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_the_plan_of_somebody_else_is_not_found(
    client: TestClient, headers: Headers, other_headers: Headers, method: str
) -> None:
    stored = create(client, headers)
    path, body = f"/plans/{stored['id']}", plan(title="Mine") if method == "PUT" else None

    assert client.request(method, path, json=body, headers=other_headers).status_code == 404
    assert client.get(path, headers=headers).json() == stored
    assert titles(client, other_headers) == []


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("plan_id", [str(uuid4()), "no-uuid"])
def test_an_unknown_plan_is_not_found(
    client: TestClient, headers: Headers, method: str, plan_id: str
) -> None:
    body = plan() if method == "PUT" else None

    response = client.request(method, f"/plans/{plan_id}", json=body, headers=headers)

    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"


def test_plans_are_listed_newest_first_in_pages(client: TestClient, headers: Headers) -> None:
    for title in "abc":
        create(client, headers, title=title)

    first = client.get("/plans?per_page=2", headers=headers).json()
    second = client.get("/plans?per_page=2&page=2", headers=headers).json()
    beyond = client.get("/plans?page=2147483647&per_page=100", headers=headers).json()

    assert [item["title"] for item in first["items"]] == ["c", "b"]
    assert [item["title"] for item in second["items"]] == ["a"]
    assert (first["total"], first["page"], first["per_page"]) == (3, 1, 2)
    assert (beyond["items"], beyond["total"]) == ([], 3)


def test_a_page_has_twenty_plans_unless_asked(client: TestClient, headers: Headers) -> None:
    page = client.get("/plans", headers=headers).json()

    assert page == {"items": [], "total": 0, "page": 1, "per_page": 20}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?sort=title", ["a", "b", "c"]),
        ("?sort=-title", ["c", "b", "a"]),
        ("?sort=starts_on", ["c", "a", "b"]),
        ("?sort=-starts_on", ["b", "a", "c"]),
        ("?level=advanced", ["b"]),
        ("?starts_on=2027-02-01", ["a"]),
        ("?starts_on_from=2027-02-01&sort=title", ["a", "b"]),
        ("?starts_on_to=2027-02-01&sort=title", ["a", "c"]),
        ("?starts_on_from=2027-01-02&starts_on_to=2027-02-28", ["a"]),
        ("?weeks=4", ["c"]),
        ("?weeks_from=4&weeks_to=8&sort=title", ["a", "c"]),
    ],
)
def test_lists_are_sorted_and_filtered(
    client: TestClient, headers: Headers, query: str, expected: list[str]
) -> None:
    create(client, headers, title="a", starts_on="2027-02-01", weeks=8)
    create(client, headers, title="b", starts_on="2027-03-01", weeks=12, level="advanced")
    create(client, headers, title="c", starts_on="2027-01-01", weeks=4)

    assert titles(client, headers, query) == expected


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("page", "0"),
        ("page", "2147483648"),
        ("page", "9" * 5000),
        ("page", "first"),
        ("per_page", "0"),
        ("per_page", "101"),
        ("sort", "weeks"),
        ("sort", "user_id"),
        ("level", "expert"),
        ("starts_on", "yesterday"),
        ("starts_on_from", "0"),
        ("weeks_to", "9" * 30),
        ("unknown", "1"),
    ],
)
def test_a_query_outside_the_contract_is_refused(
    client: TestClient, headers: Headers, parameter: str, value: str
) -> None:
    response = client.get("/plans", params={parameter: value}, headers=headers)

    assert response.status_code == 422
    assert ["query", parameter] in [error["loc"] for error in response.json()["errors"]]
