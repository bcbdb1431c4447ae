"""Makes a service answer errors in one way: its own errors, mapped in one place."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import libcst as cst
from libcst.metadata import MetadataWrapper

from pullcord.blueprint import edits, mapping, names
from pullcord.blueprint.checks import errors
from pullcord.blueprint.checks.file import File
from pullcord.blueprint.house import House
from pullcord.blueprint.normalising.answers import Voice
from pullcord.blueprint.normalising.mender import Mender
from pullcord.blueprint.normalising.second import (
    WithoutSecond,
    idle,
    registered,
    strangers,
    without,
)
from pullcord.model.quality import Finding


@dataclass(frozen=True)
class Normalised:
    """`files` are the changed texts by path, `done` what was changed (`path:line: what`), `unclear`
    what is inconsistent and was left, with its line in the file as it is."""

    files: dict[str, str]
    done: tuple[str, ...]
    unclear: tuple[Finding, ...]


def normalise(root: Path, house: House) -> Normalised:
    """What the service at `root` becomes; nothing is written."""
    known = mapping.read(root)
    texts = {
        path.relative_to(root).as_posix(): path.read_text("utf-8")
        for path in sorted((root / "app").rglob("*.py"))
    }
    others = {path: text for path, text in texts.items() if path != known.path}
    unknown = strangers(others, known)
    handling = set(registered(others).registered.values())
    done: list[str] = []
    found = {}
    spare = set(unknown)
    for path, text in others.items():
        if not any(name in text for name in unknown) and not any(
            errors.look(File(root, path, text))
        ):
            found[path] = text
            continue
        second = WithoutSecond(known, unknown)
        wrapper = MetadataWrapper(cst.parse_module(text))
        mender = Mender(Voice(known, _label(path, house)), unknown, handling)
        tree = wrapper.visit(mender).visit(second)
        spare |= second.idle
        done += [f"{path}:{line}: {what}" for line, what in sorted(mender.done)]
        done += [f"{path}: {what}" for what in second.done]
        needed = sorted(mender.needed)
        found[path] = edits.add_import(tree.code, known.module, *needed) if needed else tree.code
    found = without(found, idle(found, spare) - idle(others, spare))
    found = {path: _imported(text, texts[path]) for path, text in found.items()}
    return Normalised(
        {path: text for path, text in found.items() if text != texts[path]},
        tuple(done),
        _left(root, texts, found),
    )


def _imported(new: str, old: str) -> str:
    """The new text without the imports that only the old one needed."""
    if new == old:
        return new
    return edits.without_imports(new, _used(old) - _used(new))


def _used(text: str) -> set[str]:
    return {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}


def _left(root: Path, texts: Mapping[str, str], found: Mapping[str, str]) -> tuple[Finding, ...]:
    """What the reviewer would still find, at its line in the text as it was."""
    return tuple(
        each.model_copy(update={"line": _line(text, texts[path], each.line)})
        for path, text in found.items()
        for each in errors.look(File(root, path, text))
    )


def _line(new: str, old: str, line: int) -> int:
    """Where a line of the new text stood in the old one."""
    said = new.splitlines()[line - 1].strip()
    before = sum(each.strip() == said for each in new.splitlines()[: line - 1])
    places = [n for n, each in enumerate(old.splitlines(), 1) if each.strip() == said]
    return places[min(before, len(places) - 1)] if places else line


def _label(path: str, house: House) -> str:
    """What a row is called in the errors of a file."""
    stem = Path(path).stem
    for known in house.resources.values():
        if stem in (names.module(known.table), names.module(known.name)):
            return names.words(known.name)
    return "resource"
