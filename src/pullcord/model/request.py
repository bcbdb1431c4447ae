"""What the user asked for."""

from __future__ import annotations

from pathlib import PurePath

from pullcord.model.value import Value


class Request(Value):
    """A feature request (shared format: feature-request.md).

    `feature` is the raw YAML of the feature block, `feature_line` the line of its first line in
    `source`; None when the request has no block. `workflow` names the example of SPEC.md
    that the request goes through when it has no plan.
    """

    title: str
    text: str = ""
    criteria: tuple[str, ...]
    constraints: tuple[str, ...] = ()
    feature: str | None = None
    feature_line: int = 0
    source: str = ""
    workflow: str = "feature"

    @property
    def place(self) -> str:
        """`source` as it may stand in a commit: without the folders of one machine."""
        path = PurePath(self.source)
        return path.name if path.is_absolute() else self.source
