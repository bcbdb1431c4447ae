"""Example 2 of SPEC.md: a service in which somebody answered errors each in its own way."""

from __future__ import annotations

from pathlib import Path

from pullcord import scaffold
from pullcord.blueprint import block, writing
from pullcord.blueprint.finish import finish
from pullcord.blueprint.house import look
from pullcord.blueprint.roles import backend
from pullcord.blueprint.settling import Settled
from pullcord.cli.demos.demo import REQUESTS, Demo
from pullcord.model.work import Environment, Workspace
from pullcord.sandbox.unsafe import Unsafe

HERE = REQUESTS.parent / "demos" / "errors"
PLANTED = (
    "  app/api/goals.py, a new resource whose errors are written by hand:",
    '    create  a taken title is 400 with {"error": …}, an unknown plan 400 in other words',
    "    create  a goal too far raises an exception of its own",
    "    list    except Exception: 500, and the client reads what broke inside",
    "    get     404 in words of its own",
    "    update  403 for a goal that is not there or belongs to somebody else",
    "    delete  404 with an empty body",
    '  app/main.py: a second handler answers that exception with {"error": …}',
    "  tests/test_goals.py: tests that do not look at what an error says",
)
_INSTALLED = "    install_error_handlers(app)\n"
_SECOND = """
    @app.exception_handler(GoalTooFar)
    async def goal_too_far(_: Request, error: GoalTooFar) -> JSONResponse:
        return JSONResponse({"error": str(error)}, status_code=422)

"""


async def plant(service: Path) -> tuple[str, ...]:
    """Commit a resource whose errors are inconsistent, with its tests and its contract."""
    feature, house = block.parse((HERE / "goals.yaml").read_text("utf-8")), look(service)
    files = writing.write(feature, house) | backend.edit(service, Settled(feature, house, ""))
    files["app/api/goals.py"] = (HERE / "goals.py").read_text("utf-8")
    files["tests/test_goals.py"] = (HERE / "test_goals.py").read_text("utf-8")
    files["app/main.py"] = _with_second((service / "app/main.py").read_text("utf-8"))
    for path, text in files.items():
        (service / path).write_text(text, "utf-8")
    environment = Environment(path=service / ".venv", key="demo")
    workspace = Workspace(path=service, base="", environment=environment)
    # No agent's work: what runs here is the service's own code and the lines above.
    await finish(workspace, Unsafe(), tuple(files))
    await scaffold.commit(service, "Add goals")
    return PLANTED


def _with_second(main: str) -> str:
    imports = "from fastapi import FastAPI, Request\nfrom fastapi.responses import JSONResponse\n"
    main = main.replace("from fastapi import FastAPI\n", imports)
    main = main.replace(
        "from app.api import router\n",
        "from app.api import router\nfrom app.api.goals import GoalTooFar\n",
    )
    return main.replace(_INSTALLED, _INSTALLED + _SECOND)


ERRORS = Demo(
    REQUESTS / "errors.md",
    (
        "Demo: offline agents make the errors of a service the same everywhere.",
        "No model, no key, no network, no cost.",
    ),
    plant,
)
