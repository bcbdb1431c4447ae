"""What happened on the way of a chain of tasks, in words: a pure fold of the facts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pullcord.line.ask import questions
from pullcord.model.fact import Fact
from pullcord.model.run import Start
from pullcord.model.task import Task
from pullcord.model.text import cut, first_line, one_line

_LINE = 240


def history(start: Start, task: Task, facts: Sequence[Fact]) -> tuple[str, ...]:
    """One line for each skipped step, task with red rounds, answered question and waiver of the
    task's chain, in the order of the plan; nothing when all went through at once."""
    own = [each.id for each in start.plan.tasks if each.chain == task.chain]
    lines = [
        *(line for id in own for line in _skipped(id, facts)),
        *(line for id in own for line in _rounds(id, facts)),
        *_answers({*own, ""}, facts),
        *(line for id in own for line in _waivers(id, facts)),
    ]
    return tuple(cut(one_line(line), _LINE) for line in lines)


def _skipped(id: str, facts: Sequence[Fact]) -> Iterator[str]:
    for fact in facts:
        if fact.key == f"{id}/skipped":
            yield f"Skipped {id}: {fact.body['reason']}"


def _rounds(id: str, facts: Sequence[Fact]) -> Iterator[str]:
    """What kept each red round closed, a task in one line, and the round that was handed off."""
    own = [fact for fact in facts if fact.key.startswith(f"{id}/")]
    red = []
    for fact in own:
        if fact.key.endswith("/closed"):
            gates = [f"{f['gate']}/{f['rule']}" for f in fact.body["findings"]]
            red.append(f"round {_round(fact)} ({', '.join(dict.fromkeys(gates))})")
    handed = [_round(fact) for fact in own if fact.key.endswith("/handoff")]
    end = f"; handed off in round {handed[-1]}" if handed else ""
    if red:
        yield f"{id} was red in {', '.join(red)}{end}"


def _round(fact: Fact) -> str:
    return fact.key.split("/")[1]


def _answers(ids: set[str], facts: Sequence[Fact]) -> Iterator[str]:
    for question in questions(facts):
        if question.task in ids and question.answer is not None:
            asked, said = question.escalation, question.answer
            by = "the engine" if asked.raised_by in ("", "engine") else asked.raised_by
            yield f"{by} asked ({asked.kind}): {asked.description} Answer by {said.by}: " + (
                first_line(said.text)
            )


def _waivers(id: str, facts: Sequence[Fact]) -> Iterator[str]:
    for fact in facts:
        if fact.key.startswith(f"waive/{id}/"):
            gate = fact.key.rpartition("/")[2]
            yield f"{fact.body['by']} waived {gate} of {id}: {fact.body['reason']}"
