"""A task of a sprint document, with what it links to, as a request: pure."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass

from pullcord.errors import RequestError, UsageError
from pullcord.model.request import Request
from pullcord.model.text import cut, one_line
from pullcord.requests import markdown
from pullcord.sprints.asked import Link, feature_block, links, words
from pullcord.sprints.read import Sprint, SprintTask

HOW = """\
Write them below the task, commit, and run it again:

  * **Acceptance Criteria:**
    * An athlete creates a workout and gets 201 with the stored workout.
    * Another athlete's workout is answered with 404.\
"""


@dataclass(frozen=True)
class Document:
    """A sprint document at the base: its path in the repository, its text, what it means."""

    path: str
    text: str
    sprint: Sprint

    def targets(self, link: Link) -> tuple[str, ...]:
        """The paths that a link may mean: beside the document, else from the root."""
        beside = posixpath.normpath(posixpath.join(posixpath.dirname(self.path), link.target))
        return tuple(dict.fromkeys([beside, posixpath.normpath(link.target)]))


def linked(document: Document) -> tuple[str, ...]:
    """Every path that a task of the document may link to."""
    ids = (task.id for task in document.sprint.tasks)
    every = (link for id in ids for link in links(document.text, id))
    return tuple(dict.fromkeys(path for link in every for path in document.targets(link)))


def request_of(document: Document, task: SprintTask, files: Mapping[str, str]) -> Request:
    """What a task asks for. `files` are the linked ones that are there, path to text. Raises
    UsageError, with lines, for what is missing or twice."""
    others = _others(document, task, files)
    texts = dict.fromkeys(criterion.text for criterion in task.criteria)
    criteria = tuple(texts | dict.fromkeys(c for other in others for c in other.criteria))
    if not criteria:
        raise UsageError(
            f"Task {task.id} ({task.title}) has no acceptance criteria: {document.path}, "
            f"line {task.line}.",
            HOW,
        )
    own = feature_block(document.text, document.sprint, task.id)
    featured = [other for other in others if other.feature is not None]
    if len(featured) + (own is not None) > 1:
        places = [document.path] * (own is not None) + [other.source for other in featured]
        raise UsageError(
            f"Task {task.id} ({task.title}) has several feature blocks: {', '.join(places)}.",
            "Make a task of each.",
        )
    text = "\n\n".join([words(document.text, task.id), *(other.text for other in others)])
    request = Request(
        title=cut(one_line(task.title), 120),
        text=text.strip(),
        criteria=criteria,
        constraints=(*task.constraints, *(c for other in others for c in other.constraints)),
        source=document.path,
    )
    if others:
        request = request.model_copy(update={"workflow": others[0].workflow})
    if own is not None:
        return request.model_copy(update={"feature": own.text, "feature_line": own.line})
    if featured:
        named = featured[0].model_dump(include={"feature", "feature_line", "source"})
        return request.model_copy(update=named)
    return request


def _others(document: Document, task: SprintTask, files: Mapping[str, str]) -> list[Request]:
    """The requests that a task links to. What its Request field names must be one."""
    found = []
    for link in links(document.text, task.id):
        path = next((path for path in document.targets(link) if path in files), "")
        if not path and link.due:
            raise UsageError(
                f"{document.path}, line {link.line}: {link.target} is not in the last commit.",
                "Commit the request, or correct its path.",
            )
        if path:
            try:
                found.append(_parsed(files[path], path, task))
            except RequestError:
                if link.due:
                    raise
                continue  # a link to some other document
    return found


def _parsed(text: str, path: str, task: SprintTask) -> Request:
    """A linked request, which may leave the criteria to its task."""
    try:
        return markdown.parse(text, path)
    except RequestError:
        if not task.criteria:
            raise
        listed = "\n".join(f"- {criterion.text}" for criterion in task.criteria)
        return markdown.parse(f"{text}\n\n## Acceptance criteria\n{listed}\n", path)
