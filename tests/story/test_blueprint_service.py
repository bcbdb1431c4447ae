"""What the offline agents build passes the target's own tasks and keeps the table of the format."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from blueprint_service import (
    EXAMPLE,
    HERE,
    brief,
    previous,
    request,
    work,
    write_service,
)
from feature_strategies import sample
from pullcord import process
from pullcord.blueprint import block, contract
from pullcord.blueprint.feature import Feature
from pullcord.blueprint.finish import finish
from pullcord.blueprint.house import look
from pullcord.blueprint.roles import backend
from pullcord.blueprint.settling import Settled
from pullcord.blueprint.writing import write
from pullcord.model.work import Workspace
from pullcord.process import Limits
from pullcord.sandbox import choose
from pullcord.sandbox.unsafe import Unsafe

DESIGNER, ENGINEER = "api-designer", "python-backend-engineer"
ASKER = Path(__file__).parent.parent / "support" / "http_table.py"
AWKWARD = """\
resource: class
fields:
  class: {type: string, min: 1, max: 20}
  from: {type: date}
  import: {type: integer, optional: true}
  json: {type: boolean, default: false}
  copy: {type: text, optional: true}
  model_config: {type: number, min: -1.5, max: 2.5}
  schema: {type: uuid, default: 8f7a2c4e-0000-4000-8000-000000000000}
  type: {type: enum, values: [a, "b c", 'it''s', "quo\\"te", back\\slash], default: "it's"}
  list: {type: list, of: integer, min_items: 1, max_items: 3}
  date: {type: date, optional: true}
  order: {type: integer, min: 0}
  page: {type: enum, values: [one]}
  user: {type: text}
  str: {type: string, default: 'x\\d"y'}
unique: [[class, from], [order]]
list:
  filters: [class, from, import, json, schema, type, list, date, order, user, str, created_at]
  sort: [class, from, import, date, order, type, json, updated_at]
  page_size: 5
  max_page_size: 7
"""
PLAIN = """\
resource: series
owner: none
fields:
  code: {type: string, pattern: '^[A-Z]{2}-[0-9]+$', max: 10}
  datetime: {type: datetime, default: 2026-01-01T08:00:00Z}
  ids: {type: list, of: uuid, default: []}
  parent: {type: reference, to: series, optional: true}
  plan: {type: reference, to: plan}
unique: [[code]]
operations: [create, list, get]
list: {filters: [code, datetime, ids, plan, parent], sort: [datetime, code]}
"""


async def run(root: Path, *argv: str) -> str:
    """The output of a command that succeeds, in the service."""
    bin = Path(sys.prefix) / "bin"
    done = await process.run(
        [str(bin / argv[0]), *argv[1:]],
        cwd=root,
        env={"PATH": f"{bin}:/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"},
        limits=Limits(wall_s=250),
    )
    assert done.exit == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


async def check(root: Path) -> None:
    """The tasks of the target, but for its tests."""
    await run(root, "ruff", "format", "--check")
    await run(root, "ruff", "check")
    await run(root, "mypy")
    await run(root, "python", "-m", "scripts.openapi", "verify")


async def ask(root: Path, features: list[Feature], *storage: str) -> None:
    """Every row of the format's table, over HTTP."""
    blocks = root.parent / "blocks"
    blocks.mkdir(exist_ok=True)
    for feature in features:
        text = json.dumps(block.dump(feature), ensure_ascii=False)
        (blocks / f"{feature.resource}.yaml").write_text(text)
    paths = sorted(map(str, blocks.iterdir()))
    await run(root, "python", "-W", "ignore", str(ASKER), str(root), *paths, *storage)


async def build(root: Path, features: list[Feature]) -> None:
    """Several features in one service, finished once."""
    written: set[str] = set()
    for feature in features:
        settled = Settled(feature, look(root), "here")
        files = write(feature, settled.house) | backend.edit(root, settled)
        for path, text in files.items():
            (root / path).write_text(text)
        written |= files.keys()
    workspace = Workspace(path=root, base="0" * 40, environment=HERE)
    await finish(workspace, Unsafe(), sorted(written))
    for feature in features:
        assert backend.unkept(root, Settled(feature, look(root), "here")) == []


async def test_the_example_is_designed_and_built_in_the_sandbox(tmp_path: Path) -> None:
    root, sandbox = write_service(tmp_path / "service"), await choose(unsafe=False)

    report, designed = await work(DESIGNER, brief(DESIGNER, request()), root, sandbox)
    assert report.status == "done"
    told = brief(ENGINEER, request(), previous=[previous(DESIGNER, designed)])
    report, _ = await work(ENGINEER, told, root, sandbox)
    assert (report.status, report.message) == (
        "done",
        "Implemented create, list, get, update, delete of workouts by "
        "docs/contracts/workouts.openapi.json.",
    )

    await check(root)
    await ask(root, [block.parse(EXAMPLE)], "--postgres")
    published = json.loads((root / "contract/openapi.json").read_text())
    locked = json.loads((root / contract.path_of("workouts")).read_text())
    assert locked["paths"].items() <= published["paths"].items()


async def test_awkward_and_random_features_pass_every_task_and_keep_the_table(
    tmp_path: Path,
) -> None:
    root = write_service(tmp_path / "service")
    features = [block.parse(AWKWARD), block.parse(PLAIN), *sample(4, seed=1)]

    await build(root, features)

    await check(root)
    await ask(root, features, "--postgres")


async def test_the_asker_sees_what_is_wrong(tmp_path: Path) -> None:
    root = write_service(tmp_path / "service")
    feature = block.parse(EXAMPLE)
    await build(root, [feature])
    for path, right, wrong in (
        ("app/models/workout.py", "le=1440", "le=1439"),
        ("app/repositories/workout.py", 'unique=(("title", "performed_on"),),', ""),
        ("app/api/workouts.py", "repository.get(user.id,", 'repository.get("grace",'),
    ):
        source = (root / path).read_text()
        assert right in source
        (root / path).write_text(source.replace(right, wrong))
        with pytest.raises(AssertionError, match="workout: "):
            await ask(root, [feature])
        (root / path).write_text(source)
