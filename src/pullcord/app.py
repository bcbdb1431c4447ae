"""The orchestrator: start, drive, answer, waive, apply, list. The only place that wires parts."""

from __future__ import annotations

import hashlib
import os
import secrets
import tempfile
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Literal

from pullcord import agents as agent_files
from pullcord import config, environments, sandbox
from pullcord.blueprint import block as feature_block
from pullcord.engine.drive import Drive
from pullcord.engine.local import LocalDriver
from pullcord.errors import Conflict, NotFound, Unavailable, UsageError
from pullcord.gates import GATES, Judgement, Memory, judge
from pullcord.ledger.sqlite import SqliteLedger
from pullcord.line import budget
from pullcord.line.again import body_of, is_cancel, key_of
from pullcord.line.ask import ROUNDS_SPENT, Question, chosen, default_answer, questions
from pullcord.line.fork import fork_of
from pullcord.line.own import pattern_named
from pullcord.line.parts import Parts
from pullcord.line.retry import retry
from pullcord.line.run import carry_out
from pullcord.line.state import Status, closed_gates, status_of
from pullcord.line.verify import verify
from pullcord.line.view import view_of
from pullcord.line.working import Place, working_case
from pullcord.model.budget import Budgets
from pullcord.model.escalation import Answer
from pullcord.model.fact import Fact
from pullcord.model.request import Request
from pullcord.model.run import MAX_PARALLEL, Start
from pullcord.model.task import Plan, Task
from pullcord.model.text import slug
from pullcord.model.view import RunView
from pullcord.protocols import Case, Runtime
from pullcord.requests.plan import plan_of
from pullcord.runtimes import runtime_for
from pullcord.workspace.line import RunTree
from pullcord.workspace.repository import Repository

OnEscalation = Literal["wait", "exit", "default"]


def new_id() -> str:
    """A short id without letters and digits that are taken for each other."""
    return "r-" + "".join(secrets.choice("23456789abcdefghjkmnpqrstuvwxyz") for _ in range(6))


def utc_now() -> datetime:
    return datetime.now(UTC)


def cache_folder() -> Path:
    """Where workspaces, environments and reusable results live; safe to delete between runs.

    Without a home that can be written it is a private folder among the system's temporary ones.
    """
    if given := os.environ.get("XDG_CACHE_HOME"):
        return Path(given, "pullcord")
    home = os.environ.get("HOME")
    if home and os.access(home, os.W_OK | os.X_OK):
        return Path(home, ".cache", "pullcord")
    folder = Path(tempfile.gettempdir(), f"pullcord-{os.getuid()}")
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.getuid():
        raise Unavailable(f"{folder} belongs to somebody else.", "Set XDG_CACHE_HOME.")
    return folder


class Orchestrator:
    """What every shell (command line, web, MCP) calls. One object per repository and process."""

    def __init__(
        self,
        repository: Repository,
        *,
        clock: Callable[[], datetime] = utc_now,
        cache: Path | None = None,
        ids: Callable[[], str] = new_id,
    ) -> None:
        self.repository = repository
        self.clock = clock
        self._new_id = ids
        self._shared = cache = cache or cache_folder()
        name = hashlib.sha256(str(repository.common).encode()).hexdigest()[:12]
        self.cache = cache / f"{slug(repository.root.name)}-{name}"

    @cached_property
    def ledger(self) -> SqliteLedger:
        """Opened, and made, when it is first needed: a refused run leaves nothing behind."""
        return SqliteLedger(
            self.repository.state / "ledger.db",
            lambda: self.clock().isoformat(timespec="milliseconds"),
        )

    @cached_property
    def driver(self) -> LocalDriver:
        return LocalDriver(self.ledger, self.repository.state / "locks")

    @classmethod
    async def open(cls, start: Path) -> Orchestrator:
        """The orchestrator of the repository that holds `start`."""
        return cls(await Repository.find(start))

    # -- starting and driving ------------------------------------------------------------------

    async def start(
        self,
        request: Request,
        plan: Plan,
        *,
        runtime: str = "blueprint",
        script: str = "",
        unsafe: bool = False,
        budgets: Budgets = Budgets(),
        max_parallel: int = MAX_PARALLEL,
        read: Collection[Path] = (),
    ) -> str:
        """Record a new run and return its id; nothing works yet. Raises UsageError before anything
        is written when a name is unknown or the repository cannot be worked on. `budgets` go over
        those of the base, limit by limit; at most `max_parallel` agents work at the same time.
        Files that were `read` for all this (a request, a script) need not be committed."""
        if not request.criteria:
            raise UsageError("A run needs acceptance criteria.", "Add --criterion 'TEXT'.")
        for each in (request, *plan.chains.values()):
            if each.feature is not None:
                feature_block.read(each)  # every mistake in it, before anything works on it
        base, branch = await self.repository.base(read)
        await pattern_named(self.repository.git, base, plan.pattern)
        run = self._new_id()
        # The checkout is clean, so its configuration and agents are those of the base.
        known_budgets = config.detect(self.repository.root).budgets
        start = Start(
            request=request, plan=plan, base=base, branch=branch, runtime=runtime,
            script=script, unsafe=unsafe, budgets=budgets.over(known_budgets),
            max_parallel=max_parallel,
        )  # fmt: skip
        known = await self._agents_of_the_base()
        if missing := {t.subagent_type for t in plan.tasks} - known:
            raise UsageError(
                f"There is no agent {', '.join(sorted(missing))} in {base[:12]}.",
                f"Known: {', '.join(sorted(known))}. Your own must be committed.",
            )
        self._runtime(start)
        await sandbox.choose(unsafe=unsafe)
        await self.ledger.append(run, "run", start.model_dump(mode="json"), epoch=0)
        return run

    async def fork(
        self,
        run: str,
        task: str,
        *,
        runtime: str | None = None,
        script: str = "",
        budgets: Budgets = Budgets(),
    ) -> str:
        """Record a new run that takes over what another one had handed off before a task, and
        return its id. Without a `runtime` it is the other run's; `budgets` go over its own."""
        start = fork_of(await self.ledger.read(run), task)
        update: dict[str, object] = {"budgets": budgets.over(start.budgets)}
        if runtime is not None:
            update |= {"runtime": runtime, "script": script}
        start = start.model_copy(update=update)
        self._runtime(start)
        await sandbox.choose(unsafe=start.unsafe)
        fresh = self._new_id()
        await self.ledger.append(fresh, "run", start.model_dump(mode="json"), epoch=0)
        return fresh

    async def _agents_of_the_base(self) -> set[str]:
        """The agents that a run will find, read from a clean checkout: without ignored files."""
        folder = self.repository.root / ".claude" / "agents"
        committed = await self.repository.tracked(".claude/agents")
        own = {
            name
            for name, agent in agent_files.load(folder).items()
            if agent.origin in {str(self.repository.root / path) for path in committed}
        }
        return own | agent_files.load(None).keys()

    async def drive(self, run: str, *, on_escalation: OnEscalation = "exit") -> Status:
        """Work on a run until it ends or waits; when another process works on it, follow that one
        and inherit the run should it die."""
        while True:
            await self.driver.drive(run, self._carry_out)
            # Whoever holds the run now only finds that there is nothing to do.
            facts = await self.ledger.read(run)
            status = status_of(facts, driven=False)
            if status.state == "interrupted":
                continue  # the answer came while we were letting go
            if status.state != "waiting" or on_escalation == "exit":
                return status
            if on_escalation == "default":
                answerable = [q for q in status.open_questions if q.has_default]
                for question in answerable:
                    await self._record_answer(run, question, default_answer(question))
                if not answerable:
                    return status
            else:
                await self._answered(run, facts[-1].seq)

    async def _answered(self, run: str, after: int) -> None:
        """Return when a question of the run was answered, or the run cancelled, after a fact."""
        async for fact in self.ledger.follow(run, after):
            if fact.key.endswith("/answer") or is_cancel(fact.key):
                return

    async def _carry_out(self, drive: Drive) -> None:
        facts = await self.ledger.read(drive.run)
        if body_of(facts, "run/finished"):
            return
        start = Start.model_validate(facts[0].body)
        await carry_out(await self._parts(drive, start))

    async def _parts(self, drive: Drive, start: Start) -> Parts:
        trusted = await self._trusted(drive.run, start.base)
        project = config.detect(trusted)
        return Parts(
            start=start,
            drive=drive,
            repository=self.repository,
            tree=self._tree(drive.run),
            agents=agent_files.team(trusted, project.packages),
            runtime=self._runtime(start),
            sandbox=await sandbox.choose(unsafe=start.unsafe),
            environment=await environments.resolve(trusted, self._shared / "environments"),
            project=project,
            clock=self.clock,
            verdicts=self.repository.state / "verdicts",
            cache=self.cache / "tools",
        )

    def _runtime(self, start: Start) -> Runtime:
        return runtime_for(start.runtime, start.script, start.plan.tasks)

    def _tree(self, run: str) -> RunTree:
        return RunTree(self.repository.root, self.cache / "runs" / run, run)

    async def _trusted(self, run: str, base: str) -> Path:
        """The base's files, from which configuration, agents and thresholds are read."""
        tree = self._tree(run)
        await tree.prepare(base)
        return await tree.exported(base)

    # -- looking -------------------------------------------------------------------------------

    async def resolve(self, name: str) -> str:
        """The run that `name` means: an id, a unique prefix, or `@last`."""
        runs = await self.ledger.runs()
        if name == "@last" and runs:
            return runs[-1]
        found = [run for run in runs if run.startswith(name)]
        if name in runs or len(found) == 1:
            return name if name in runs else found[0]
        why = "fits several runs: " + ", ".join(found) if found else "is no run here"
        raise NotFound(f"{name} {why}.", "List them: pullcord runs")

    async def facts(self, run: str, after: int = 0) -> list[Fact]:
        return await self.ledger.read(run, after)

    def follow(self, run: str, after: int = 0) -> AsyncIterator[Fact]:
        """Facts as they come, without end."""
        return self.ledger.follow(run, after)

    async def status(self, run: str) -> Status:
        return status_of(await self.ledger.read(run), driven=self.driver.driven(run))

    async def runs(self) -> list[Status]:
        """Every run of this repository, newest first."""
        return [await self.status(run) for run in reversed(await self.ledger.runs())]

    async def diff(self, run: str, task: str = "") -> str:
        """The unified diff of a run's head against its base; or of one task's handoff, before that
        of its latest attempt, so that a person sees what waits, against what came before it."""
        status, tree = await self.status(run), self._tree(run)
        if not task:
            return await tree.user.diff(status.base, status.head)
        found = next((t for t in status.tasks if t.id == task), None)
        commit = found and (found.commit or await self._attempted(run, task, found.round))
        if not commit:
            known = ", ".join(t.id for t in status.tasks if t.round) or "none yet"
            raise NotFound(f"{task} has done nothing in {run}.", f"Begun: {known}")
        return await tree.user.diff(f"{commit}^", commit)

    async def _attempted(self, run: str, task: str, round: int) -> str:
        """The commit of a task's latest attempt that was documented, '' for none."""
        bodies = {fact.key: fact.body for fact in await self.ledger.read(run)}
        tried = (bodies.get(f"{task}/{n}/documented") for n in range(round, 0, -1))
        return next((str(body["commit"]) for body in tried if body), "")

    async def view(self, run: str) -> RunView:
        """The run as reports show it."""
        facts, driven = await self.ledger.read(run), self.driver.driven(run)
        status, git = status_of(facts, driven=driven), self.repository.git
        changes = await git.changes(status.base, status.head)
        return await view_of(facts, git, changes, driven=driven)

    async def case(self, *, base: str = "", agent: str = "", unsafe: bool = False) -> Case:
        """The working tree as the gates see it, with its untracked files, against `base`."""
        known = agent_files.load(self.repository.root / ".claude" / "agents")
        if agent and agent not in known:
            raise UsageError(f"There is no agent {agent!r}.", f"Known: {', '.join(known)}")
        return await working_case(
            self.repository,
            Place(self.cache, self._shared / "environments"),
            await sandbox.choose(unsafe=unsafe),
            base=base,
            agent=known.get(agent),
        )

    async def gates(self, case: Case, only: Sequence[str] = ()) -> Judgement:
        """The verdicts over a working tree, of the named gates or of all."""
        if unknown := set(only) - GATES.keys():
            raise UsageError(
                f"There is no gate {', '.join(sorted(unknown))}.", f"Known: {', '.join(GATES)}"
            )
        # Exports are named by their tree's id.
        trees = (case.tree.name, case.before.name, case.trusted.name)
        memory = Memory(self.repository.state / "verdicts", trees)
        return await judge(case, only=tuple(only), memory=memory)

    # -- a person's word -----------------------------------------------------------------------

    async def inbox(self) -> list[tuple[Status, Question]]:
        """Every open question, oldest run first; also of a run in which others still work."""
        every = reversed(await self.runs())
        return [(status, question) for status in every for question in status.open_questions]

    async def answer(self, run: str, question: str, text: str, *, by: str) -> Answer:
        """Answer a question by option number or in words. The first answer wins; Conflict tells a
        second one whose it was."""
        asked = {q.id: q for q in questions(await self.ledger.read(run))}
        if question not in asked:
            raise NotFound(f"{question} is no question of {run}.", "List them: pullcord inbox")
        options = asked[question].escalation.options
        number = chosen(text, options)
        if number > len(options):
            raise UsageError(
                f"{question} has {len(options)} options.", f"pullcord inbox {question}"
            )
        mine = Answer(text=options[number - 1] if number else text, option=number, by=by)
        budget.check(asked[question].escalation.kind, mine.text)
        given = await self._record_answer(run, asked[question], mine)
        if given != mine:
            raise Conflict(f"{question} was already answered by {given.by}: {given.text}")
        return given

    async def _record_answer(self, run: str, question: Question, answer: Answer) -> Answer:
        fact = await self.ledger.append(
            run, f"ask/{question.id}/answer", answer.model_dump(mode="json"), epoch=0
        )
        return Answer.model_validate(fact.body)

    async def cancel(self, run: str, *, by: str) -> Status:
        """End a run: its agents and their process groups die, what they did is kept under the run's
        refs. Returns when that is so; a run that has ended already stays as it is."""
        key = key_of(await self.ledger.read(run), "cancel")
        await self.ledger.append(run, key, {"by": by}, epoch=0)
        return await self.drive(run)

    async def retry(self, run: str, task: str, *, text: str = "", by: str) -> Status:
        """One more attempt of a task by a person's wish, told in `text`: see line.retry. Nothing is
        driven yet. Raises Conflict, with the next command, where there is nothing to repeat."""
        if self.driver.driven(run):
            raise Conflict(f"Another process works on {run}.", f"pullcord cancel {run}")
        await self.driver.drive(run, lambda drive: retry(drive, task, text, by))
        return await self.status(run)

    async def waive(self, run: str, gate: str, reason: str, *, by: str) -> str:
        """Let a person's word stand for a closed gate of the attempt that waits; recorded and shown
        everywhere. The line goes on when all its closed gates are waived. Returns the key of
        what was judged: `TASK/ROUND`, or `result`."""
        key, closed = closed_gates(await self.ledger.read(run))
        if not key:
            raise NotFound(f"No closed gate of {run} waits for a person.", f"pullcord show {run}")
        if gate not in closed:
            raise NotFound(f"{gate} is not closed in {run}.", f"Closed: {', '.join(closed)}")
        if len(reason.split()) < 3:
            raise UsageError("A waiver needs a reason of at least three words.", "--reason 'TEXT'")
        body = {"by": by, "reason": reason, "findings": list(closed[gate])}
        await self.ledger.append(run, f"waive/{key}/{gate}", body, epoch=0)
        said = Answer(text=f"waived {gate}: {reason}", by=by)
        for question in (await self.status(run)).open_questions:
            spent = question.task == key.split("/")[0] and question.escalation.kind in ROUNDS_SPENT
            if list(closed) == [gate] and (spent or question.id == key.replace("/", "-")):
                await self._record_answer(run, question, said)
        return key

    async def apply(self, run: str) -> str:
        """Fast-forward the branch that the run started from; returns the branch.

        Only a passed run is applied: its last gates ran afresh on a clean export of exactly this
        commit. Raises Conflict when nothing can be applied; then nothing is changed.
        """
        status = await self.status(run)
        if status.state != "passed":
            raise Conflict(f"{run} is {status.state}; only a passed run is applied.",
                           f"pullcord show {run}")  # fmt: skip
        if not status.branch:
            raise Conflict(
                f"{run} started from a detached head, so there is no branch to move.",
                f"Make one: git branch NAME {status.head[:12]}",
            )
        await verify(self.repository.git, await self.ledger.read(run))
        await self.repository.apply(status.branch, status.base, status.head)
        body = {"branch": status.branch, "commit": status.head}
        await self.ledger.append(run, "applied", body, epoch=0)
        return status.branch


async def run(
    tasks: Sequence[Task],
    *,
    pattern: str = "sequential",
    repository: Path | str = ".",
    title: str = "",
    criteria: Sequence[str] = (),
    runtime: str = "blueprint",
    script: str = "",
    on_escalation: OnEscalation = "exit",
    unsafe: bool = False,
) -> Status:
    """Run tasks under a pattern in a repository and return where the run ended or waits.

    `criteria` are the acceptance criteria of the whole; those of the tasks are added. `script` is
    the text of a script for `runtime="scripted"`. `unsafe` allows work without a sandbox. Raises
    UsageError before anything is written.
    """
    orchestrator = await Orchestrator.open(Path(repository))
    root = orchestrator.repository.root
    known = agent_files.team(root, config.detect(root).packages)
    plan = plan_of(tasks, pattern, known)
    every = tuple(dict.fromkeys([*criteria, *(c for task in tasks for c in task.criteria)]))
    request = Request(title=title or tasks[0].description, criteria=every)
    started = await orchestrator.start(request, plan, runtime=runtime, script=script, unsafe=unsafe)
    return await orchestrator.drive(started, on_escalation=on_escalation)
