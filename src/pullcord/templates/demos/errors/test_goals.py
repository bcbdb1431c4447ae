"""The resource `goal` over HTTP."""

from typing import Any
from uuid import uuid4

from fastapi.testclient import TestClient

from tests.conftest import Headers

GOAL: dict[str, Any] = {"title": "Half marathon", "due_on": "2027-05-02", "kilometres": 300}


def test_a_goal_is_created_changed_and_deleted(client: TestClient, headers: Headers) -> None:
    created = client.post("/goals", json=GOAL, headers=headers)
    path = created.headers["Location"]

    assert created.status_code == 201
    assert client.get(path, headers=headers).json() == created.json()
    assert client.get("/goals", headers=headers).json()["items"] == [created.json()]
    changed = client.put(path, json=GOAL | {"kilometres": 400}, headers=headers)
    assert changed.json()["kilometres"] == 400
    assert client.delete(path, headers=headers).status_code == 204


def test_errors_are_errors(client: TestClient, headers: Headers) -> None:
    client.post("/goals", json=GOAL, headers=headers)

    assert client.post("/goals", json=GOAL, headers=headers).is_error
    assert client.post("/goals", json=GOAL | {"kilometres": 6000}, headers=headers).is_error
    assert client.get(f"/goals/{uuid4()}", headers=headers).status_code == 404
    assert client.delete(f"/goals/{uuid4()}", headers=headers).is_error
