"""The scripted runtime: every key of its format."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path

import pytest

from pullcord import agents
from pullcord.briefs import summary as summaries
from pullcord.errors import ConfigError, UsageError
from pullcord.model.escalation import Escalation
from pullcord.model.quality import Finding
from pullcord.model.report import Report, Review, Usage
from pullcord.model.request import Request
from pullcord.model.summary import Blocker, Decision
from pullcord.model.task import Task
from pullcord.model.work import Brief, Workspace
from pullcord.protocols import Sandbox
from pullcord.runtimes import runtime_for
from pullcord.runtimes.scripted import Scripted
from pullcord.sandbox import choose

SUMMARY = "docs/temp/agent_20261122_090507_python-backend-engineer_do-it.md"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "workspace"
    (root / "app").mkdir(parents=True)
    (root / "app" / "main.py").write_text("a = 1\nb = 2\n")
    (root / "app" / "old.py").write_text("old\n")
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    return root


@pytest.fixture
async def sandbox() -> Sandbox:
    return await choose(unsafe=False)


async def act(script: str, root: Path, sandbox: Sandbox, round: int = 1) -> Report:
    agent = agents.load()["python-backend-engineer"]
    task = Task(id="implementation", subagent_type=agent.name, description="Do it", prompt="p")
    brief = Brief(
        run="r",
        text="t",
        task=task,
        round=round,
        request=Request(title="T", criteria=("C",)),
        written_at="2026-11-22 09:05:07",
        summary_path=SUMMARY,
    )
    runtime = Scripted.parse(script, [task])
    return await runtime.run(agent, brief, Workspace(path=root, base="b"), sandbox)


def step(body: str) -> str:
    lines = body.strip("\n").split("\n")
    return "tasks:\n  implementation:\n    - " + "\n      ".join(lines) + "\n"


async def test_files_are_written_appended_deleted_and_filled(root: Path, sandbox: Sandbox) -> None:
    report = await act(
        step("""
write: {app/api/ping.py: "ping\\r\\n", app/old.py: "x"}
append: {app/main.py: "c = 3\\n", app/new.py: "n"}
delete: [app/old.py]
fill: {data/big.bin: 104857600}
"""),
        root,
        sandbox,
    )
    assert report == Report(status="done")
    assert (root / "app/api/ping.py").read_bytes() == b"ping\r\n"
    assert (root / "app/main.py").read_text() == "a = 1\nb = 2\nc = 3\n"
    assert (root / "app/new.py").read_text() == "n"
    assert not (root / "app/old.py").exists()
    assert (root / "data/big.bin").stat().st_size == 104857600


async def test_keys_act_in_the_formats_order_not_in_the_files(root: Path, sandbox: Sandbox) -> None:
    await act(
        step("""
run: [[sh, -c, "cat app/a.py > seen; head -c 5 big | wc -c >> seen"]]
fill: {big: 5}
patch: |
  --- a/app/a.py
  +++ b/app/a.py
  @@ -1,2 +1,2 @@
   one
  -two
  +three
append: {app/a.py: "two\\n"}
write: {app/a.py: "one\\n"}
"""),
        root,
        sandbox,
    )
    assert (root / "seen").read_text() == "one\nthree\n5\n"


async def test_commands_run_in_the_sandbox_and_failures_are_told(
    root: Path, sandbox: Sandbox
) -> None:
    (root.parent / "secret").write_text("s")
    report = await act(
        step(f"""
run:
  - [sh, -c, "pwd > here"]
  - [cat, {root.parent / "secret"}]
  - [sh, -c, "echo no > .git/config"]
  - [sleep, 0]
say: I am done.
"""),
        root,
        sandbox,
    )
    assert (root / "here").read_text() == "/repo\n"
    assert report.status == "done"
    assert report.message.startswith(f"I am done.\n\ncat {root.parent / 'secret'}: exit 1")
    assert "Read-only file system" in report.message
    assert "no" not in (root / ".git/config").read_text().split()


async def test_the_task_id_is_more_exact_than_the_agent(root: Path, sandbox: Sandbox) -> None:
    script = """\
default: {say: default}
tasks:
  python-backend-engineer: [{say: agent 1}, {say: agent 2}]
  implementation: [{say: task 1}]
"""
    agent_only = script[: script.index("  implementation")]
    said = [(await act(script, root, sandbox, n)).message for n in (1, 2)]
    assert said == ["task 1", "default"]
    said = [(await act(agent_only, root, sandbox, n)).message for n in (1, 2, 3)]
    assert said == ["agent 1", "agent 2", "default"]


async def test_without_a_summary_key_a_complete_one_is_left(root: Path, sandbox: Sandbox) -> None:
    await act(step("write: {app/x.py: '1'}"), root, sandbox)
    summary = summaries.parse((root / SUMMARY).read_text("utf-8"))
    assert summary.task == "Do it"
    assert summary.details == ("`app/x.py` written",)
    assert summary.decisions
    assert summary.handoff


async def test_a_summary_may_be_given_raw_or_not_at_all(root: Path, sandbox: Sandbox) -> None:
    await act(step("summary: false"), root, sandbox)
    assert not (root / SUMMARY).exists()
    await act(step("summary: raw words"), root, sandbox)
    assert (root / SUMMARY).read_text() == "raw words"
    await act(
        step("""
summary:
  decisions: [Short, {decision: Long, rationale: why}]
  assumptions: [A]
  details: []
  blockers: [B, {blocker: C, resolution: D}]
  handoff: [H]
"""),
        root,
        sandbox,
    )
    summary = summaries.parse((root / SUMMARY).read_text("utf-8"))
    assert summary.decisions == (
        Decision(decision="Short"),
        Decision(decision="Long", rationale="why"),
    )
    assert summary.assumptions == ("A",)
    assert summary.details == ()
    assert summary.blockers == (Blocker(blocker="B"), Blocker(blocker="C", resolution="D"))
    assert summary.handoff == ("H",)


async def test_what_is_reported(root: Path, sandbox: Sandbox) -> None:
    report = await act(
        step("""
status: done_with_concerns
exit: 3
usage: {input_tokens: 1200, usd: 0.02}
review:
  decision: object
  findings: ["Missing auth", {path: app/a.py, line: 3, rule: auth, message: m}]
  criteria: {C: met}
"""),
        root,
        sandbox,
    )
    assert report == Report(
        status="done_with_concerns",
        exit=3,
        usage=Usage(input_tokens=1200, usd=0.02),
        review=Review(
            decision="object",
            findings=(
                Finding(gate="review", rule="review", message="Missing auth"),
                Finding(gate="review", rule="auth", message="m", path="app/a.py", line=3),
            ),
            criteria={"C": "met"},
        ),
    )


async def test_an_escalation_is_reported_said_and_documented(root: Path, sandbox: Sandbox) -> None:
    report = await act(
        step("""
escalate:
  kind: clarification
  requirement: Lists are sorted
  ambiguity: By what
  options: [Date, Title]
  recommendation: Date
"""),
        root,
        sandbox,
    )
    assert report.status == "blocked"
    assert report.escalation == Escalation(
        kind="clarification",
        description="Lists are sorted",
        fields={"Requirement": "Lists are sorted", "Ambiguity": "By what"},
        options=("Date", "Title"),
        recommendation="Date",
    )
    assert "🟡 CLARIFICATION NEEDED:\nRequirement: Lists are sorted\n" in report.message
    assert "Lists are sorted" in (root / SUMMARY).read_text("utf-8")


async def test_an_agent_that_hangs_never_ends(root: Path, sandbox: Sandbox) -> None:
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(act(step("hang: true\nwrite: {x: '1'}"), root, sandbox), 1)
    assert (root / "x").exists()


async def test_a_daemon_is_started_and_does_not_hold_the_attempt(root: Path) -> None:
    report = await asyncio.wait_for(act(step("daemon: true"), root, await choose(unsafe=False)), 20)
    assert report.status == "done"


async def test_it_sleeps(root: Path, sandbox: Sandbox) -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    await act(step("sleep: 0.2"), root, sandbox)
    assert loop.time() - began >= 0.19


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("write: {link/x: '1'}", "link/x leads out of the workspace"),
        ("append: {link/x: '1'}", "leads out"),
        ("delete: [link/x]", "leads out"),
        ("fill: {link/x: 1}", "leads out"),
        ("write: {app: '1'}", "app cannot be written"),
        ("delete: [none]", "none cannot be deleted"),
        ("patch: |\n  --- a/app/main.py\n  +++ b/app/main.py\n  @@ -1 +1 @@\n  -z\n  +y\n", "does not apply"),
        ("patch: |\n  --- /dev/null\n  +++ b/../x\n  @@ -0,0 +1 @@\n  +y\n", "does not apply"),
        ("patch: |\n  --- /dev/null\n  +++ b/link/x\n  @@ -0,0 +1 @@\n  +y\n", "does not apply"),
    ],
)  # fmt: skip
async def test_what_cannot_be_done_blocks_the_attempt(
    root: Path, sandbox: Sandbox, body: str, why: str
) -> None:
    (root / "link").symlink_to(root.parent)
    report = await act(step(body), root, sandbox)
    assert (report.status, report.exit) == ("blocked", 1)
    assert why in report.message
    assert not (root.parent / "x").exists()


def test_runtimes_are_found_by_name() -> None:
    task = Task(id="one", subagent_type="our-agent", description="d", prompt="p")
    script = "tasks: {one: [{}], our-agent: [{}]}"
    assert runtime_for("scripted:FILE", script, [task]).name == "scripted"
    with pytest.raises(UsageError, match="no runtime 'magic'"):
        runtime_for("magic", "", [])
    with pytest.raises(ConfigError, match="no task or agent 'one'"):
        runtime_for("scripted:FILE", script, [])
