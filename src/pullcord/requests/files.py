"""Request and plan files as text: a size limit, UTF-8, no binary."""

from __future__ import annotations

from pathlib import Path

from pullcord.errors import RequestError

LIMIT = 1 << 20
"""Largest request or plan, in bytes."""


def read_text(path: Path, hint: str = "Name the request with -f.") -> str:
    """The file's text. RequestError says why it cannot be read; `hint` how to name it."""
    try:
        with path.open("rb") as file:
            data = file.read(LIMIT + 1)
    except OSError as error:
        why = error.strerror or str(error)
        raise RequestError(f"{path} cannot be read: {why}.", hint) from error
    return decode(data, str(path))


def decode(data: bytes, source: str) -> str:
    """The text in the bytes, with plain line ends and without a byte order mark."""
    if len(data) > LIMIT:
        raise RequestError(
            f"{source} is larger than {LIMIT >> 20} MiB.",
            "Ask for one feature at a time, or link long material from the repository's docs/.",
        )
    if b"\0" in data:
        raise RequestError(f"{source} is a binary file.", "A request is a Markdown file.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise RequestError(
            f"{source} is not UTF-8 text (line {line}).",
            f"Convert it: iconv -f latin1 -t utf-8 {source}",
        ) from error
    return text.replace("\r\n", "\n").replace("\r", "\n")
