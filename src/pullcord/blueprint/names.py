"""Words: plurals, spellings, and names that Python, pydantic or SQL keep for themselves."""

from __future__ import annotations

import builtins
import keyword

from pydantic import BaseModel


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_IRREGULAR = {
    "child": "children",
    "criterion": "criteria",
    "datum": "data",
    "foot": "feet",
    "goose": "geese",
    "leaf": "leaves",
    "life": "lives",
    "half": "halves",
    "index": "indexes",
    "knife": "knives",
    "man": "men",
    "medium": "media",
    "mouse": "mice",
    "person": "people",
    "quiz": "quizzes",
    "shelf": "shelves",
    "tooth": "teeth",
    "wife": "wives",
    "wolf": "wolves",
    "woman": "women",
    "hero": "heroes",
    "potato": "potatoes",
    "tomato": "tomatoes",
    "echo": "echoes",
}
_UNCOUNTABLE = _set(
    "advice aircraft cattle content data deer equipment feedback fish furniture homework "
    "information knowledge luggage media metadata money music news progress research rice "
    "series sheep software species traffic weather"
)
_MODULE_NAMES = frozenset({"builtins", "dt"})
"""Modules by which generated annotations name types that a field would hide."""
_QUERY = frozenset({"conditions", "offset", "order"})
"""What the target's `ListQuery` defines."""
_SQL_RESERVED = _set(
    "all analyse analyze and any array as asc asymmetric authorization binary both case cast check "
    "collate collation column concurrently constraint create cross current_catalog current_date "
    "current_role current_schema current_time current_timestamp current_user default deferrable "
    "desc distinct do else end except false fetch for foreign freeze from full grant group having "
    "ilike in initially inner intersect into is isnull join lateral leading left like limit "
    "localtime localtimestamp natural not notnull null offset on only or order outer overlaps "
    "placing primary references returning right select session_user similar some symmetric "
    "system_user table tablesample then to trailing true union unique user using variadic verbose "
    "when where window with"
)
_CLASSES = _set(
    "APIRouter Annotated Any AtLeast AtMost Boolean Contains CurrentUser Database Date DateTime "
    "Depends Field Integer ListQuery Literal Memory Number Owned Page Protocol Query Reference "
    "Repository Request RequestModel Response Storage Stored Table Text TypedDict UUID Uuid"
)
"""Classes that generated modules import: a resource of that name would hide them."""
_MODULES = frozenset({"base", "memory", "postgres", "table"})
"""Modules that stand beside the resources' own."""
_ROLES = frozenset({"create", "page", "query", "repository", "row"})
"""Endings of the names of a resource's other classes."""


def plural(word: str) -> str:
    """The English plural of a snake_case noun: its last part changes (`body_metric`,
    `body_metrics`)."""
    head, underscore, last = word.rpartition("_")
    return f"{head}{underscore}{_plural(last)}"


def _plural(noun: str) -> str:
    if noun in _UNCOUNTABLE or noun.endswith("ics"):
        return noun
    if noun in _IRREGULAR:
        return _IRREGULAR[noun]
    if noun.endswith("sis"):
        return f"{noun[:-2]}es"
    if noun.endswith(("s", "x", "z", "ch", "sh")):
        return f"{noun}es"
    if noun.endswith("y") and noun[-2:-1] not in ("", *"aeiou"):
        return f"{noun[:-1]}ies"
    return f"{noun}s"


def singular(word: str) -> str:
    """A guess at the noun whose plural `word` is; `word` itself when it is none."""
    if word in _UNCOUNTABLE or word.endswith("ics"):
        return word
    candidates = [one for one, many in _IRREGULAR.items() if many == word]
    candidates += [word[:-3] + "y"] if word.endswith("ies") else []
    candidates += [word[:-2] + "is"] if word.endswith("yses") else []
    candidates += [word[:-2]] if word.endswith(("sses", "xes", "zes", "ches", "shes")) else []
    candidates += [word[:-1]] if word.endswith("s") else []
    return next((each for each in candidates if each and plural(each) == word), word)


def kebab(name: str) -> str:
    return name.replace("_", "-")


def words(name: str) -> str:
    return name.replace("_", " ")


def article(name: str) -> str:
    """The noun with its article: `a workout`, `an entry`."""
    vowel = name[0] in "aeiou" and not name.startswith(("eu", "uni", "use", "one"))
    return f"{'an' if vowel else 'a'} {words(name)}"


def pascal(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


def class_name(resource: str, taken: frozenset[str] = frozenset()) -> str:
    """The class of a resource. A name that is `taken`, or that its own module needs, is told
    apart."""
    name = pascal(resource)
    clash = name in _CLASSES or name in taken or hasattr(builtins, name)
    return f"{name}Entry" if clash else name


def enum_name(owner: str, field: str) -> str:
    """The name of the Literal of an enum field in the class `owner`."""
    name = f"{owner}{pascal(field)}" + ("Choice" if field in _ROLES else "")
    return name if len(name) <= 40 else f"{pascal(field)}Choice"


def module(name: str) -> str:
    """The module of a resource."""
    if name in _MODULES:
        return f"{name}_entry"
    return f"{name}_" if keyword.iskeyword(name) or hasattr(builtins, name) else name


def attribute(name: str) -> str:
    """The Python name of a field on the wire called `name`: the same, unless Python, pydantic or
    the classes around it keep that name (`class`, `json`, `order`)."""
    if name.startswith(("model_validate", "model_dump")) or (
        name.startswith("model_") and hasattr(BaseModel, name)
    ):
        return f"own_{name}"
    kept = name in _MODULE_NAMES | _QUERY or keyword.iskeyword(name) or hasattr(BaseModel, name)
    return f"{name}_" if kept else name


def column(name: str) -> str:
    """A name as SQL wants it: quoted when PostgreSQL reserves it."""
    return f'"{name}"' if name in _SQL_RESERVED else name
