"""Gate 3e: is the committed OpenAPI document what the code exports?

The application is exported in two interpreters with different hash seeds, validated, and compared
with the committed document byte for byte, and that with the published one.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from pullcord.gates import tool
from pullcord.gates.reach import inherited
from pullcord.model.quality import Finding, Verdict
from pullcord.openapi.document import Document, differences, load, operations, same_bytes
from pullcord.process import Completed
from pullcord.protocols import Case

_SEEDS = ("1", "4242")
_MOST = 20
_GENERATED = ("drift", "bytes", "published")
"""Rules about the documents that are generated from the code: what is older than the run is left to
whoever writes the application."""
_EXPORTER = Path(__file__).with_name("openapi_export.py")


class OpenAPI:
    """Deterministic, valid, committed, published; every operation has its own id."""

    name = "openapi"
    version = 2

    def applies(self, case: Case) -> str:
        if reason := tool.off(case, self.name):
            return reason
        if not case.project.app:
            return "the base has no FastAPI application"
        return "" if case.project.openapi else "the base has no committed OpenAPI document"

    async def judge(self, case: Case) -> Verdict:
        started = time.monotonic()
        reports = case.scratch / "openapi"
        reports.mkdir(parents=True, exist_ok=True)
        runs = await asyncio.gather(*(self._export(case, reports, seed) for seed in _SEEDS))
        tools = tool.versions(case.environment, "fastapi", "pydantic", "openapi-spec-validator")
        for done, text in runs:
            if reason := tool.broken(done, "python"):
                return tool.verdict(self.name, "error", reason, done, tools=tools)
            if not text:
                detail = "the application ended before it exported anything"
                return tool.verdict(self.name, "error", detail, done, tools=tools)
        done, text = runs[0]
        report = _report(text)
        if report.get("missing"):
            detail = f"{report['missing']} is not installed in the environment"
            return tool.verdict(self.name, "error", detail, done, tools=tools)
        older: list[Finding] = []
        if "error" in report:
            findings = [_finding("import", report["error"], report["path"], report["line"])]
        else:
            findings = await asyncio.to_thread(_judged, case, report["document"])
            if inherited(case):
                older = [each for each in findings if each.rule in _GENERATED]
                findings = [each for each in findings if each not in older]
            if runs[1][1] != text:
                findings.insert(0, _finding("deterministic", "two exports of one tree differ"))
        counts = {"operations": len(operations(report.get("document", {})))}
        detail = f"{counts['operations']} operations, {len(findings)} findings"
        if older:
            detail += f"; the base's documents differ from its code in {len(older)} places"
        verdict = tool.verdict(
            self.name,
            "fail" if findings else "pass",
            detail,
            done,
            findings=findings,
            tools=tools,
            counts=counts,
        )
        return verdict.model_copy(update={"duration_s": round(time.monotonic() - started, 3)})

    async def _export(self, case: Case, reports: Path, seed: str) -> tuple[Completed, str]:
        report = reports / f"export-{seed}.json"
        report.unlink(missing_ok=True)
        code = _EXPORTER.read_text(encoding="utf-8")
        argv = [tool.PYTHON, "-c", code, case.project.app, f"/reports/{report.name}"]
        done = await tool.run(case, self.name, argv, reports=reports, env={"PYTHONHASHSEED": seed})
        shown = (*done.argv[:2], "export", *done.argv[3:]) if len(done.argv) > 3 else done.argv
        text = report.read_text(encoding="utf-8") if report.is_file() else ""
        return Completed(**{**done.__dict__, "argv": shown}), text


def _report(text: str) -> dict[str, Any]:
    data = json.loads(text)
    if not isinstance(data, dict) or not ({"document", "error"} & data.keys()):
        raise ValueError("the export is not what our exporter writes")
    return data


def _finding(rule: str, message: str, path: str = "", line: int = 0) -> Finding:
    return Finding(gate="openapi", rule=rule, message=message, path=path, line=line)


def _judged(case: Case, document: Document) -> list[Finding]:
    return [*_invalid(document), *_committed(case, document), *_ids(case, document)]


def _invalid(document: Document) -> Iterator[Finding]:
    from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator

    said = str(document.get("openapi", ""))
    kinds = {"3.0": OpenAPIV30SpecValidator, "3.1": OpenAPIV31SpecValidator}
    kind = kinds.get(said[:3])
    if kind is None:
        yield _finding("valid", f"OpenAPI {said or 'without a version'} is not known")
        return
    for error in islice(kind(document).iter_errors(), _MOST):
        place = "/".join(str(part) for part in error.absolute_path)
        yield _finding("valid", f"/{place}: {error.message}"[:500])


def _committed(case: Case, document: Document) -> Iterator[Finding]:
    path = case.project.openapi
    try:
        committed = load(case.tree / path)
    except ValueError as error:
        yield _finding("committed", f"the document cannot be read: {error}", path)
        return
    drift = list(islice(differences(committed, document), _MOST))
    for place in drift:
        yield _finding("drift", f"{place}: generate the document", path)
    text = (case.tree / path).read_bytes()
    if not drift and not same_bytes(text.decode("utf-8"), document):
        yield _finding("bytes", "has the right content in other bytes: generate it", path)
    published = case.project.published
    if published and not drift:
        copy = case.tree / published
        if copy.is_symlink() or not copy.is_file() or copy.read_bytes() != text:
            yield _finding("published", f"is not {path}: publish the document", published)


def _ids(case: Case, document: Document) -> Iterator[Finding]:
    found = operations(document)
    counted = Counter(o.get("operationId") for o in found.values())
    explicit = _explicit(case)
    for (method, path), operation in found.items():
        id = operation.get("operationId")
        if not id:
            yield _finding("operation-id", f"{method} {path} has no operationId")
        elif counted[id] > 1:
            yield _finding("operation-id", f"{method} {path}: {id} is used {counted[id]} times")
        elif explicit and _derived(id, method, path):
            yield _finding(
                "operation-id", f"{method} {path}: {id} is derived, the others are named"
            )


def _explicit(case: Case) -> bool:
    """Whether the base names its operations itself; then new ones must be named, too."""
    try:
        known = operations(load(case.trusted / case.project.openapi))
    except ValueError:
        return False
    ids = [(str(o.get("operationId")), *key) for key, o in known.items()]
    return bool(ids) and not any(_derived(*entry) for entry in ids)


def _derived(id: str, method: str, path: str) -> bool:
    """FastAPI's own: function name, path, method, with underscores."""
    return id.endswith(f"{re.sub(r'[^0-9a-zA-Z]', '_', path)}_{method.lower()}")
