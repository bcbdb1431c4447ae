"""YAML nodes read without trust: every error is kept with its line, nothing is raised."""

from __future__ import annotations

import json
import re
from typing import Any

import yaml

SIZE = 64 * 1024
"""Largest block, in characters."""
NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*\Z")
RESOURCE_LENGTH = 30
FIELD_LENGTH = 40
"""Longer names would not fit into the lines of the code, or be cut by PostgreSQL."""
_EXPONENT = re.compile(r"[-+]?[0-9]+(\.[0-9]*)?[eE][-+]?[0-9]+\Z")
"""A number for JSON and for people, a text for YAML 1.1."""

_scalars = yaml.constructor.SafeConstructor()


class Nodes:
    """Reads nodes and collects errors as (line, text)."""

    def __init__(self, first_line: int) -> None:
        self.first_line = first_line
        self.errors: set[tuple[int, str]] = set()

    def error(self, node: yaml.Node | None, what: str) -> None:
        self.errors.add((self.first_line + (node.start_mark.line if node else 0), what))

    def compose(self, text: str) -> yaml.Node | None:
        """The root of a document; None, with an error, when there is none."""
        if len(text) > SIZE:
            self.error(None, f"the block is larger than {SIZE // 1024} KiB")
            return None
        try:
            node = yaml.compose(text, Loader=yaml.SafeLoader)
        except RecursionError:
            self.error(None, "the block is nested too deeply")
            return None
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = self.first_line + (mark.line if mark else 0)
            self.errors.add((line, f"not YAML: {error.problem or error.context}"))
            return None
        except (yaml.YAMLError, ValueError) as error:
            self.error(None, f"not YAML: {str(error).splitlines()[0]}")
            return None
        if node is None:
            self.error(None, "the block is empty")
        return node

    def mapping(
        self, node: yaml.Node, where: str, known: tuple[str, ...] | None = None
    ) -> dict[str, yaml.Node]:
        """Names and values; with `known`, other names are errors."""
        found = {}
        for key, value in self.pairs(node, where):
            if known is None or key.value in known:
                found[key.value] = value
            else:
                names = ", ".join(known)
                self.error(key, f"{where}: {shown(key.value)} is unknown; known: {names}")
        return found

    def pairs(self, node: yaml.Node, where: str) -> list[tuple[yaml.ScalarNode, yaml.Node]]:
        if not isinstance(node, yaml.MappingNode):
            self.error(node, f"{where}: is not a mapping (name: value)")
            return []
        found: dict[str, tuple[yaml.ScalarNode, yaml.Node]] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self.error(key, f"{where}: a name is not plain text")
            elif key.value in found:
                self.error(key, f"{where}: {shown(key.value)} stands twice")
            else:
                found[key.value] = (key, value)
        return list(found.values())

    def items(self, node: yaml.Node | None, where: str) -> list[yaml.Node]:
        if node is None:
            return []
        if isinstance(node, yaml.SequenceNode):
            return list(node.value)
        self.error(node, f"{where}: is not a list ([a, b])")
        return []

    def scalar(self, node: yaml.Node) -> Any:
        """The value of a plain scalar, its text when YAML cannot build it; else None."""
        if not isinstance(node, yaml.ScalarNode):
            return None
        if node.style is None and _EXPONENT.match(node.value):
            return float(node.value)
        try:
            return _scalars.construct_object(node)
        except (yaml.YAMLError, ValueError, OverflowError, LookupError, AttributeError):
            return node.value

    def raw(self, node: yaml.Node | None) -> str:
        """The text of a scalar as it is written (`yes` is a text here); '' for all else."""
        return str(node.value) if isinstance(node, yaml.ScalarNode) else ""

    def name(self, node: yaml.Node, where: str, longest: int = RESOURCE_LENGTH) -> str:
        value = self.raw(node)
        if not NAME.match(value):
            self.error(node, f"{where}: {shown(value)} is not snake_case (a-z, 0-9, _)")
        elif len(value) > longest:
            self.error(node, f"{where}: {shown(value)} is longer than {longest} characters")
        return value

    def choice(self, node: yaml.Node, where: str, choices: tuple[Any, ...]) -> Any:
        """One of the choices; the first, with an error, when it is none of them."""
        text = self.raw(node)
        if text in choices:
            return text
        self.error(node, f"{where}: {shown(text)} is unknown; known: {', '.join(choices)}")
        return choices[0]

    def integer(self, node: yaml.Node, where: str, least: int, most: int) -> int:
        value = self.scalar(node)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            self.error(node, f"{where}: is not a whole number from {least} to {most}")
            return least
        return value

    def boolean(self, node: yaml.Node | None, where: str) -> bool:
        value = False if node is None else self.scalar(node)
        if not isinstance(value, bool):
            self.error(node, f"{where}: is neither true nor false")
        return value is True


def shown(text: str) -> str:
    """A text of the user's, short and on one line."""
    quoted = json.dumps(text, ensure_ascii=False)
    return quoted if len(quoted) <= 60 else f"{quoted[:57]}…"
