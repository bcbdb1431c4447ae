"""Retry and fork as command lines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cli_story import APPROVE, cli, said_in_json, scripted, workshop

RED: list[dict[str, Any]] = [{"write": {"Makefile": f"all:\n\techo {n}\n"}} for n in range(3)]
MENDED = {"delete": ["Makefile"]}


def test_a_task_is_tried_again_and_a_fork_takes_over_what_was_done(tmp_path: Path) -> None:
    repo = workshop(tmp_path)
    agents = {
        "python-backend-engineer": [*RED, MENDED],
        "code-reviewer": [{"review": {"decision": "object"}}],
    }
    asked = ("-f", tmp_path / "plan.py", "-C", repo, "--runtime", scripted(tmp_path, agents))
    assert cli("run", *asked).code == 3
    for words, code in (("@last", 2), ("@last/nobody", 6), ("@last/review", 7)):
        assert cli("retry", "-C", repo, words).code == code

    *_, result = said_in_json("retry", "@last/subtract", "--text", "No make.", "-C", repo)

    assert result["exit_code"] == 3  # the reviewer objects, for ever
    assert "No make." in cli("log", "-C", repo, "@last").out
    assert result["status"]["tasks"][0]["round"] > 3
    run = result["status"]["run"]

    better = scripted(tmp_path, {"code-reviewer": [APPROVE]})
    *events, result = said_in_json(
        "fork", run, "--from", "review", "--runtime", better, "--budget", "attempts=1", "-C", repo
    )

    assert (result["exit_code"], result["status"]["state"]) == (0, "passed")
    assert result["status"]["forked_from"] == f"{run}/review"
    assert result["status"]["cost"]["attempts"] == 1
    [forked] = [e for e in events if e["type"] == "run.forked"]
    assert forked["reused"] == [f"subtract/{n}" for n in range(1, 5)]
    assert "forked from" in cli("show", "-C", repo, "@last").out
    assert cli("apply", "-C", repo, "@last").code == 0
