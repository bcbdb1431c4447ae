"""Your repository stays yours: a run changes nothing of it but its own refs and objects, and runs
nothing that is configured in it."""

from __future__ import annotations

import os
from pathlib import Path

from pullcord.model.work import Brief, Workspace
from story import Begin, git, implement

HOOKS = (
    "applypatch-msg", "pre-applypatch", "post-applypatch", "pre-commit", "pre-merge-commit",
    "prepare-commit-msg", "commit-msg", "post-commit", "pre-rebase", "post-checkout", "post-merge",
    "pre-push", "pre-receive", "update", "proc-receive", "post-receive", "post-update",
    "reference-transaction", "push-to-checkout", "pre-auto-gc", "post-rewrite", "post-index-change",
    "fsmonitor-watchman",
)  # fmt: skip


def guarded(repository: Path) -> None:
    """Everything in the repository that git might run leaves a mark. Not the filters of a person's
    own checkout: without them nobody can say what is changed in it.
    """
    marker = repository.parent / "mark"
    for name in HOOKS:
        hook = repository / ".git" / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\necho {name} >>'{marker}'\n")
        hook.chmod(0o755)
    program = repository.parent / "program"
    program.write_text(f"#!/bin/sh\necho program >>'{marker}'\ncat\n")
    program.chmod(0o755)
    for key in (
        "core.fsmonitor", "diff.external",
        "diff.mark.textconv", "diff.mark.command", "gpg.program", "core.pager", "core.editor",
    ):  # fmt: skip
        git(repository, "config", key, str(program))
    (repository / ".git" / "info").mkdir(exist_ok=True)
    (repository / ".git" / "info" / "attributes").write_text("* diff=mark\n")


def content(repository: Path) -> dict[str, bytes]:
    """Every file and link of the checkout and of .git, but for objects and what is pullcord's."""
    ours = ("objects", "pullcord", "refs/pullcord")
    found = {}
    for folder, folders, files in os.walk(repository):
        inside = Path(folder).relative_to(repository / ".git").as_posix() \
            if Path(folder).is_relative_to(repository / ".git") else ""  # fmt: skip
        folders[:] = [f for f in folders if f"{inside}/{f}".removeprefix("./") not in ours]
        for name in files:
            path = Path(folder, name)
            mode = f"{path.lstat().st_mode:o} ".encode()
            data = path.readlink().as_posix().encode() if path.is_symlink() else path.read_bytes()
            found[path.relative_to(repository).as_posix()] = mode + data
    return found


async def test_a_run_leaves_the_repository_byte_for_byte_as_it_was(begin: Begin) -> None:
    story = await begin(fresh=True)
    git(story.folder, "tag", "v1")
    git(story.folder, "branch", "other")
    guarded(story.folder)
    # An index that git would like to refresh on the way.
    os.utime(story.folder / "README.md", (1, 1))
    before = content(story.folder)
    assert {".git/index", ".git/config", ".git/hooks/pre-commit", "README.md"} <= before.keys()

    status = await story.run("design", "implement", "test", "review")

    assert status.state == "passed"
    assert content(story.folder) == before
    assert not (story.folder.parent / "mark").exists()
    kept = git(story.folder, "for-each-ref", "--format=%(refname)").splitlines()
    assert [ref for ref in kept if not ref.startswith(f"refs/pullcord/{status.run}/")] == [
        "refs/heads/main", "refs/heads/other", "refs/tags/v1"
    ]  # fmt: skip


async def test_looking_asking_and_a_red_run_change_nothing_either(begin: Begin) -> None:
    story = await begin()
    guarded(story.folder)
    os.utime(story.folder / "README.md", (1, 1))
    before = content(story.folder)
    orchestrator = story.orchestrator

    status = await story.run("implement", "test")
    await orchestrator.view(status.run)
    await orchestrator.diff(status.run)
    await orchestrator.gates(await orchestrator.case(), only=("scope", "forbidden"))
    await orchestrator.answer(status.run, "criteria", "2", by="Ada")
    assert (await orchestrator.drive(status.run)).state == "failed"

    assert content(story.folder) == before
    assert not (story.folder.parent / "mark").exists()


async def test_applying_changes_the_branch_and_its_files_and_runs_no_hook(begin: Begin) -> None:
    story = await begin()
    status = await story.run("implement", "test", "review")
    guarded(story.folder)
    before = content(story.folder)

    await story.orchestrator.apply(status.run)

    after = content(story.folder)
    changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    diff = git(story.folder, "-c", "diff.external=", "diff", "--no-ext-diff", "--name-only",
               f"{status.base}..{status.head}").splitlines()  # fmt: skip
    assert changed == {*diff, ".git/index", ".git/refs/heads/main", ".git/logs/HEAD",
                       ".git/logs/refs/heads/main"}  # fmt: skip
    assert not (story.folder.parent / "mark").exists()


async def test_a_change_of_the_repository_while_an_agent_works_is_said(begin: Begin) -> None:
    def reaching_out(brief: Brief, workspace: Workspace) -> None:
        implement(brief, workspace)
        git(story.folder, "config", "core.editor", "evil")
        git(story.folder, "branch", "planted")

    story = await begin({"implement": reaching_out})

    status = await story.run("implement", "test", "review")

    facts = await story.facts(status.run)
    assert facts["implement/1/touched"].body["names"] == ["config", "refs"]
    assert "do not apply" in await story.report(status.run)
