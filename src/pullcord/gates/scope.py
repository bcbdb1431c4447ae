"""Gate 1: did the agent stay where it may write, and is every name safe to have on a disk?

A rename is a delete and an add. A person's tree (no agent) is only asked for dangerous names.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from pullcord.gates.configuration import CONFIG_FILES, closed_changes, load
from pullcord.gates.paths import is_git, matches, name_problems
from pullcord.gates.reach import generated
from pullcord.model.agent import Agent
from pullcord.model.quality import Finding, Verdict
from pullcord.model.work import Change
from pullcord.protocols import Case

LARGEST = 512 * 1024
"""Bytes of a file that an agent may add or change without a person's say."""
PROTECTED = (
    ".git*", "**/.git*", ".github/**", ".gitlab/**", ".circleci/**", ".claude/**", "**/.claude/**",
    "**/CLAUDE.md", "**/CLAUDE.local.md", "**/AGENTS.md", "**/GEMINI.md", ".mcp.json",
    "**/.mcp.json", ".vscode/**", ".cursor/**", ".cursorrules", ".idea/**", ".devcontainer/**",
    ".husky/**", ".pre-commit-config.yaml", ".pre-commit-hooks.yaml", "pullcord.toml",
    ".pullcord/**", "**/sitecustomize.py", "**/*.pyc",
    "**/*.pyo", "**/*.so", "**/*.pyd", "**/__pycache__/**", "**/junit*.xml", "**/coverage.xml",
    "**/coverage.json", "**/usercustomize.py", "**/*.pth", "poe_tasks.*",
    "**/poe_tasks.*", "Makefile", "makefile", "GNUmakefile", "**/*.mk", "Taskfile*", "justfile",
    "noxfile.py", "tasks.py", "setup.py", ".env", "**/.env", ".env.*", "**/.envrc",
    ".python-version",
)  # fmt: skip
"""What steers people's tools, agents and gates: no agent changes it."""
_ALLOWED_HIDDEN = (".env.example", "**/.gitkeep")
_OWN = re.compile(r"docs/temp/agent_\d{8}_\d{6}_(?P<agent>[a-z0-9-]+)_[a-z0-9-]+\.md")


class Scope:
    """Path policy per agent, protected paths, links and names."""

    name = "scope"
    version = 1

    def applies(self, case: Case) -> str:
        return ""

    async def judge(self, case: Case) -> Verdict:
        # In a thread: an agent may leave so many files that the line would stand still.
        findings = await asyncio.to_thread(_findings, case)
        detail = f"{len(case.changes)} changed paths" + (
            f", {len(findings)} not allowed" if findings else ""
        )
        return Verdict(
            gate=self.name,
            outcome="fail" if findings else "pass",
            detail=detail,
            findings=tuple(findings),
            counts={"paths": len(case.changes)},
        )


def _findings(case: Case) -> list[Finding]:
    added = {(case.tree / c.path).parent for c in case.changes if c.status == "added"}
    spelled = {folder: _spellings(folder) for folder in added}
    found = []
    for change in case.changes:
        problems = [*_names(case, change, spelled), *_kinds(case, change)]
        if case.agent is not None:
            problems += _policy(case, case.agent, change)
        found += [
            Finding(gate=Scope.name, rule=rule, message=message, path=change.path)
            for rule, message in problems
        ]
    return found


def _spellings(folder: Path) -> dict[str, list[str]]:
    """The names in a folder by what they are where case does not count."""
    found: dict[str, list[str]] = {}
    if folder.is_dir():
        for entry in folder.iterdir():
            found.setdefault(entry.name.casefold(), []).append(entry.name)
    return found


def _names(
    case: Case, change: Change, spelled: Mapping[Path, Mapping[str, Sequence[str]]]
) -> Iterator[tuple[str, str]]:
    if change.status == "deleted":
        return
    for problem in name_problems(change.path):
        yield "name", f"the name {problem}"
    if change.status == "added":
        path = case.tree / change.path
        twins = [n for n in spelled[path.parent].get(path.name.casefold(), ()) if n != path.name]
        if twins:
            yield "name", f"differs only in case from {twins[0]}"


def _kinds(case: Case, change: Change) -> Iterator[tuple[str, str]]:
    """Links, submodules, devices: by git's mode and by what really lies there."""
    if change.status == "deleted":
        return
    path = case.tree / change.path
    if change.mode == "120000" or path.is_symlink():
        if case.agent is not None or _leaves(case.tree, path):
            yield (
                "symlink",
                "symbolic links are not taken from agents"
                if case.agent
                else ("the link leads out of the repository"),
            )
    elif change.mode == "160000":
        yield "submodule", "a submodule is other code, and none of it was judged"
    elif not path.is_file():
        yield "kind", "is not a regular file"
    for parent in PurePosixPath(change.path).parents:
        if (case.tree / parent).is_symlink():
            yield "symlink", f"lies behind the link {parent}"


def _leaves(tree: Path, path: Path) -> bool:
    try:
        target = path.resolve()
    except (OSError, RuntimeError):
        return True
    inside = target.is_relative_to(tree.resolve())
    return not inside or any(is_git(part) for part in target.relative_to(tree.resolve()).parts)


def _policy(case: Case, agent: Agent, change: Change) -> Iterator[tuple[str, str]]:
    path, name = change.path, PurePosixPath(change.path).name
    if path == case.summary_path:
        return
    if path == "pyproject.toml":
        yield from _pyproject(case, agent)
        return
    if closed := _closed(case, path, name):
        yield "protected", closed
    elif not _may_write(case, agent, change):
        who = "this task" if matches(path, agent.write) else agent.name
        yield "scope", f"{who} may not write here"
    elif change.status != "deleted" and (case.tree / path).is_file():
        yield from _file(case, change)


def _closed(case: Case, path: str, name: str) -> str:
    if matches(path, _ALLOWED_HIDDEN):
        return ""
    if name in CONFIG_FILES:
        return "steers the gates' tools; only a person changes it"
    if matches(path, (*PROTECTED, *case.project.protected)) or path.startswith("."):
        return "is protected; only a person changes it"
    if name == "conftest.py" and not _beside_tests(case, path):
        return "a conftest.py outside the tests runs code in every gate"
    return ""


def _beside_tests(case: Case, path: str) -> bool:
    parts = PurePosixPath(path).parts[:-1]
    return bool({"test", "tests"} & set(parts)) or (case.trusted / path).is_file()


def _may_write(case: Case, agent: Agent, change: Change) -> bool:
    if _in_scope(case, agent, change.path) or generated(case, change.path):
        return not _foreign_summary(case, agent, change)
    return change.path.startswith("docs/temp/") and (
        change.status == "added" and not _foreign_summary(case, agent, change)
    )


def _in_scope(case: Case, agent: Agent, path: str) -> bool:
    return matches(path, agent.write) and (not case.writes or matches(path, case.writes))


def _foreign_summary(case: Case, agent: Agent, change: Change) -> bool:
    """Whether this is another agent's summary: theirs are evidence, and nobody rewrites them."""
    found = _OWN.fullmatch(change.path)
    if found is None:
        return False
    return found["agent"] not in {agent.name, *case.authors} or change.status != "added"


def _pyproject(case: Case, agent: Agent) -> Iterator[tuple[str, str]]:
    try:
        old, new = (load(tree / "pyproject.toml") for tree in (case.before, case.tree))
    except ValueError as error:
        yield "configuration", str(error)
        return
    if not _in_scope(case, agent, "pyproject.toml"):
        yield "scope", f"{agent.name} may not write here"
        return
    for place, why in closed_changes(old, new):
        yield "configuration", f"{place}: {why}"


def _file(case: Case, change: Change) -> Iterator[tuple[str, str]]:
    if change.mode == "100755" and not os.access(case.before / change.path, os.X_OK):
        yield "executable", "became executable"
    documents = (case.project.openapi, case.project.published)
    size = (case.tree / change.path).lstat().st_size
    if size > LARGEST and change.path not in documents:
        yield "size", f"has {size} bytes; more than {LARGEST} need a person's say"
