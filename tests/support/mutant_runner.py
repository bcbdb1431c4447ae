"""Runs the tests of several copies of a service, each in a fork of one warm process, two at a time.

Arguments: a pytest expression, then the copies. Prints one JSON object: copy to exit code.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import fastapi.testclient
import jwt
import psycopg_pool
import pytest

WARM = (fastapi.testclient, jwt, psycopg_pool)
"""Imported before the forks, because they take most of the time."""
AT_ONCE = 2


def run(copy: Path, expression: str) -> int:
    os.chdir(copy)
    sys.path.insert(0, str(copy))
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    # Only the exit code is looked at, so no assertion needs to be explained.
    options = ["-x", "-q", "-p", "no:cacheprovider", "-o", "addopts=", "--assert=plain", "--tb=no"]
    tests = (copy / "chosen").read_text().split()
    return int(pytest.main([*options, "-k", expression, *tests]))


def main(expression: str, copies: list[str]) -> dict[str, int]:
    waiting, running, found = list(copies), dict[int, str](), dict[str, int]()
    while waiting or running:
        while waiting and len(running) < AT_ONCE:
            copy = waiting.pop(0)
            child = os.fork()
            if child == 0:
                code = 99
                try:
                    code = run(Path(copy), expression)
                finally:
                    os._exit(code)
            running[child] = copy
        child, status = os.wait()
        found[running.pop(child)] = os.waitstatus_to_exitcode(status)
    return found


if __name__ == "__main__":
    json.dump(main(sys.argv[1], sys.argv[2:]), sys.stdout)
