"""The least coverage a repository asks of itself."""

from __future__ import annotations

import configparser
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

LEAST = 80.0
"""SPEC.md, Required Checks."""
_FLAG = re.compile(r"--cov-fail-under[= ]+(\d+(?:\.\d+)?)")


def threshold(tree: Path, tool: Mapping[str, Any], commands: Iterable[str]) -> tuple[float, str]:
    """The largest of 80 and every threshold the repository states, and where it stands."""
    found = [(LEAST, "SPEC.md")]
    report = tool.get("coverage", {}).get("report", {})
    if isinstance(report.get("fail_under"), int | float):
        found.append((float(report["fail_under"]), "pyproject.toml"))
    for name, section in ((".coveragerc", "report"), ("setup.cfg", "coverage:report"),
                          ("tox.ini", "coverage:report")):  # fmt: skip
        if value := _ini(tree / name, section):
            found.append((value, name))
    for text in commands:
        found += [(float(value), "pytest's options") for value in _FLAG.findall(text)]
    return max(found, key=lambda pair: pair[0])


def _ini(path: Path, section: str) -> float:
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(path.read_text(encoding="utf-8"))
        return parser.getfloat(section, "fail_under", fallback=0.0)
    except (OSError, ValueError, configparser.Error):
        return 0.0
