"""What people decided, written into the run's result by the engine."""

from __future__ import annotations

from pullcord.briefs import decision as records
from pullcord.line.ask import NOBODY, ROUNDS_SPENT, STOP, Question, questions
from pullcord.line.criteria import FULFILLED
from pullcord.line.handoff import move
from pullcord.line.parts import Parts

_TECHNICAL = frozenset({"unavailable", "budget", "quota"})
_AGAIN = frozenset({"Review again", "Judge again"})


async def record_decisions(parts: Parts) -> None:
    """Write a record for every answer that decides something, each in a commit of its own at the
    head. It is called when all tasks are handed off, so that no merge is under way.

    As with handoffs the fact comes first and the head follows; what depends on the recorded answer
    alone is the same after a kill.
    """
    facts = await parts.facts()
    answered = {fact.key: fact.at for fact in facts if fact.key.endswith("/answer")}
    for question in questions(facts):
        if not decides(question) or await parts.drive.find(f"recorded/{question.id}"):
            continue
        await _record(parts, question, answered[f"ask/{question.id}/answer"])


def decides(question: Question) -> bool:
    """Whether an answer is a decision that outlives the run: not one that only goes on, stops, or
    repeats what was decided before: pure."""
    answer, escalation = question.answer, question.escalation
    if answer is None or answer.reuses or answer.text == STOP or escalation.kind in _TECHNICAL:
        return False
    if escalation.kind in ROUNDS_SPENT:
        return answer.option == 0 and answer.by != NOBODY  # a person's own words
    if escalation.raised_by == "engine":
        return answer.text == FULFILLED
    return answer.text not in _AGAIN


async def _record(parts: Parts, question: Question, at: str) -> None:
    assert question.answer is not None
    run, head = parts.drive.run, await parts.tree.head()
    listing = await parts.tree.user("ls-tree", "-r", "--name-only", "-z", head, records.FOLDER)
    title = records.title(question.escalation)
    path = records.path(title, listing.split("\0"))
    where = f"run {run}" + (f", task {question.task}" if question.task else "")
    text = records.render(
        path, question.escalation, question.answer, at=at.partition("T")[0], where=where
    )
    tree = await parts.tree.replace_file(await parts.tree.tree_of(head), path, text)
    message = (
        f"Record a decision: {title}\n\nPullcord-Run: {run}\nPullcord-Question: {question.id}\n"
    )
    time = at.partition(".")[0].partition("+")[0].replace("T", " ")
    commit = await parts.tree.commit(tree, head, message, agent="pullcord", at=time)
    commit = await parts.tree.publish(f"recorded/{question.id}", commit)
    blob = (await parts.tree.user("rev-parse", f"{commit}:{path}")).strip()
    body = {"path": path, "commit": commit, "blob": blob}
    body = await parts.drive.record(f"recorded/{question.id}", body)
    await move(parts, head, body["commit"])
