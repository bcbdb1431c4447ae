"""The files of a resource follow its feature. What nobody touched is generated anew; what somebody
wrote into it stays."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pullcord.blueprint import block
from pullcord.blueprint.changing.merging import Clash, merge
from pullcord.blueprint.feature import Feature
from pullcord.blueprint.finish import tidy
from pullcord.blueprint.house import House, look
from pullcord.blueprint.settling import locked_here
from pullcord.errors import RequestError
from pullcord.model.work import Brief, Workspace
from pullcord.protocols import Sandbox

NOTHING = "Nothing to do"
"""How the designer's summary begins when there is nothing to change."""
PREVIOUS = "x-previous"
"""Where a locked contract keeps the feature that the code had when it was changed."""


@dataclass(frozen=True)
class Following:
    """What the designer of this run locked: the feature as it was and as it shall be."""

    path: str
    old: Feature
    new: Feature
    house: House


@dataclass(frozen=True)
class Followed:
    """The texts to write, the files among them that hold somebody's own lines, and the places
    (path:line) where those are in the way."""

    texts: dict[str, str] = field(default_factory=dict)
    kept: tuple[str, ...] = ()
    clashes: tuple[str, ...] = ()


def nothing_to_do(brief: Brief) -> bool:
    """Whether the designer of this run found that all agree."""
    told = [each.summary for each in brief.previous if each.task.subagent_type == "api-designer"]
    return bool(told) and told[-1].overview.startswith(NOTHING)


def following(brief: Brief, root: Path) -> Following | None:
    """The change that the designer of this run locked; None when it is a new resource."""
    found = locked_here(brief, root)
    if found is None:
        return None
    path, new = found
    document = json.loads((root / path).read_text("utf-8"))
    try:
        old = block.parse(json.dumps(document[PREVIOUS], ensure_ascii=False), source=path)
    except (KeyError, RequestError):
        return None
    return Following(path, old, new, look(root))


async def follow(
    workspace: Workspace, sandbox: Sandbox, old: Mapping[str, str], new: Mapping[str, str]
) -> Followed:
    """Bring the present files from the generated texts `old` to the generated texts `new`.

    Both are formatted where they will stand, with the target's own tools; afterwards the workspace
    is as it was. Raises Unfinished.
    """
    root = workspace.path
    present = {path: text_of(root / path) for path in {*old, *new}}
    try:
        was = await _tidied(workspace, sandbox, old)
        shall = await _tidied(workspace, sandbox, new)
    finally:
        for path, text in present.items():
            _write(root / path, text)
    texts, kept, clashes = {}, [], []
    for path, text in shall.items():
        ours, base = present[path], was.get(path, "")
        if ours is None or ours == base:
            texts[path] = text
            continue
        try:
            texts[path] = _sound(path, merge(base, ours, text))
            kept.append(path)
        except Clash as clash:
            clashes.append(f"{path}:{clash.line}")
    return Followed(texts, tuple(kept), tuple(clashes))


async def _tidied(
    workspace: Workspace, sandbox: Sandbox, texts: Mapping[str, str]
) -> dict[str, str]:
    for path, text in texts.items():
        _write(workspace.path / path, text)
    await tidy(workspace, sandbox, tuple(texts))
    return {path: (workspace.path / path).read_text("utf-8") for path in texts}


def _sound(path: str, text: str) -> str:
    """A merged text that is Python without two definitions of one name. Raises Clash."""
    if path.endswith(".py"):
        try:
            tree = ast.parse(text)
        except SyntaxError as error:
            raise Clash(error.lineno or 1) from error
        seen: set[str] = set()
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                if node.name in seen:
                    raise Clash(node.lineno)
                seen.add(node.name)
    return text


def text_of(path: Path) -> str | None:
    """What a file says; None when it is not there."""
    return path.read_text("utf-8") if path.is_file() else None


def _write(path: Path, text: str | None) -> None:
    if text is None:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def write(root: Path, texts: Mapping[str, str]) -> None:
    for path, text in texts.items():
        _write(root / path, text)
