"""Makes a service answer errors in one way: its own errors, mapped in one place."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping, Sequence
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
    paths = (path.relative_to(root).as_posix() for path in sorted((root / "app").rglob("*.py")))
    texts = {path: (root / path).read_text("utf-8") for path in paths if path != known.path}
    unknown = strangers(texts, known)
    concerned = [path for path, text in texts.items() if _concerns(root, path, text, unknown)]
    handling = set(registered(texts).registered.values())
    mended = {}
    for path in concerned:
        voice = Voice(known, _label(path, house), path.startswith(mapping.SERVING))
        mended[path] = _mended(texts[path], Mender(voice, unknown, handling))
    spare = {*unknown, *(name for each in mended.values() for name in each.idle)}
    new = texts | {path: each.text for path, each in mended.items()}
    new = without(new, idle(new, spare) - idle(texts, spare))
    files = {path: _imported(new[path], text) for path, text in texts.items() if new[path] != text}
    done = [f"{path}{what}" for path, each in mended.items() for what in each.done]
    return Normalised(files, tuple(done), _left(root, texts, texts | files, concerned))


def _concerns(root: Path, path: str, text: str, unknown: Collection[str]) -> bool:
    """Whether something in a file is to be mended, or may be."""
    return any(name in text for name in unknown) or any(errors.look(File(root, path, text)))


@dataclass(frozen=True)
class _Mended:
    """`done` begins with the line; `idle` are functions that handle nothing any more."""

    text: str
    done: tuple[str, ...]
    idle: frozenset[str]


def _mended(text: str, mender: Mender) -> _Mended:
    """One file with the service's own errors, and without a second place that answers them."""
    known, second = mender.voice.mapping, WithoutSecond(mender.voice.mapping, mender.strangers)
    tree = MetadataWrapper(cst.parse_module(text)).visit(mender).visit(second)
    needed = sorted(mender.needed)
    return _Mended(
        edits.add_import(tree.code, known.module, *needed) if needed else tree.code,
        (*(f":{line}: {what}" for line, what in sorted(mender.done)),
         *(f": {what}" for what in second.done)),
        frozenset(second.idle),
    )  # fmt: skip


def _imported(new: str, old: str) -> str:
    """The new text without the imports that only the old one needed."""
    return edits.without_imports(new, _used(old) - _used(new))


def _used(text: str) -> set[str]:
    return {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}


def _left(
    root: Path, old: Mapping[str, str], new: Mapping[str, str], concerned: Sequence[str]
) -> tuple[Finding, ...]:
    """What the reviewer would still find, at its line in the text as it was."""
    return tuple(
        each.model_copy(update={"line": _line(new[path], old[path], each.line)})
        for path in concerned
        for each in errors.look(File(root, path, new[path]))
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
