"""Asks a running service for every row of the table in the format of feature requests.

Run as `python http_table.py SERVICE BLOCK… [--postgres]`: each BLOCK is a file with a settled feature
block. With --postgres rows are also kept in a PostgreSQL.
Prints one line for each answer that is not as the table says. It knows fields and their good
and bad values, and nothing of how the service was written.
"""

from __future__ import annotations

import importlib
import itertools
import sys
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pullcord.blueprint import block, fieldtypes, names
from pullcord.blueprint.feature import OPERATIONS, Feature, Field

SECRET = "a secret for asking, long enough for every HMAC algorithm there is"
UNKNOWN = "99999999-0000-4000-8000-000000000000"
Body = dict[str, Any]


class Service:
    """A client for one feature of a service, with two users."""

    def __init__(self, client: Any, app: Any, feature: Feature) -> None:
        self.client, self.app, self.feature = client, app, feature
        self.path = f"/{names.kebab(feature.plural)}"
        self.wrong: list[str] = []
        self.targets: dict[tuple[str, str], str] = {}

    def ask(
        self,
        method: str,
        path: str,
        *,
        user: str | None = "ada",
        body: Any = None,
        query: dict[str, Any] | None = None,
    ) -> Any:
        headers = {"Authorization": f"Bearer {token(user)}"} if user else {}
        more = {"json": body} if method in ("POST", "PUT") else {}
        return self.client.request(method, path, headers=headers, params=query or {}, **more)

    def expect(self, what: str, answer: Any, *statuses: int) -> bool:
        """Note an answer of another status, and an error that is no problem document."""
        right = answer.status_code in statuses
        if not right:
            text = answer.text[:300]
            self.wrong.append(f"{what}: {answer.status_code}, not {statuses}: {text}")
        elif answer.status_code >= 400:
            self.expect_problem(what, answer)
        return right

    def expect_problem(self, what: str, answer: Any) -> None:
        if not answer.headers["content-type"].startswith("application/problem+json"):
            self.wrong.append(f"{what}: {answer.headers['content-type']}")
            return
        problem = answer.json()
        if {"type", "title", "status", "detail"} - problem.keys():
            self.wrong.append(f"{what}: not a whole problem document: {problem}")
        if answer.status_code == 422 and not all(
            {"loc", "msg", "type"} == each.keys() for each in problem["errors"]
        ):
            self.wrong.append(f"{what}: no errors: {problem}")

    def equal(self, what: str, found: Any, wanted: Any) -> None:
        if found != wanted:
            self.wrong.append(f"{what}: {found!r}, not {wanted!r}")

    def has(self, operation: str) -> bool:
        return operation in self.feature.operations

    def target(self, field: Field, user: str) -> str | None:
        """The id of a row that a reference may name; None for a reference to itself."""
        if field.to == self.feature.resource:
            return None
        if (field.to, user) not in self.targets:
            self.targets[field.to, user] = self.new_target(field.to, user)
        return self.targets[field.to, user]

    def new_target(self, resource: str, user: str) -> str:
        assert resource == "plan", f"the asker cannot make a {resource}"
        plan = {"title": uuid.uuid4().hex, "starts_on": "2026-01-05", "weeks": 4}
        answer = self.ask("POST", "/plans", user=user, body=plan)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def body(self, number: int, user: str = "ada") -> Body:
        """The number-th body: every field has a value."""
        found: Body = {}
        for field in self.feature.fields:
            if field.type == "reference":
                found[field.name] = self.target(field, user)
            else:
                values = fieldtypes.good(field)
                found[field.name] = values[number % len(values)]
        return found

    def bodies(self) -> list[Body]:
        """Up to four bodies that do not clash with each other."""
        found: list[Body] = []
        for number in range(4):
            body = self.body(number)
            clash = any(
                None not in [body[name] for name in group]
                and [body[name] for name in group] == [other[name] for name in group]
                for group in self.feature.unique
                for other in found
            )
            if not clash:
                found.append(body)
        return found

    def put_in(self, body: Body, user: str = "ada") -> Body:
        """Store a row, over HTTP if the feature creates, else by its repository."""
        if self.has("create"):
            answer = self.ask("POST", self.path, user=user, body=body)
            assert answer.status_code == 201, f"{self.feature.resource} {body}: {answer.text}"
            return dict(answer.json())
        providers = importlib.import_module("app.core.providers")
        repository = getattr(providers, f"get_{self.feature.resource}_repository")
        module = importlib.import_module(f"app.models.{names.module(self.feature.resource)}")
        (create,) = [
            each
            for name, each in vars(module).items()
            if name.endswith("Create") and each.__module__ == module.__name__
        ]
        row = repository(self.app.state.storage).create(user, create.model_validate(body))
        return body | {"id": str(row["id"])}

    def empty(self) -> None:
        """Remove every row of the feature's table."""
        storage = self.app.state.storage
        if hasattr(storage, "rows"):
            for rows in storage.rows.values():
                rows.clear()
        else:
            importlib.import_module("tests.postgres").empty(self.app.state.settings.database_url)
        self.targets.clear()


def token(user: str) -> str:
    import jwt

    claims = {"sub": user, "exp": datetime.now(UTC) + timedelta(hours=1)}
    return str(jwt.encode(claims, SECRET, "HS256"))


def authentication(service: Service) -> None:
    for operation, method, path in _calls(service):
        if service.has(operation):
            answer = service.ask(method, path, user=None, body={})
            service.expect(f"{operation} without token", answer, 401)


def operations(service: Service) -> None:
    for operation, method, path in _calls(service):
        if not service.has(operation):
            answer = service.ask(method, path, body={})
            service.expect(f"{operation}, not asked for", answer, 404, 405)


def _calls(service: Service) -> Iterator[tuple[str, str, str]]:
    row = f"{service.path}/{UNKNOWN}"
    methods = ("POST", "GET", "GET", "PUT", "DELETE")
    paths = (service.path, service.path, row, row, row)
    yield from zip(OPERATIONS, methods, paths, strict=True)


def create(service: Service) -> None:
    if not service.has("create"):
        return
    for body in service.bodies():
        answer = service.ask("POST", service.path, body=body)
        if not service.expect(f"create {body}", answer, 201):
            continue
        row = answer.json()
        service.equal("Location", answer.headers["location"], f"{service.path}/{row['id']}")
        _same(service, "created row", row, body)
        if service.has("get"):
            again = service.ask("GET", answer.headers["location"])
            service.equal("the row at its Location", again.json(), row)
    service.empty()
    defaults(service)


def defaults(service: Service) -> None:
    """Absent fields get their default or null."""
    full = service.body(0)
    required = {field.name for field in service.feature.fields if field.required}
    body = {name: value for name, value in full.items() if name in required}
    answer = service.ask("POST", service.path, body=body)
    if service.expect(f"create with the least {body}", answer, 201):
        wanted = {
            field.name: list(field.default) if isinstance(field.default, tuple) else field.default
            for field in service.feature.fields
            if not field.required
        }
        _same(service, "defaults", answer.json(), wanted)
    service.empty()


def _same(service: Service, what: str, row: Body, body: Body) -> None:
    service.equal(what, {name: row.get(name) for name in body}, body)
    added = {"id", "created_at", "updated_at"} | ({"user_id"} if service.feature.owned else set())
    fields = {field.name for field in service.feature.fields}
    service.equal(f"fields of the {what}", row.keys(), fields | added)


def refusals(service: Service) -> None:
    """Bad bodies are 422, for create and for update."""
    for method, path in _writes(service):
        body = service.body(0)
        for field in service.feature.fields:
            for bad in fieldtypes.bad(field):
                answer = service.ask(method, path, body=body | {field.name: bad.value})
                what = f"{method} {field.name} is {bad.why}"
                if service.expect(what, answer, 422):
                    places = [each["loc"][:2] for each in answer.json()["errors"]]
                    service.equal(f"place of {what}", ["body", field.name] in places, True)
            if field.required:
                less = {name: value for name, value in body.items() if name != field.name}
                service.expect(f"without {field.name}", service.ask(method, path, body=less), 422)
            if field.type == "reference":
                unknown = body | {field.name: UNKNOWN}
                answer = service.ask(method, path, body=unknown)
                service.expect(f"unknown {field.name}", answer, 422)
            if field.type == "reference" and field.to == "plan":
                other = body | {field.name: service.target(field, "grace")}
                answer = service.ask(method, path, body=other)
                service.expect(f"another user's {field.name}", answer, 422)
        extra = body | {"surprise": 1}
        service.expect("an unknown field", service.ask(method, path, body=extra), 422)
        service.expect("no object", service.ask(method, path, body=[]), 422)
        service.empty()


def _writes(service: Service) -> Iterator[tuple[str, str]]:
    if service.has("create"):
        yield "POST", service.path
    if service.has("update"):
        yield "PUT", f"{service.path}/{service.put_in(service.body(0))['id']}"


def clashes(service: Service) -> None:
    for group in service.feature.unique:
        body = service.body(0)
        if None in [body[name] for name in group]:
            continue
        service.put_in(body)
        if service.has("create"):
            answer = service.ask("POST", service.path, body=body)
            service.expect(f"create: {group} again", answer, 409)
        if service.feature.owned:
            service.put_in(service.body(0, "grace"), "grace")
        others = [each for each in service.bodies()[1:] if each != body]
        if service.has("update") and others:
            row = service.put_in(others[0])
            answer = service.ask("PUT", f"{service.path}/{row['id']}", body=body)
            service.expect(f"update: {group} again", answer, 409)
        service.empty()


def single(service: Service) -> None:
    """get, update and delete of one row."""
    bodies = service.bodies()
    row = service.put_in(bodies[0])
    path, unknown = f"{service.path}/{row['id']}", f"{service.path}/{UNKNOWN}"
    other = 404 if service.feature.owned else 200
    if service.has("get"):
        answer = service.ask("GET", path)
        if service.expect("get", answer, 200):
            _same(service, "got row", answer.json(), bodies[0])
        service.expect("get unknown", service.ask("GET", unknown), 404)
        service.expect("get of no uuid", service.ask("GET", f"{service.path}/x"), 404)
        service.expect("get of another", service.ask("GET", path, user="grace"), other)
    if service.has("update"):
        service.expect("update unknown", service.ask("PUT", unknown, body=bodies[0]), 404)
        for body in (bodies[-1], bodies[-1]):
            answer = service.ask("PUT", path, body=body)
            if service.expect("update", answer, 200):
                _same(service, "updated row", answer.json(), body)
        if service.feature.owned:
            theirs = service.body(0, "grace")
            answer = service.ask("PUT", path, user="grace", body=theirs)
            service.expect("update of another", answer, 404)
    if service.has("delete"):
        service.expect("delete unknown", service.ask("DELETE", unknown), 404)
        if service.feature.owned:
            answer = service.ask("DELETE", path, user="grace")
            service.expect("delete of another", answer, 404)
        answer = service.ask("DELETE", path)
        if service.expect("delete", answer, 204):
            service.equal("body of delete", answer.content, b"")
        service.expect("delete again", service.ask("DELETE", path), 404)
    service.empty()


def lists(service: Service) -> None:
    if not service.has("list"):
        return
    listing = service.feature.list
    none = {"items": [], "total": 0, "page": 1, "per_page": listing.page_size}
    service.equal("empty list", service.ask("GET", service.path).json(), none)
    rows = [service.put_in(body) for body in service.bodies()]
    if service.feature.owned:
        service.put_in(service.body(0, "grace"), "grace")
    newest = [row["id"] for row in reversed(rows)]
    service.equal("newest first", _ids(service, {}), newest)
    for page in range(1, len(rows) + 2):
        wanted = newest[page - 1 : page]
        service.equal(f"page {page}", _ids(service, {"page": page, "per_page": 1}), wanted)
    answer = service.ask("GET", service.path, query={"page": 2, "per_page": 1}).json()
    service.equal("total", (answer["total"], answer["page"], answer["per_page"]), (len(rows), 2, 1))
    most = listing.max_page_size
    service.expect("greatest page", service.ask("GET", service.path, query={"per_page": most}), 200)
    for query in ({"page": 0}, {"per_page": 0}, {"per_page": most + 1}, {"page": "x"}):
        service.expect(f"{query}", service.ask("GET", service.path, query=query), 422)
    sorting(service, rows)
    filtering(service, rows)
    service.empty()


def _ids(service: Service, query: dict[str, Any]) -> list[str]:
    size = {"per_page": min(4, service.feature.list.max_page_size)}
    answer = service.ask("GET", service.path, query=size | query)
    if not service.expect(f"list {query}", answer, 200):
        return []
    return [row["id"] for row in answer.json()["items"]]


def sorting(service: Service, rows: list[Body]) -> None:
    service.expect(
        "sort by nothing", service.ask("GET", service.path, query={"sort": "nothing"}), 422
    )
    for field in service.feature.sorts:
        if field.name in ("created_at", "updated_at"):
            service.equal(
                "by age", _ids(service, {"sort": field.name}), [row["id"] for row in rows]
            )
            continue
        present = sorted((row for row in rows if row[field.name] is not None), key=_id)
        absent = sorted(row["id"] for row in rows if row[field.name] is None)
        for sign in ("", "-"):
            order = sorted(present, key=lambda row: row[field.name], reverse=sign == "-")
            wanted = [row["id"] for row in order] + absent
            query = f"{sign}{field.name}"
            service.equal(f"sort={query}", _ids(service, {"sort": query}), wanted)


def _id(row: Body) -> str:
    return str(row["id"])


def filtering(service: Service, rows: list[Body]) -> None:
    for field in service.feature.filters:
        values = [row[field.name] for row in rows if row.get(field.name) not in (None, [])]
        if field.name in ("created_at", "updated_at") or not values:
            continue
        value = values[0][0] if field.type == "list" else values[0]
        shown = str(value).lower() if isinstance(value, bool) else value
        for name in fieldtypes.parameters(field):
            kept = [row for row in rows if row[field.name] is not None]
            wanted = {row["id"] for row in kept if _keeps(field, name, row[field.name], value)}
            service.equal(f"?{name}={shown}", set(_ids(service, {name: shown})), wanted)
        if not {field.type, field.of} & {"string", "text"}:
            answer = service.ask("GET", service.path, query={field.name: "\u2603"})
            service.expect(f"?{field.name}= of another type", answer, 422)


def _keeps(field: Field, parameter: str, found: Any, value: Any) -> bool:
    """Whether a row with `found` passes the filter."""
    if parameter == field.name:
        return bool(value in found if field.type == "list" else found == value)
    return bool(found >= value if parameter.endswith("_from") else found <= value)


CHECKS = (authentication, operations, create, refusals, clashes, single, lists)


def ask(feature: Feature, database_url: str | None) -> list[str]:
    """Everything that the running service answers otherwise than the table says."""
    from fastapi.testclient import TestClient

    settings = importlib.import_module("app.core.settings").Settings
    app = importlib.import_module("app.main").create_app(
        settings(app_env="test", jwt_secret=SECRET, database_url=database_url)
    )
    with TestClient(app, raise_server_exceptions=False) as client:
        service = Service(client, app, feature)
        service.empty()
        for check in CHECKS:
            try:
                check(service)
            except AssertionError as error:
                service.wrong.append(f"{check.__name__} cannot go on: {error}")
                service.empty()
    return service.wrong


def main(root: str, blocks: list[str], *, postgres: bool) -> int:
    sys.path.insert(0, root)
    wrong = 0
    with ExitStack() as stack:
        urls: list[str | None] = [None]
        if postgres:
            module = importlib.import_module("tests.postgres")
            urls.append(stack.enter_context(module.migrated_postgres()))
        for url, path in itertools.product(urls, blocks):
            feature = block.parse(Path(path).read_text("utf-8"))
            for line in ask(feature, url):
                wrong += 1
                sys.stdout.write(f"{feature.resource}: {line}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    arguments = [each for each in sys.argv[1:] if each != "--postgres"]
    sys.exit(main(arguments[0], arguments[1:], postgres="--postgres" in sys.argv))
