"""Errors that are answered by hand: each kind is found, and mended to what the house writes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from blueprint_service import EXAMPLE, write_service
from pullcord.blueprint import block, writing
from pullcord.blueprint.checks import errors
from pullcord.blueprint.checks.file import File
from pullcord.blueprint.house import House, look
from pullcord.blueprint.normalising import Normalised, normalise
from pullcord.blueprint.roles import backend
from pullcord.blueprint.settling import Settled

MAIN = "app/main.py"
DELETE = "    repository.delete(user.id, {row}_id)\n"
GET = "    return {Row}(**repository.get(user.id, {row}_id))\n"
INSTALLED = "    install_error_handlers(app)\n"
TABLE = "    table = {ROW}S\n"


@dataclass(frozen=True)
class Defect:
    """`new` stands where `old` stood, and is to be mended to `mended`, or to `old` again."""

    old: str
    new: str
    mended: str = ""
    path: str = "app/api/{row}s.py"


def clause(body: str, caught: str = "NotFound as error") -> Defect:
    """An operation that catches and answers by itself."""
    new = f"    try:\n    {DELETE}    except {caught}:\n        {body}\n"
    return Defect(DELETE, new)


def branch(body: str, mended: str, path: str = "app/api/{row}s.py") -> Defect:
    """An operation that answers an error of its own."""
    return Defect(DELETE, f"    if {{row}}_id.int == 0:\n        {body}\n{DELETE}",
                  f"    if {{row}}_id.int == 0:\n        {mended}\n{DELETE}", path)  # fmt: skip


DEFECTS = {
    "HTTPException in words of its own": clause("raise HTTPException(404, 'No') from error"),
    "JSONResponse of another shape": clause("return JSONResponse({'error': 'No'}, status_code=404)"),
    "an empty response": clause("return Response(status_code=404)", "NotFound"),
    "a body beside its status": clause("return {'error': str(error)}, 404"),
    "a status set by hand": clause("response.status_code = 404\n        return {'error': 'No'}"),
    "403 instead of 404": clause("raise HTTPException(status.HTTP_403_FORBIDDEN)"),
    "400 instead of 409": clause("raise HTTPException(400, detail=str(error))", "Conflict as error"),
    "400 instead of 422": clause("raise HTTPException(400)", "UnknownReference"),
    "except Exception": clause("raise HTTPException(500, str(error))", "Exception as error"),
    "except Exception that logs": clause("logger.exception('x')\n        raise HTTPException(500)",
                                         "Exception"),
    "everything is a missing row": clause("raise NotFound('row')", "Exception"),
    "a bare except": clause("return JSONResponse({}, 400)", "BaseException"),
    "raised again": clause("raise"),
    "two clauses": Defect(
        GET,
        "    try:\n    " + GET + "    except NotFound:\n        raise\n"
        "    except Exception as error:\n        raise HTTPException(400, str(error)) from error\n",
    ),
    "a clause with a finally": Defect(
        DELETE,
        f"    try:\n    {DELETE}    except NotFound:\n        raise HTTPException(404)\n"
        "    finally:\n        log()\n",
        f"    try:\n    {DELETE}    finally:\n        log()\n",
    ),
    "a clause for others too": Defect(
        DELETE,
        f"    try:\n    {DELETE}    except (NotFound, KeyError):\n        raise HTTPException(404)\n",
        f"    try:\n    {DELETE}    except KeyError:\n        raise NotFound(\"{{row}}\") from None\n",
    ),
    "404 in a branch": branch("raise HTTPException(HTTPStatus.NOT_FOUND, 'No')",
                              'raise NotFound("{row}")'),
    "403 for somebody else": branch("raise HTTPException(status_code=403, detail='Not yours')",
                                    'raise NotFound("{row}")'),
    "401 in a branch": branch("raise HTTPException(401, 'Who?')", "raise Unauthorized('Who?')"),
    "an error as a result": clause("return {'error': 'No'}", "NotFound"),
    "a catching middleware": Defect(
        INSTALLED,
        INSTALLED + "\n    @app.middleware('http')\n"
        "    async def safe(request: Request, go: Go) -> Response:\n        try:\n"
        "            return await go(request)\n        except Exception as error:\n"
        "            return JSONResponse({'error': str(error)}, 500)\n",
        INSTALLED + "\n    @app.middleware('http')\n"
        "    async def safe(request: Request, go: Go) -> Response:\n"
        "        return await go(request)\n",
        MAIN,
    ),
    "409 in a branch": branch("return JSONResponse({'detail': 'Still in use.'}, status_code=409)",
                              "raise Conflict('Still in use.')"),
    "400 for a clash": branch("raise HTTPException(400, 'It exists already.')",
                              "raise Conflict('It exists already.')"),
    "400 for a value": branch(
        "raise HTTPException(400, 'Too far.')",
        "raise Invalid(FieldError(loc=[\"query\"], msg='Too far.', type=\"value_error\"))",
    ),
    "a body and a status": branch("return {'error': 'Gone.'}, 409", "raise Conflict('Gone.')"),
    "an error of Python": branch("raise KeyError({row}_id)", 'raise NotFound("{row}")'),
    "not allowed": branch("raise PermissionError", 'raise NotFound("{row}")'),
    "a second handler": Defect(
        INSTALLED,
        INSTALLED + "\n    @app.exception_handler(NotFound)\n"
        "    async def gone(_: Request, error: NotFound) -> Response:\n"
        "        return JSONResponse({'error': str(error)}, 404)\n",
        path=MAIN,
    ),
    "a second handler of everything": Defect(
        INSTALLED, f"{INSTALLED}    app.add_exception_handler(Exception, print)\n", path=MAIN
    ),
    "a second handler of a status": Defect(
        INSTALLED, f"{INSTALLED}    app.add_exception_handler(404, print)\n", path=MAIN
    ),
    "a row that is looked up without a look": Defect(
        TABLE,
        TABLE + "\n    def raw(self, row_id: UUID) -> {Row}Row:\n"
        "        return self._copy(self._rows[row_id])\n",
        TABLE + "\n    def raw(self, row_id: UUID) -> {Row}Row:\n        try:\n"
        "            return self._copy(self._rows[row_id])\n        except KeyError:\n"
        "            raise NotFound(\"{row}\") from None\n",
        "app/repositories/{row}.py",
    ),
}  # fmt: skip
UNCLEAR = {
    "a status that the service has no error for": branch("raise HTTPException(402)", ""),
    "an error that may mean anything": branch("raise ValueError('no')", ""),
    "an error as a result, nobody says which": branch("return {'error': 'Gone.'}", ""),
    "an error of another shape in the contract": Defect(
        "    responses=problems(404),\n", "    responses={404: {'model': Gone}},\n"
    ),
    "swallowed": clause("pass", "Exception"),
    "answered with nothing": clause("return None", "NotFound"),
    "one error for another": clause("raise Conflict('gone') from error"),
    "a row is made instead": clause("repository.create(user.id, values)"),
    "a handler of somebody else's error": Defect(
        INSTALLED,
        f"{INSTALLED}    app.add_exception_handler(ZeroDivisionError, print)\n",
        path=MAIN,
    ),
}


@dataclass(frozen=True)
class Service:
    root: Path
    house: House

    def normalised(self) -> Normalised:
        return normalise(self.root, self.house)


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Service]:
    """A new service, and one with a feature."""
    fresh = write_service(tmp_path_factory.mktemp("fresh"))
    more = tmp_path_factory.mktemp("more")
    shutil.copytree(fresh, more, dirs_exist_ok=True)
    feature, house = block.parse(EXAMPLE), look(more)
    files = writing.write(feature, house) | backend.edit(more, Settled(feature, house, ""))
    for path, text in files.items():
        (more / path).write_text(text)
    return {"plan": Service(fresh, look(fresh)), "workout": Service(more, look(more))}


@pytest.fixture
def service(services: dict[str, Service], row: str) -> Iterator[Service]:
    """One of them, which is as it was after each test."""
    found = services[row]
    texts = {path: path.read_text() for path in (found.root / "app").rglob("*.py")}
    yield found
    for path, text in texts.items():
        if path.read_text() != text:
            path.write_text(text)


def named(text: str, row: str) -> str:
    for sign, name in (("{row}", row), ("{Row}", row.title()), ("{ROW}", row.upper())):
        text = text.replace(sign, name)
    return text


def plant(root: Path, defect: Defect, row: str) -> tuple[str, str]:
    """Put the defect into the service. Returns the path and what the file is to be mended to."""
    path = named(defect.path, row)
    was = (root / path).read_text()
    old = named(defect.old, row)
    assert old in was
    (root / path).write_text(was.replace(old, named(defect.new, row)))
    return path, was.replace(old, named(defect.mended or defect.old, row))


def body(text: str) -> list[str]:
    """The lines without imports, which the target's own tools put in order."""
    lines = text.split('"""\n', 1)[1].splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith(("router", "class", "def")))
    return [line for line in lines[start:] if line.strip()]


def found(root: Path, path: str) -> list[int]:
    text = (root / path).read_text()
    return [each.line for each in errors.look(File(root, path, text))]


@pytest.mark.parametrize("row", ["plan", "workout"])
def test_a_consistent_service_is_left_as_it_is(service: Service) -> None:
    assert service.normalised() == Normalised({}, (), ())


@pytest.mark.parametrize(
    ("kind", "row"),
    [*((kind, "plan") for kind in DEFECTS), *((kind, "workout") for kind in [*DEFECTS][::4])],
)
def test_each_kind_is_found_and_mended(service: Service, kind: str, row: str) -> None:
    path, wanted = plant(service.root, DEFECTS[kind], row)

    seen = found(service.root, path)
    mended = service.normalised()

    assert seen, "the reviewer sees nothing"
    assert body(mended.files[path]) == body(wanted)
    assert list(mended.files) == [path]
    assert mended.done
    assert mended.unclear == ()


@pytest.mark.parametrize("row", ["plan"])
@pytest.mark.parametrize("kind", UNCLEAR)
def test_what_is_not_certain_is_named_with_its_line_and_stays(
    service: Service, kind: str, row: str
) -> None:
    path, _ = plant(service.root, UNCLEAR[kind], row)

    result = service.normalised()

    assert [each.line for each in result.unclear] == found(service.root, path)
    assert result.unclear
    assert result.files == {}


@pytest.mark.parametrize("row", ["plan"])
def test_lines_of_what_stays_are_those_of_the_file_as_it_is(service: Service, row: str) -> None:
    plant(service.root, DEFECTS["HTTPException in words of its own"], row)
    router = service.root / "app/api/plans.py"
    router.write_text(
        router.read_text() + "\n\ndef paid() -> None:\n    raise HTTPException(402)\n"
    )

    result = service.normalised()

    (left,) = result.unclear
    assert router.read_text().splitlines()[left.line - 1] == "    raise HTTPException(402)"
    assert "except" not in result.files["app/api/plans.py"]


@pytest.mark.parametrize("row", ["plan"])
def test_an_error_of_python_that_reaches_no_client_stays(service: Service, row: str) -> None:
    path, _ = plant(service.root, DEFECTS["a second handler"], row)
    main = service.root / path
    main.write_text(main.read_text() + "\n\ndef need() -> str:\n    raise KeyError('PORT')\n")

    assert "raise KeyError('PORT')" in service.normalised().files[path]


@pytest.mark.parametrize("row", ["plan"])
def test_an_exception_of_its_own_goes_with_its_handler_and_its_class(
    service: Service, row: str
) -> None:
    router, main = service.root / "app/api/plans.py", service.root / MAIN
    router.write_text(
        router.read_text().replace(
            "    row = repository.create(user.id, values)\n",
            "    if values.weeks > 50:\n        raise TooLong('Nobody trains that long.')\n"
            "    row = repository.create(user.id, values)\n",
        )
        + "\n\nclass TooLong(Exception):\n    pass\n"
    )
    handler = (
        "\n\nasync def too_long(_: Request, error: TooLong) -> JSONResponse:\n"
        "    return JSONResponse({'error': str(error)}, status_code=422)\n"
    )
    registered = f"{INSTALLED}    app.add_exception_handler(TooLong, too_long)\n"
    main.write_text(main.read_text().replace(INSTALLED, registered) + handler)

    result = service.normalised()

    assert result.unclear == ()
    assert not any("TooLong" in text or "too_long" in text for text in result.files.values())
    assert "raise Invalid(FieldError(" in result.files["app/api/plans.py"]


@pytest.mark.parametrize("row", ["plan"])
def test_an_operation_that_builds_no_response_any_more_says_what_it_returns(
    service: Service, row: str
) -> None:
    router = service.root / "app/api/plans.py"
    was = router.read_text()
    planted = was.replace(
        'summary="Get a plan",\n', 'summary="Get a plan",\n    response_model=Plan,\n'
    ).replace(
        ") -> Plan:\n    return Plan(**repository.get(user.id, plan_id))\n",
        ") -> Plan | JSONResponse:\n    try:\n"
        "        return Plan(**repository.get(user.id, plan_id))\n"
        "    except NotFound:\n        return JSONResponse({'error': 'No'}, 404)\n",
    )
    router.write_text(planted)

    assert body(service.normalised().files["app/api/plans.py"]) == body(was)
