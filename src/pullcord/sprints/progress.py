"""Whether the documents beside a sprint document say the same of its tasks."""

from __future__ import annotations

from pullcord.model.words import terms
from pullcord.sprints.mentions import mentioned
from pullcord.sprints.read import Sprint
from pullcord.sprints.shape import plain, split, status


def disagreements(sprint: Sprint, table: str) -> tuple[str, ...]:
    """Rows of a Markdown table (`sprint_summary.md`) that give a task another status than the
    sprint document does, each in words with its line. Any text is accepted."""
    found = []
    for number, row in enumerate(split(table), 1):
        cells = [plain(cell) for cell in row.strip().strip("|").split("|")]
        if "|" not in row or len(cells) < 2:
            continue
        said = next((meaning for cell in cells[1:] if (meaning := status(cell))), None)
        for task in sprint.tasks:
            named = task.id in mentioned(cells[0], [task.id])
            same = terms(cells[0]) == terms(task.title) or (
                named and terms(task.title) <= terms(row)
            )
            if (named or same) and said and said != task.status:
                found.append(
                    f"line {number}: task {task.id} is {said} there and {task.status} here"
                )
    return tuple(found)
