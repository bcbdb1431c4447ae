"""Which tests show an acceptance criterion: by what both of them speak of, never by a guess.

A criterion is taken apart into its clauses. A test shows a clause when it deals with everything
that the clause says: operations, statuses, numbers, and every other word that carries meaning. A
word that no test knows leaves the criterion uncovered: somebody has to look.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from pullcord.model.words import stem, terms

_CONCEPTS = {
    "create": "create creates created creating log logs logged add adds added post store stores "
    "stored insert",
    "list": "list lists listed listing listings",
    "read": "read reads see sees get gets fetch view views show shows find finds found look",
    "update": "update updates updated replace replaces replaced change changes changed edit edits "
    "put",
    "delete": "delete deletes deleted remove removes removed gone",
    "others": "other others another somebody someone else foreign stranger strangers grace",
    "auth": "token tokens authenticated unauthenticated authentication anonymous nobody "
    "authorization",
    "page": "page pages paged paginated pagination per_page",
    "newest": "newest latest recent",
    "sort": "sort sorts sorted sorting order ordered",
    "filter": "filter filters filtered filtering",
    "unique": "unique twice duplicate duplicates clash clashes conflict conflicts same",
    "refuse": "refuse refuses refused reject rejects rejected invalid outside forbidden",
    "accept": "accept accepts accepted allow allowed valid within",
    "unknown": "unknown missing nonexistent",
    "reference": "reference references referring refers refer",
    "required": "required mandatory must",
    "optional": "optional absent omitted default defaults",
}
_CONCEPT_OF = {word: concept for concept, words in _CONCEPTS.items() for word in words.split()}
_METHODS = {"post": "create", "put": "update", "delete": "delete", "get": "read"}
_WORDS = """
    answer answered first last size number value values field body request response back exactly
    always never own theirs length whole new again it resource row service client api endpoint
    success successful successfully status code result entry item more most less least greater
    larger smaller below above between than over under up characters character letters letter
    work works both direction directions way ways
"""
_EMPTY = frozenset(stem(word) for word in _WORDS.split())
_STATUS = range(200, 600)
_LIMIT = re.compile(
    r"\b(over|above|(more|larger|greater|less|fewer|longer|shorter) than|at (most|least)|up to"
    r"|below|under|beyond|outside|within|to|between|from|maximum|minimum|limit)\b",
    re.IGNORECASE,
)
_ACTOR = re.compile(
    r"(?:^|[,;.]\s*)(?:an?|the|every|each|another|other|one|only)\s+(?:signed-in\s+|authenticated\s+)?"
    r"([a-z]+?)(?:'s|s'|s)?\s+(?=[a-z]+)", re.I
)  # fmt: skip
_ACTORS = frozenset({"user", "people", "person", "someone", "owner", "author"})


def cover(
    criteria: Sequence[str],
    tests: Mapping[str, str],
    nouns: frozenset[str] = frozenset(),
    synonyms: Mapping[str, frozenset[str]] = MappingProxyType({}),
) -> dict[str, tuple[str, ...]]:
    """Criterion → the ids of the tests that show it; empty when a clause is shown by none.

    `tests` maps a test's id to its source, decorators included; `nouns` are names of the resource,
    which every test of it deals with; `synonyms` maps a word to terms that mean it here (`day`).
    """
    known = {id: _of_test(id, source) for id, source in tests.items()}
    actors = _actors(criteria) | frozenset(word for noun in nouns for word in terms(noun))
    found = {}
    for text in criteria:
        clauses = [_of_clause(clause, actors) for clause in _clauses(text)]
        meant = [[each | _union(synonyms, each) for each in wanted] for wanted in clauses if wanted]
        found[text] = _shown(meant, known)
    return found


def _union(synonyms: Mapping[str, frozenset[str]], words: frozenset[str]) -> frozenset[str]:
    return frozenset(term for word in words for term in synonyms.get(word, ()))


def _shown(
    clauses: Sequence[Sequence[frozenset[str]]], tests: Mapping[str, frozenset[str]]
) -> tuple[str, ...]:
    """The tests that show every clause, else those that show them together."""
    fits = [
        {id for id, known in tests.items() if all(each & known for each in wanted)}
        for wanted in clauses
    ]
    if not fits or not all(fits):
        return ()
    found = set.intersection(*fits) or set.union(*fits)
    return tuple(id for id in tests if id in found)


def _clauses(text: str) -> list[str]:
    return [part for part in re.split(r"[;,.:]\s|\.$|\band\b|\bbut\b", text) if part.strip()]


def _of_clause(clause: str, ignored: frozenset[str]) -> list[frozenset[str]]:
    """What a test must deal with, each as the words of which one is enough."""
    clause = re.sub(r"\b(never|not|no)\b[^,;]*?(?:\b\d{3}\b|$)", " ", clause, flags=re.I)
    wanted: list[frozenset[str]] = []
    for number in re.findall(r"\b\d+(?:\.\d+)?\b", clause):
        near = {number, *_neighbours(number)} if _LIMIT.search(clause) else {number}
        wanted.append(frozenset({number} if int(float(number)) in _STATUS else near))
    for word in re.findall(r"[a-z_]+", re.sub(r"['’]s?\b", "", clause.lower())):
        concept = _CONCEPT_OF.get(word)
        if concept is not None:
            wanted.append(frozenset({f"#{concept}"}))
        elif (plain := terms(word)) and not plain & (ignored | _EMPTY | _ACTORS):
            wanted.append(plain)
    has_status = any(each & {str(code) for code in _STATUS} for each in wanted)
    # "gets 201": getting an answer is no reading of a row.
    return [each for each in wanted if not (has_status and each == {"#read"})]


def _neighbours(number: str) -> set[str]:
    if "." in number:
        return set()
    return {str(int(number) - 1), str(int(number) + 1)}


def _actors(criteria: Sequence[str]) -> frozenset[str]:
    """Who acts in the criteria: `An athlete creates …`, `Another athlete's …`."""
    found = (match[1].lower() for text in criteria for match in _ACTOR.finditer(text))
    return frozenset(word for actor in found for word in terms(actor) if actor not in _CONCEPT_OF)


def _of_test(id: str, source: str) -> frozenset[str]:
    """Everything that a test deals with: numbers and words, and with a `#` the concepts of its name
    and of what it runs with. Its body does not count for them: nearly every test creates a row."""
    subject = id.rpartition("::")[2] + re.split(r"^\s*(?:async )?def ", source, flags=re.M)[0]
    words = re.findall(r"[a-z]+", subject.lower().replace("_", " "))
    words += re.findall(r"[a-z_]+", subject.lower())
    concepts = {_CONCEPT_OF.get(word) or _METHODS.get(word) for word in words} - {None}
    concepts |= {"refuse"} if re.search(r"\b(refused|raises)\(", source) else set()
    numbers = re.findall(r"(?<![\w.])\d+(?:\.\d+)?\b", source)
    return frozenset({f"#{each}" for each in concepts} | {*numbers} | terms(subject + source))


def collected(root: Path, paths: Sequence[str]) -> dict[str, str]:
    """The tests in these files: node id without parameters → source with its decorators."""
    found: dict[str, str] = {}
    for path in paths:
        try:
            text = (root / path).read_text("utf-8")
            tree = ast.parse(text)
        except (OSError, SyntaxError, ValueError):
            continue
        lines = text.splitlines(keepends=True)
        for prefix, node in _functions(tree):
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            found[f"{path}::{prefix}{node.name}"] = "".join(lines[first - 1 : node.end_lineno])
    return found


def _functions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for node in tree.body:
        inner = node.body if isinstance(node, ast.ClassDef) and node.name.startswith("Test") else []
        prefix = f"{node.name}::" if isinstance(node, ast.ClassDef) else ""
        for each in inner or [node]:
            if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and each.name.startswith(
                "test"
            ):
                yield prefix, each
