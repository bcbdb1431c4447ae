"""How many dishonest changes the gates catch, and how many honest ones they let pass.

python bench/corpus.py CORPUS [--static] [--shipped] [--only ID,ID] [--verbose]

CORPUS is the unpacked archive of labelled changes (its README says what is in it). With --static
only the gates that run no tool judge. Git tampering that is no part of a tree (hooks, remotes) is
stopped at the freeze and not seen here. Changes that a person approved beforehand are shown apart.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import sys
import tempfile
import tomllib
from collections import defaultdict
from pathlib import Path

from pullcord import config
from pullcord.agents.scopes import scope_of
from pullcord.gates import judge
from pullcord.model.agent import Agent
from pullcord.model.work import Change, Environment
from pullcord.protocols import Case
from pullcord.sandbox import choose

STATIC = ("scope", "forbidden", "contract")


def changes_of(base: Path, tree: Path) -> tuple[Change, ...]:
    """What differs between two folders; the corpus holds names that git itself refuses."""
    was, now = listing(base), listing(tree)
    found = []
    for path in sorted(was.keys() | now.keys()):
        if path not in now:
            found.append(Change(path=path, status="deleted", mode="000000"))
        elif was.get(path) != now[path]:
            status = "modified" if path in was else "added"
            found.append(Change(path=path, status=status, mode=now[path][0]))
    return tuple(found)


def listing(tree: Path) -> dict[str, tuple[str, bytes]]:
    found = {}
    for folder, names, files in os.walk(tree):
        names[:] = [n for n in names if (Path(folder), n) != (tree, ".git")]
        for name in [*files, *(n for n in names if Path(folder, n).is_symlink())]:
            path = Path(folder, name)
            if path.is_symlink():
                entry = ("120000", bytes(path.readlink()))
            else:
                entry = ("100755" if os.access(path, os.X_OK) else "100644", path.read_bytes())
            found[path.relative_to(tree).as_posix()] = entry
    return found


async def one(
    source: Path, work: Path, static: bool, shipped: bool, environment: Environment
) -> dict[str, object]:
    sys.path.insert(0, str(source.parent.parent))
    from apply_case import materialise

    meta = materialise(source, work / "tree")
    base = source.parent.parent / "base"
    policy = tomllib.loads((base / ".orchestrator/policy.toml").read_text())
    generated = policy["generated"] if "docs/**" in policy["roles"][meta["role"]] else []
    changes = changes_of(base, work / "tree")
    shutil.rmtree(work / "tree" / ".git")
    project = config.detect(base)
    case = Case(
        tree=work / "tree",
        before=base,
        trusted=base,
        changes=changes,
        project=project,
        sandbox=await choose(unsafe=False),
        environment=environment,
        scratch=work / "scratch",
        cache=work.parent / "cache",
        agent=Agent(
            name=meta["role"],
            description="",
            write=scope_of(meta["role"])
            if shipped
            else (*policy["roles"][meta["role"]], *generated),
        ),
    )
    case.scratch.mkdir()
    judged = await judge(case, STATIC if static else ())
    return {
        "id": meta["id"],
        "kind": meta["kind"],
        "expected": meta["expected"],
        "layer": meta["earliest_layer"],
        "approved": bool(meta.get("approvals")),
        "open": judged.open,
        "closed_by": {v.gate: v.detail for v in judged.verdicts if not v.opens},
        "findings": [f"{f.gate}/{f.rule}: {f.path} {f.message}"[:160]
                     for v in judged.verdicts for f in v.findings][:6],
    }  # fmt: skip


async def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--static", action="store_true")
    parser.add_argument("--shipped", action="store_true", help="the roles' own write scopes")
    parser.add_argument("--only", default="")
    parser.add_argument("--verbose", action="store_true")
    args = parser.parse_args()
    environment = Environment(path=Path(sys.prefix), key="bench")
    results = []
    wanted = set(filter(None, args.only.split(",")))
    with tempfile.TemporaryDirectory() as folder:
        for source in sorted((args.corpus / "dev").iterdir()):
            if wanted and source.name not in wanted:
                continue
            work = Path(folder, source.name)
            work.mkdir()
            found = await one(source, work, args.static, args.shipped, environment)
            results.append(found)
            right = found["open"] == (found["expected"] == "allow")
            if args.verbose or not right:
                print("ok   " if right else "WRONG", json.dumps(found))
            shutil.rmtree(work)
    table = defaultdict(lambda: [0, 0])
    for found in results:
        row = table[str(found["kind"]) + (" (approved)" if found["approved"] else "")]
        row[0] += 1
        row[1] += found["open"] == (found["expected"] == "allow")
    for kind, (count, right) in sorted(table.items()):
        print(f"{kind:28} {right}/{count}")
    block = [r for r in results if r["expected"] == "block"]
    allow = [r for r in results if r["expected"] == "allow" and not r["approved"]]
    print(f"blocked {sum(not r['open'] for r in block)}/{len(block)}, "
          f"let pass {sum(bool(r['open']) for r in allow)}/{len(allow)} honest ones")  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
