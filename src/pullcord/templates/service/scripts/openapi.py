"""The OpenAPI document: generate it, verify it, publish it.

openapi.json describes the code of this commit. contract/ holds what clients rely on: it changes
only by `publish`, and each change leaves an entry in its changelog.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
COMMITTED = ROOT / "openapi.json"
PUBLISHED = ROOT / "contract" / "openapi.json"
CHECKSUM = ROOT / "contract" / "openapi.sha256"
CHANGELOG = ROOT / "contract" / "CHANGELOG.md"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


def export() -> bytes:
    """Return the document of the code as it is, whatever the environment says."""
    from app.core.settings import Settings
    from app.main import create_app

    document = create_app(Settings()).openapi()
    return (json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()


def findings() -> list[str]:
    """Return everything that is wrong with the committed document."""
    exports = [_export_with_hash_seed(seed) for seed in ("1", "2")]
    found = []
    if exports[0] != exports[1]:
        found.append("the export differs from one interpreter to the next")
    if not COMMITTED.is_file():
        found.append("openapi.json is missing: run `poe generate-openapi`")
    elif COMMITTED.read_bytes() != exports[0]:
        found.append("openapi.json is not what the code exports: run `poe generate-openapi`")
    document = json.loads(exports[0])
    return found + _invalid(document) + _careless(document)


def verify() -> int:
    """Print the findings. Exit code 0 means that there are none."""
    found = findings()
    for finding in found:
        sys.stderr.write(f"openapi: {finding}\n")
    if not found:
        sys.stdout.write("openapi.json is valid and up to date.\n")
    return 1 if found else 0


def generate() -> int:
    """Write openapi.json from the code."""
    COMMITTED.write_bytes(export())
    return 0


def publish() -> int:
    """Make the verified document the published contract."""
    if verify():
        return 1
    new = COMMITTED.read_bytes()
    old = PUBLISHED.read_bytes() if PUBLISHED.is_file() else b"{}"
    if new != old:
        entry = _changelog_entry(json.loads(old), json.loads(new))
        title, _, entries = CHANGELOG.read_text("utf-8").partition("\n## ")
        parts = [title.rstrip(), entry] + ([f"## {entries}".rstrip()] if entries else [])
        CHANGELOG.write_text("\n\n".join(parts) + "\n", "utf-8")
        PUBLISHED.write_bytes(new)
    CHECKSUM.write_text(f"{hashlib.sha256(new).hexdigest()}  openapi.json\n", "utf-8")
    sys.stdout.write("The contract is unchanged.\n" if new == old else "Published.\n")
    return 0


def _export_with_hash_seed(seed: str) -> bytes:
    command = [sys.executable, "-m", "scripts.openapi", "export"]
    env = os.environ | {"PYTHONHASHSEED": seed}
    return subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE).stdout


def _invalid(document: dict[str, Any]) -> list[str]:
    from openapi_spec_validator import OpenAPIV31SpecValidator

    errors = OpenAPIV31SpecValidator(document).iter_errors()
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in errors]


def _careless(document: dict[str, Any]) -> list[str]:
    operations = _operations(document)
    ids = Counter(operation.get("operationId") for operation in operations.values())
    found = [f"the operationId {name} is used {n} times" for name, n in ids.items() if n > 1]
    for name, operation in operations.items():
        if not operation.get("operationId"):
            found.append(f"{name} has no operationId")
        if not operation.get("security", document.get("security")):
            found.append(f"{name} needs no authentication")
    return found


def _operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        f"{method.upper()} {path}": item[method]
        for path, item in document.get("paths", {}).items()
        for method in METHODS
        if method in item
    }


def _changelog_entry(old: dict[str, Any], new: dict[str, Any]) -> str:
    before, after = _operations(old), _operations(new)
    lines = [f"- Added `{name}`" for name in after if name not in before]
    lines += [f"- Removed `{name}`" for name in before if name not in after]
    lines += [
        f"- Changed `{name}`" for name in after if name in before and after[name] != before[name]
    ]
    schemas = [d.get("components", {}).get("schemas", {}) for d in (old, new)]
    lines += [
        f"- Changed the schema `{name}`"
        for name in schemas[1]
        if name in schemas[0] and schemas[0][name] != schemas[1][name]
    ]
    heading = f"## {new['info']['version']} - {datetime.now(UTC):%Y-%m-%d}"
    return "\n".join([heading, "", *(lines or ["- Changed descriptions only"])])


def main() -> int:
    """Run the command that the command line names."""
    parser = argparse.ArgumentParser(description="The OpenAPI document of this service.")
    commands = ("export", "generate", "verify", "publish")
    parser.add_argument("command", choices=commands)
    command = parser.parse_args().command
    if command == "export":
        sys.stdout.buffer.write(export())
        return 0
    return {"generate": generate, "verify": verify, "publish": publish}[command]()


if __name__ == "__main__":
    sys.exit(main())
