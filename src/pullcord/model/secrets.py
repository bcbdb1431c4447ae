"""What a secret looks like in a text, and the text without it. Pure.

Two ways to know one: by its form (keys of well-known services, private keys, addresses with a
password), or by the name it is given together with how random it looks. Obvious dummies are none.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

NAME = re.compile(
    r"(secret|passwo?r?d|passphrase|token|api_?key|private_?key|service_?role|credential)", re.I
)
"""Names of values that are secret."""
HARMLESS = re.compile(
    r"(_url|_uri|_path|_file|_name|_header|_type|_field|_length|_seconds|_algorithm|_hash|_digest"
    r"|_id|_prefix|_pattern|_regex|_format|_error|_message|_label)$", re.I
)  # fmt: skip
"""Names that only speak of a secret."""
FORM = re.compile(
    r"(?P<aws>\b(?:AKIA|ASIA)[0-9A-Z]{16}\b)"
    r"|(?P<stripe>\b[sr]k_live_\w{10,})"
    r"|(?P<model>\bsk-[A-Za-z0-9_-]{20,})"
    r"|(?P<github>\bgh[pousr]_\w{30,}|\bgithub_pat_\w{30,})"
    r"|(?P<gitlab>\bglpat-[\w-]{20,})"
    r"|(?P<slack>\bxox[abeprs]-[\w-]{10,})"
    r"|(?P<google>\bAIza[\w-]{35})"
    r"|(?P<mail>\bSG\.[\w-]{16,}\.[\w-]{16,})"
    r"|(?P<registry>\bnpm_\w{36}\b|\bpypi-[\w-]{50,})"
    r"|(?P<private>-----BEGIN [A-Z ]*PRIVATE KEY-----(?:(?!-----)[\s\S]){0,8000}"
    r"(?:-----END [A-Z ]*PRIVATE KEY-----)?)"
    r"|(?P<jwt>\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{16,})"
    r"|(?P<address>\b[a-z][a-z0-9+]{2,20}://[^\s:/@\"'<>]{1,80}:(?P<word>[^\s/@\"'<>{}$]{1,200})"
    r"@(?P<host>[\w.\-\[\]:]+))"
)
"""Texts that are secrets by their form."""
_KINDS = {
    "aws": "an AWS access key", "stripe": "a live Stripe key", "model": "a provider's API key",
    "github": "a GitHub token", "gitlab": "a GitLab token", "slack": "a Slack token",
    "google": "a Google API key", "mail": "a SendGrid key", "registry": "a registry's token",
    "private": "a private key", "jwt": "a signed token", "address": "an address with its password",
}  # fmt: skip
_QUOTED = re.compile(
    r"(?<![\w\-])(?P<name>[A-Za-z_][\w\-]{0,80})[\"'\]]{0,2}\s{0,4}"
    r"(?::\s*[\w\[\]., |\"']{1,60}?)?\s{0,4}(?:=>|=|:|,)\s{0,20}"
    r"(?:[rbuRBU]{1,2})?(?P<quote>[\"'`])(?P<value>[^\"'`\n]{6,400})(?P=quote)"
)
_SQL = re.compile(r"\b(?P<name>password)\s+'(?P<value>[^'\n]{6,400})'", re.I)
_PLAIN = re.compile(
    r"^[ \t>*\-]*(?:export\s+|set\s+|ENV\s+)?(?P<name>[A-Za-z_][\w\-.]{0,80})[ \t]*[=:][ \t]*"
    r"(?P<value>[^\s\"'`#]{6,400})[ \t]*(?:#.*)?$",
    re.M,
)
_CODE = (".py", ".pyi", ".sql", ".js", ".ts", ".tsx", ".jsx", ".go", ".rs", ".java", ".json")
"""Files in which a literal stands in quotes."""
_DUMMY = re.compile(
    r"(?i)\b(?:an?|the|my|your|our|his|her|some|any|no|not|never|only|for|in|of|and|or|to|is|it|"
    r"tests?|testing|tester|dummy|examples?|sample|fake|mock|stub|change|changeme|me|placeholder|"
    r"secrets?|tokens?|password|passwd|pass|pwd|passphrase|word|user|username|key|api|private|"
    r"public|access|refresh|auth|bearer|jwt|foo|bar|baz|local|localhost|dev|development|prod|"
    r"production|staging|ci|admin|root|default|none|null|nil|true|false|abc|abcdef|xyz|value|here|"
    r"insecure|unsafe|super|valid|invalid|wrong|right|good|bad|old|new|other|another|first|second|"
    r"client|service|role|anon|postgres|supabase|database|db|long|enough|use|used|redacted|"
    r"characters|chars|bytes|letters|hunter|correct|horse|battery|staple|letmein|qwerty|x+|s+|a+)\b"
)
_MARKED = re.compile(
    r"(?i)\b(test\w*|dummy|example|sample|fake|mock|change|changeme|placeholder|your|insecure|dev|"
    r"development|local|localhost|never|not|todo|none|x{3,})\b"
)
_LOCAL = re.compile(
    r"(?i)^(localhost|127(\.\d+){3}|0\.0\.0\.0|\[?::1\]?|[\w-]+|([\w-]+\.)*"
    r"(example(\.(com|org|net))?|test|invalid|localhost|local|internal))(:\d+)?$"
)
_UUID = re.compile(r"(?i)^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
_TESTS = re.compile(
    r"(^|/)(tests?|fixtures|examples?|docs?)/|(^|/)(test_[^/]*|conftest|[^/]*_test)\."
    r"|\.(md|rst|txt)$|\.(example|sample|template|dist)$"
)
_DEFAULT = re.compile(r"(?:environ\.get|getenv)\(\s*[\"']$")
SHOWN = 4
"""Characters of a secret that are ever repeated."""


@dataclass(frozen=True)
class Secret:
    """A secret found in a text: where its value stands, and what it is in words."""

    start: int
    end: int
    value: str
    what: str

    @property
    def redacted(self) -> str:
        """What may be shown of it."""
        return f"{self.value[:SHOWN]}…"

    def mark(self, salt: str) -> str:
        """A fingerprint to tell secrets apart; slow to make, so that guessing a weak one costs."""
        mixed = hashlib.scrypt(
            self.value.encode(), salt=salt.encode(), n=2**14, r=8, p=1, maxmem=2**26, dklen=4
        )
        return mixed.hex()


def secrets(text: str, path: str = "") -> list[Secret]:
    """Every secret in a text, in its order, none within another. `path` says what kind of file it
    is: in application code a name and a guessable value are enough, in tests, documents and talk
    the value must look random."""
    found = sorted((*_by_form(text, path), *_by_name(text, path)), key=lambda s: (s.start, -s.end))
    kept: list[Secret] = []
    for secret in found:
        if not kept or secret.start >= kept[-1].end:
            kept.append(secret)
    return kept


def redacted(text: str) -> str:
    """The text with every secret cut down to its first characters."""
    parts, at = [], 0
    for secret in secrets(text):
        parts += [text[at : secret.start], secret.redacted]
        at = secret.end
    return "".join([*parts, text[at:]]) if parts else text


def _by_form(text: str, path: str) -> Iterator[Secret]:
    for match in FORM.finditer(text):
        kind = next(name for name in _KINDS if match[name] is not None)
        group = "word" if kind == "address" else kind
        value = match[group]
        if kind == "address" and _harmless_address(value, match["host"]):
            continue
        if kind == "jwt" and not _is_live(value, path):
            continue
        if kind not in ("address", "private") and _is_dummy_key(value):
            continue
        yield Secret(match.start(group), match.end(group), value, _KINDS[kind])


def _by_name(text: str, path: str) -> Iterator[Secret]:
    code = path.endswith(_CODE)
    strict = bool(path) and not _TESTS.search(path)
    for pattern in (_QUOTED, _SQL) if code else (_QUOTED, _SQL, _PLAIN):
        for match in pattern.finditer(text):
            name, value = match["name"], match["value"]
            if not NAME.search(name) or HARMLESS.search(name) or not _is_literal(value):
                continue
            fallback = strict and _DEFAULT.search(
                text[max(0, match.start() - 40) : match.start("name")]
            )
            if (
                _is_random(value)
                or (strict and _is_guessable(value))
                or (fallback and not _MARKED.search(_spaced(value)))
            ):
                yield Secret(
                    match.start("value"), match.end("value"), value, f"the value of {name}"
                )


def _is_literal(value: str) -> bool:
    """Not a reference, a template, an address, a path, a call or words of a sentence."""
    if re.search(r"[\s{}<>()\[\]$]|\.\.\.|…|://", value) or _UUID.match(value):
        return False
    path = r"[./~].*|[A-Za-z_]\w*(\.[A-Za-z_]\w*)+|[a-z]+/[\w./+-]+|[\w./-]+\.[a-z]\w{0,4}(:\d+)*:?"
    return not re.fullmatch(path, value)


def _spaced(value: str) -> str:
    """The value with its words apart: `changeMe_now` is `change Me now`."""
    return re.sub(r"[\W_]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", value))


def _rest(value: str) -> str:
    """What is left of a value without the words of dummies."""
    return _DUMMY.sub("", _spaced(value)).replace(" ", "")


def _is_random(value: str) -> bool:
    rest = _rest(value)
    digits = sum(c.isdigit() for c in rest)
    return (
        len(rest) >= 16
        and digits >= 2
        and digits < len(rest)
        and not re.search(r"(.)\1{4}|0123456|1234567|abcdefg", rest, re.I)
        and _bits(rest) >= 3.0
    )


def _is_guessable(value: str) -> bool:
    """A password as people make them: letters with digits, and no dummy."""
    rest = _rest(value)
    letters = sum(c.isalpha() for c in rest)
    return (
        len(value) >= 7
        and letters >= 4
        and letters < len(rest)
        and not _MARKED.search(_spaced(value))
    )


def _is_dummy_key(value: str) -> bool:
    tail = value[SHOWN:]
    return "example" in value.lower() or len(set(tail)) < 6 or bool(_MARKED.search(_spaced(tail)))


def _harmless_address(password: str, host: str) -> bool:
    if _is_random(password):
        return False
    return bool(_LOCAL.match(host)) or not re.sub(r"\d", "", _rest(password))


def _is_live(token: str, path: str) -> bool:
    """Whether a signed token opens something: a service role anywhere, any token outside tests."""
    try:
        body = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        if isinstance(claims, dict) and claims.get("role") == "service_role":
            return claims.get("iss") != "supabase-demo"
    except ValueError:
        pass
    return not _TESTS.search(path)


def _bits(text: str) -> float:
    """Shannon's entropy of a text, in bits a character."""
    counts = Counter(text)
    return -sum(n / len(text) * math.log2(n / len(text)) for n in counts.values())
