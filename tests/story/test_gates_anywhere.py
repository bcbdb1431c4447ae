"""Repositories of all kinds pass the gates as they are: no poe tasks, other layouts, needed settings."""

import json
import sys
from pathlib import Path

import pytest

from pullcord import config
from pullcord.gates import judge
from pullcord.model.work import Environment
from pullcord.protocols import Case
from pullcord.sandbox.unsafe import Unsafe

MAIN = '''"""The service."""

import os

from fastapi import FastAPI

app = FastAPI(title=os.environ["SERVICE_TITLE"], version="1.0.0")


@app.get("/health", operation_id="getHealth")
def health() -> dict[str, str]:
    """Say that we live."""
    return {"status": "ok"}
'''
PLAIN = MAIN.replace('os.environ["SERVICE_TITLE"]', '"Health"').replace("import os\n\n", "")
TEST = """from {module} import app, health


def test_we_live() -> None:
    assert health() == {{"status": "ok"}}
    assert "/health" in app.openapi()["paths"]
"""
DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Health", "version": "1.0.0"},
    "paths": {"/health": {"get": {
        "summary": "Health", "description": "Say that we live.", "operationId": "getHealth",
        "responses": {"200": {
            "description": "Successful Response",
            "content": {"application/json": {"schema": {
                "additionalProperties": {"type": "string"}, "type": "object",
                "title": "Response Gethealth",
            }}},
        }},
    }}},
}  # fmt: skip
REPOSITORIES = {
    "src layout, bare pytest, a setting": {
        "requirements.txt": "fastapi\npytest\n",
        "src/svc/__init__.py": "",
        "src/svc/main.py": MAIN,
        "tests/test_health.py": TEST.format(module="svc.main"),
        "docs/openapi.json": json.dumps(DOCUMENT, sort_keys=True, indent=4),
        "pullcord.toml": '[env]\nSERVICE_TITLE = "Health"\n',
    },
    "a Makefile and another package": {
        "Makefile": "test:\n\tSERVICE_TITLE=Health pytest -q\n\nlint:\n\truff check svc && mypy svc\n",
        "pytest.ini": "[pytest]\npythonpath = .\naddopts = -x --cov=svc --cov-report=html\n",
        "svc/__init__.py": "",
        "svc/main.py": MAIN,
        "tests/test_health.py": TEST.format(module="svc.main"),
        "openapi.json": json.dumps(DOCUMENT, indent=2) + "\n",
    },
    "one file, settings in setup.cfg": {
        "setup.cfg": "[tool:pytest]\ntestpaths = checks\n\n[mypy]\nstrict = True\n",
        "main.py": PLAIN,
        "checks/test_health.py": TEST.format(module="main"),
    },
}


@pytest.mark.parametrize("files", REPOSITORIES.values(), ids=REPOSITORIES)
async def test_a_repository_passes_as_it_is(files: dict[str, str], tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    for path, text in files.items():
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_text(text)
    (tmp_path / "scratch").mkdir()
    case = Case(
        tree=tree,
        before=tree,
        trusted=tree,
        changes=(),
        project=config.detect(tree),
        sandbox=Unsafe(),
        environment=Environment(path=Path(sys.prefix), key="tests"),
        scratch=tmp_path / "scratch",
        cache=tmp_path / "cache",
    )
    judged = await judge(case)
    red = {v.gate: (v.outcome, v.detail, v.findings, v.log[-500:]) for v in judged.verdicts
           if v.outcome != "pass"}  # fmt: skip

    assert red == {}
    assert ("openapi" in judged.skipped) == (not case.project.openapi)
    assert not list(tree.rglob("__pycache__"))
    assert not (tree / "htmlcov").exists()
