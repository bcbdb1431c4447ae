"""What covers each acceptance criterion and constraint: a pure fold of the facts."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pullcord.model.fact import Fact
from pullcord.model.quality import Receipt, Verdict
from pullcord.model.report import Report, Review
from pullcord.model.run import Start
from pullcord.model.value import Value

_APPROVAL = re.compile(r"ask/criteria(-\d+)?/answer")
FULFILLED = "They are fulfilled, or wanted no more"
"""The option by which a person approves what nothing else shows."""
_APPROVES = (FULFILLED, "They are fulfilled")
"""As it was offered now and before: runs wait for a long time."""


class Covered(Value):
    """One criterion (or constraint) and what shows it. `tests` passed in a receipt of the result;
    `said` is the last reviewer's word. `of` is the title of its request where a run has several."""

    text: str
    of: str = ""
    tests: tuple[str, ...] = ()
    said: str = "no reviewer named it"
    approved_by: str = ""

    @property
    def named(self) -> str:
        """The text with the request it belongs to, where a run has several."""
        return f"{self.of}: {self.text}" if self.of else self.text

    @property
    def covered(self) -> bool:
        return bool(self.tests) or self.said == "met" or bool(self.approved_by)


def coverage(facts: Sequence[Fact]) -> tuple[Covered, ...]:
    """Every criterion and constraint of the run, in the order of its requests.

    A reviewer names tests, receipts prove them: a named test that did not pass in the judgement of
    the result does not count. `unmet` by the reviewer outweighs tests. Of several requests each is
    judged by its own chain's reviewer.
    """
    bodies = {fact.key: fact.body for fact in facts}
    start = Start.model_validate(bodies["run"])
    results = [f.body for f in facts if f.key.startswith("result/") and f.key.endswith("/judged")]
    receipts = results[-1]["receipts"] if results else []
    passed = _passed([Receipt.model_validate(receipt).verdict for receipt in receipts])
    # A word on an earlier result says nothing about what a retry made of it.
    last = max((fact.seq for fact in facts if fact.key.startswith("retry/")), default=0)
    answers = [f.body for f in facts if _APPROVAL.fullmatch(f.key) and f.seq > last]
    approval = next((body for body in answers if body["text"] in _APPROVES), None)
    found: list[Covered] = []
    for chain, request in start.requests.items():
        review = _last_review(start, chain, facts)
        of = request.title if start.plan.chains else ""
        for text in (*request.criteria, *request.constraints):
            said = review.criteria.get(text, "unknown") if review else "no reviewer looked"
            named = review.evidence.get(text, ()) if review else ()
            tests = tuple(test for test in named if test in passed) if said != "unmet" else ()
            found.append(Covered(text=text, of=of, tests=tests, said=said))
    return tuple(
        c if c.covered or approval is None else c.model_copy(update={"approved_by": approval["by"]})
        for c in found
    )


def _last_review(start: Start, chain: str, facts: Sequence[Fact]) -> Review | None:
    """The verdict of a chain's reviewer that was handed off last."""
    own = {task.id for task in start.plan.tasks if task.chain == chain}
    handed = {fact.key for fact in facts if fact.key.endswith("/handoff")}
    reviews = [
        report.review
        for fact in facts
        if fact.key.endswith("/worked")
        and fact.key.split("/")[0] in own
        and f"{fact.key.removesuffix('/worked')}/handoff" in handed
        and (report := Report.model_validate(fact.body["report"])).review is not None
    ]
    return reviews[-1] if reviews else None


def _passed(verdicts: Sequence[Verdict]) -> set[str]:
    """The tests that passed, also by the names of their functions where the gate passed: then no
    case of any function is red."""
    found = {test for verdict in verdicts for test in verdict.tests}
    green = {test for each in verdicts if each.outcome == "pass" for test in each.tests}
    return found | {test.partition("[")[0] for test in green}
