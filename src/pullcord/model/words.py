"""The key terms of a sentence, so that two sentences about one thing can find each other."""

from __future__ import annotations

import re
import unicodedata

_WORDS = """
    a an and any are as at be been by can do does each every for from get gets given has have how
    if in into is it its may must no not of on one only or per shall should so some such than that
    the their them then there these they this to under up was were when where which who whose will
    with within without would add added create created implement support feature task
"""
_EMPTY = frozenset(_WORDS.split())


def terms(text: str, *, keep: frozenset[str] = frozenset()) -> frozenset[str]:
    """Words that carry meaning, lower-case, without accents and English endings.

    `keep` names words that are otherwise dropped as empty.
    """
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", ascii_text)
    return frozenset(stem(word) for word in words if word not in _EMPTY or word in keep)


def stem(word: str) -> str:
    """The word without plural, -ing and -ed: `logging`, `logged` and `logs` are all `log`."""
    for ending, rest in (
        ("ies", "y"),
        ("sses", "ss"),
        ("xes", "x"),
        ("ches", "ch"),
        ("shes", "sh"),
    ):
        if word.endswith(ending) and len(word) > len(ending) + 1:
            return word[: -len(ending)] + rest
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            bare = word[: -len(ending)]
            return bare[:-1] if bare[-1] == bare[-2] and bare[-1] not in "sl" else bare.rstrip("e")
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3:
        word = word[:-1]
    return word.rstrip("e") if len(word) > 3 else word
