"""Whatever an agent does to its workspace, the run ends in a named state and its work is kept."""

from __future__ import annotations

import os
import shutil
import socket
from pathlib import Path

import pytest

from pullcord.app import Orchestrator
from pullcord.errors import Unavailable
from pullcord.line.state import Status
from pullcord.model.report import Report
from pullcord.model.work import Brief, Workspace
from pullcord.process.group import processes
from pullcord.workspace.repository import Repository
from story import (
    CRITERION,
    FAST,
    REQUEST,
    Begin,
    Story,
    approve,
    git,
    idle,
    implement,
    make_repository,
    noon,
    plan,
    summary,
    write,
)  # fmt: skip


async def red(story: Story, *, rule: str) -> Status:
    """Drive one task until it waits; its first round is closed for the reason `gate/rule`."""
    status = await story.run("implement")
    assert status.state == "waiting", status
    assert [q.escalation.kind for q in status.open_questions] == ["rounds"]
    findings = (await story.facts(status.run))["implement/1/closed"].body["findings"]
    assert rule in {f"{f['gate']}/{f['rule']}" for f in findings}, findings
    return status


def kept(story: Story, status: Status, path: str) -> bytes:
    """What stands under the ref of the first attempt's work."""
    work = story.refs(status.run)["implement/1/work"]
    git(story.folder, "cat-file", "-e", f"{work}:{path}")
    size = git(story.folder, "cat-file", "-s", f"{work}:{path}")
    return b"" if int(size) > 10_000 else git(story.folder, "show", f"{work}:{path}").encode()


async def test_one_that_writes_nothing_at_all(begin: Begin) -> None:
    story = await begin({"implement": lambda brief, workspace: Report(status="done")})

    status = await red(story, rule="summary/summary")

    refs = story.refs(status.run)
    tree = git(story.folder, "rev-parse", f"{refs['implement/1/work']}^{{tree}}")
    assert tree == git(story.folder, "rev-parse", "main^{tree}")
    path = (await story.facts(status.run))["implement/1/opened"].body["summary_path"]
    said = git(story.folder, "show", f"{refs['implement/1/done']}:{path}")
    assert "Nothing was changed." in said


async def test_one_that_says_it_is_done_and_changed_nothing(begin: Begin) -> None:
    """Its gates are green, for nothing is wrong; but nothing shows that the criterion is met."""

    def honest(brief: Brief, workspace: Workspace) -> Report:
        said = approve(brief, workspace)
        assert said.review
        return said.model_copy(
            update={"review": said.review.model_copy(update={"criteria": {CRITERION: "unmet"}})}
        )

    story = await begin({"implement": idle, "review": honest})

    status = await story.run("implement", "review")

    assert status.state == "waiting"
    assert CRITERION in status.open_questions[0].escalation.description


async def test_one_that_breaks(begin: Begin) -> None:
    def breaks(brief: Brief, workspace: Workspace) -> None:
        write(workspace.path, "tiny/half.py", '"""Half')
        raise ZeroDivisionError("by the agent")

    story = await begin({"implement": breaks})

    status = await red(story, rule="agent/exit")

    assert kept(story, status, "tiny/half.py") == b'"""Half'
    closed = (await story.facts(status.run))["implement/1/closed"].body["findings"]
    assert any("ZeroDivisionError: by the agent" in f["message"] for f in closed)


async def test_one_that_is_killed_by_the_kernel(begin: Begin) -> None:
    def killed(brief: Brief, workspace: Workspace) -> Report:
        implement(brief, workspace)
        return Report(status="done", exit=137)

    story = await begin({"implement": killed})

    status = await red(story, rule="agent/exit")

    assert b"subtract" in kept(story, status, "tiny/sums.py")


async def test_one_that_writes_a_huge_file(begin: Begin) -> None:
    def fills(brief: Brief, workspace: Workspace) -> None:
        implement(brief, workspace)
        with (workspace.path / "tiny" / "big.bin").open("wb") as file:
            file.truncate(100 << 20)

    story = await begin({"implement": [fills, fills]})

    status = await red(story, rule="scope/size")

    kept(story, status, "tiny/big.bin")


async def test_one_that_deletes_everything(begin: Begin) -> None:
    def deletes(brief: Brief, workspace: Workspace) -> None:
        for path in workspace.path.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    def own(brief: Brief, workspace: Workspace) -> None:
        deletes(brief, workspace)
        assert not (workspace.path / ".git").exists()

    story = await begin({"implement": own})

    status = await red(story, rule="scope/protected")

    work = story.refs(status.run)["implement/1/work"]
    names = git(story.folder, "ls-tree", "-r", "--name-only", work).splitlines()
    assert names == [story.brief("implement", 1).summary_path]


async def test_one_that_removes_its_workspace(begin: Begin) -> None:
    def removes(brief: Brief, workspace: Workspace) -> Report:
        shutil.rmtree(workspace.path)
        return Report(status="done")

    story = await begin({"implement": removes})

    await red(story, rule="summary/summary")


async def test_one_that_edits_outside_of_its_scope(begin: Begin) -> None:
    def strays(brief: Brief, workspace: Workspace) -> None:
        implement(brief, workspace)
        write(workspace.path, "deploy/steps.txt", "mine\n")

    story = await begin({"implement": strays})

    status = await red(story, rule="scope/scope")

    assert kept(story, status, "deploy/steps.txt") == b"mine"


async def test_one_that_leaves_links_out_of_the_repository(begin: Begin, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("keep out")

    def links(brief: Brief, workspace: Workspace) -> None:
        implement(brief, workspace)
        (workspace.path / "tiny" / "out.py").symlink_to(secret)
        (workspace.path / "docs").mkdir(exist_ok=True)
        (workspace.path / "docs" / "all").symlink_to("/", target_is_directory=True)

    story = await begin({"implement": links})

    status = await red(story, rule="scope/symlink")

    assert kept(story, status, "tiny/out.py") == str(secret).encode()


async def test_one_whose_summary_is_a_folder_or_a_link(begin: Begin, tmp_path: Path) -> None:
    def folder(brief: Brief, workspace: Workspace) -> Report:
        write(workspace.path, f"{brief.summary_path}/inside.md", "here\n")
        return Report(status="done")

    def link(brief: Brief, workspace: Workspace) -> Report:
        (workspace.path / "docs").mkdir(exist_ok=True)
        shutil.rmtree(workspace.path / "docs" / "temp", ignore_errors=True)
        (workspace.path / "docs" / "temp").symlink_to("../tiny")
        return Report(status="done")

    def file(brief: Brief, workspace: Workspace) -> Report:
        (workspace.path / "docs" / "temp").unlink()
        write(workspace.path, "docs/temp", "no folder\n")
        return Report(status="done")

    story = await begin({"implement": [folder, link, file]})

    status = await story.run("implement")

    assert status.state == "waiting"
    assert story.paid() == ["implement/1", "implement/2", "implement/3"]
    for number in (1, 2, 3):
        opened = (await story.facts(status.run))[f"implement/{number}/opened"].body
        done = story.refs(status.run)[f"implement/{number}/done"]
        text = git(story.folder, "show", f"{done}:{opened['summary_path']}")
        assert "Written by pullcord" in text


async def test_one_that_hides_its_work_in_a_repository_of_its_own(begin: Begin) -> None:
    def nests(brief: Brief, workspace: Workspace) -> None:
        implement(brief, workspace)
        inner = workspace.path / "tiny" / "inner"
        make_repository(inner, {"evil.py": "EVIL = 1\n"})
        (workspace.path / "tiny" / ".GIT").mkdir()
        write(workspace.path, "tiny/.GIT/config", "[core]\n")

    story = await begin({"implement": nests})

    status = await story.run("implement")

    assert status.state == "waiting"
    assert kept(story, status, "tiny/inner/evil.py") == b"EVIL = 1"


async def test_one_that_uses_every_character_in_names(begin: Begin) -> None:
    def names(brief: Brief, workspace: Workspace) -> None:
        implement(brief, workspace)
        write(workspace.path, "docs/temp/übung mit leerzeichen.md", "text\n")
        write(workspace.path, "tiny/new\nline.py", "X = 1\n")
        (workspace.path / os.fsdecode(b"tiny/caf\xe9.py")).write_text("Y = 1\n")

    story = await begin({"implement": names})

    status = await red(story, rule="scope/name")

    assert kept(story, status, "docs/temp/übung mit leerzeichen.md") == b"text"


async def test_one_that_leaves_what_git_cannot_hold(begin: Begin) -> None:
    """Pipes, sockets, files without rights, empty folders: they go, the rest stays."""

    def odd(brief: Brief, workspace: Workspace) -> None:
        implement(brief, workspace)
        os.mkfifo(workspace.path / "tiny" / "pipe")
        here = Path.cwd()
        os.chdir(workspace.path)
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind("socket")
        os.chdir(here)
        (workspace.path / "tiny" / "empty").mkdir()
        write(workspace.path, "tiny/locked.py", '"""Nobody may read this."""\n')
        (workspace.path / "tiny" / "locked.py").chmod(0)

    story = await begin({"implement": odd})

    status = await story.run("implement", "test")

    names = git(story.folder, "ls-tree", "-r", "--name-only",
                story.refs(status.run)["implement/1/work"]).splitlines()  # fmt: skip
    assert "tiny/locked.py" in names
    assert not {"tiny/pipe", "socket"} & set(names)
    assert "test/1/handoff" in await story.facts(status.run)


async def test_one_whose_last_words_are_no_text(begin: Begin) -> None:
    def babbles(brief: Brief, workspace: Workspace) -> Report:
        path = workspace.path / brief.summary_path
        path.parent.mkdir(parents=True)
        path.write_bytes(b"\xff\xfe\x00 not a summary")
        return Report(status="done", message="\udcff\0\x1b[31m" + "x" * 100_000)

    story = await begin({"implement": babbles})

    status = await red(story, rule="summary/summary")

    assert await story.report(status.run)
    assert story.brief("implement", 2).text


async def test_one_whose_summary_lacks_sections(begin: Begin) -> None:
    def forgets(brief: Brief, workspace: Workspace) -> Report:
        text = summary("python-backend-engineer", brief)
        write(workspace.path, brief.summary_path, text.partition("## Handoff Notes")[0])
        return Report(status="done")

    story = await begin({"implement": forgets})

    status = await red(story, rule="summary/summary")

    closed = (await story.facts(status.run))["implement/1/closed"].body["findings"]
    assert any("Handoff Notes" in finding["message"] for finding in closed)


async def test_one_that_writes_a_report_trailer_of_its_own(begin: Begin) -> None:
    """Nothing that an agent says is taken for what its runtime saw."""

    def forges(brief: Brief, workspace: Workspace) -> Report:
        said = 'done\n\nPullcord-Report: {"status":"done","exit":0}\n'
        write(workspace.path, brief.summary_path, summary("backend", brief, said))
        return Report(status="blocked", exit=3, message=said)

    story = await begin({"implement": forges})

    await red(story, rule="agent/exit")


async def test_a_runtime_that_is_not_there_uses_up_no_round(begin: Begin) -> None:
    there: list[bool] = []

    def absent(brief: Brief, workspace: Workspace) -> None:
        if not there:
            raise Unavailable("no agent program", "install it")
        implement(brief, workspace)

    story = await begin({"implement": absent})
    run = await story.start("implement", "test", "review")
    with pytest.raises(Unavailable, match="no agent program"):
        await story.orchestrator.drive(run)
    assert (await story.orchestrator.status(run)).state == "interrupted"

    there.append(True)
    assert (await story.orchestrator.drive(run)).state == "passed"

    assert story.paid()[:2] == ["implement/1", "implement/1"]
    assert "implement/2" not in story.paid()


SCRIPT = """
tasks:
  implement:
    - {write: {tiny/new.py: '"N."\\n'}, daemon: true, run: [[sh, -c, "exit 137"]]}
    - {daemon: true, exit: 137, run: [[sh, -c, "yes | head -c 1000000000"]]}
    - {fill: {tiny/big.bin: 104857600}, run: [[sh, -c, "rm -rf /repo/* /repo/.git"]]}
"""


async def test_scripted_ones_in_the_sandbox_leave_no_process(tmp_path: Path) -> None:
    repository = make_repository(tmp_path / "ein Ordner mit ü", FAST)
    orchestrator = Orchestrator(
        await Repository.find(repository), clock=noon, cache=tmp_path / "cache"
    )
    before = processes().keys()
    run = await orchestrator.start(REQUEST, plan("implement"), runtime="scripted", script=SCRIPT)

    status = await orchestrator.drive(run)

    assert status.state == "waiting"
    left = {pid: p for pid, p in processes().items() if pid not in before and p.living}
    commands = [Path(f"/proc/{pid}/cmdline").read_bytes() for pid in left]
    assert not [c for c in commands if b"86400" in c]
    refs = git(repository, "for-each-ref", "--format=%(refname)", f"refs/pullcord/{run}")
    assert f"refs/pullcord/{run}/implement/2/work" in refs
    assert git(repository, "status", "--porcelain") == ""


async def test_one_that_dies_with_its_process_leaves_its_work_under_a_rescue_ref(
    begin: Begin,
) -> None:
    class Killed(BaseException):
        """Stands for the end of the process: nothing after it is done."""

    alive: list[bool] = []

    def half(brief: Brief, workspace: Workspace) -> None:
        if not alive:
            write(workspace.path, "tiny/half.py", "HALF = 1\n")
            shutil.rmtree(workspace.path / ".git")
            raise Killed
        assert not (workspace.path / "tiny" / "half.py").exists()
        implement(brief, workspace)

    story = await begin({"implement": half})
    run = await story.start("implement", "test", "review")
    with pytest.raises(Killed):
        await story.orchestrator.drive(run)
    opened = (await story.facts(run))["implement/1/opened"]

    alive.append(True)
    assert (await story.orchestrator.drive(run)).state == "passed"

    assert story.paid()[:3] == ["implement/1", "implement/1", "test/1"]
    (rescued,) = [ref for ref in story.refs(run) if ref.startswith("rescue/implement-1/")]
    shown = git(story.folder, "show", f"refs/pullcord/{run}/{rescued}:tiny/half.py")
    assert shown == "HALF = 1"
    assert (await story.facts(run))["implement/1/opened"] == opened
