"""The command line where a person sits: on a terminal, with a keyboard and Ctrl-C."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cli_schema import lines_of
from cli_story import APPROVE, ASK, GOOD, cli, said_in_json, scripted, workshop

PATIENCE_S = 60.0
_SEQUENCE = re.compile(r"\x1b(\[[0-9;?]*[A-Za-z]|[()][A-Z0-9]|[=>])")


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    for name in ("CI", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


class Terminal:
    """A program on a terminal of its own, 80 columns wide."""

    def __init__(self, *args: str | Path, columns: int = 80) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "pullcord", *map(str, args)],
            stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )  # fmt: skip
        os.close(slave)
        self.raw = ""

    @property
    def text(self) -> str:
        return _SEQUENCE.sub("", self.raw)

    def wait_for(self, words: str, *, times: int = 1) -> None:
        """Read until the words have appeared so many times."""
        until = time.monotonic() + PATIENCE_S
        while self.text.count(words) < times:
            assert time.monotonic() < until, f"{words!r} did not appear:\n{self.text}"
            assert self._read(), f"it ended without {words!r}:\n{self.text}"

    def type(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def ended(self) -> int:
        """Read to the end; the exit code."""
        while self._read():
            pass
        return self.process.wait(PATIENCE_S)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._master)

    def _read(self) -> bool:
        if not select.select([self._master], [], [], PATIENCE_S)[0]:
            return False
        try:
            data = os.read(self._master, 1 << 16)
        except OSError:  # the other side is closed
            return False
        self.raw += data.decode("utf-8", "replace")
        return bool(data)


@pytest.fixture
def terminal() -> Iterator[list[Terminal]]:
    opened: list[Terminal] = []
    yield opened
    for one in opened:
        one.close()


def _run(tmp_path: Path, tasks: dict[str, Any]) -> list[str | Path]:
    repo = workshop(tmp_path)
    runtime = scripted(tmp_path, tasks)
    return ["run", "-C", repo, "-f", tmp_path / "plan.py", "--runtime", runtime]


def test_a_person_answers_at_the_prompt_or_elsewhere_and_the_run_goes_on(
    tmp_path: Path, terminal: list[Terminal]
) -> None:
    another = {"escalate": {**ASK["escalate"], "requirement": "another one"}}
    asking = {
        "python-backend-engineer": [{"write": GOOD, **ASK}, another, {}],
        "code-reviewer": [APPROVE],
    }
    command = _run(tmp_path, asking)
    screen = Terminal(*command)
    terminal.append(screen)
    screen.wait_for("Your answer")
    assert "!! CORD PULLED" in screen.text
    screen.type("9\n")
    screen.wait_for("has 2 options")
    screen.type("1\n")
    screen.wait_for("!! CORD PULLED", times=2)
    screen.wait_for("Your answer", times=3)
    assert cli("answer", "-C", tmp_path / "repo", "@last", "no", "--by", "Bob").code == 0
    assert screen.ended() == 0
    assert "answered by Bob: no" in screen.text
    assert "Feature: Subtract - Complete" in screen.text
    _looks_right(screen, 80)


def _looks_right(screen: Terminal, columns: int) -> None:
    """Live lines were drawn and taken away again, and no line is wider than the terminal."""
    assert re.search(r"\d/2 tasks  ▕", screen.text)
    assert "\x1b[?25h" in screen.raw, "the cursor was left hidden"
    paths = re.compile(r"(/tmp|/private|/var)\S+")  # a folder's name cannot be broken
    for line in re.split(r"[\r\n]+", screen.text):
        if not paths.search(line) and "Your answer" not in line:
            assert len(line) <= columns + 1, line


def test_a_question_can_be_left_for_later(tmp_path: Path, terminal: list[Terminal]) -> None:
    command = _run(tmp_path, {"python-backend-engineer": [{"write": GOOD, **ASK}]})
    screen = Terminal(*command)
    terminal.append(screen)
    screen.wait_for("Your answer")
    screen.type("\x04")
    assert screen.ended() == 3
    assert said_in_json("runs", "-C", tmp_path / "repo")[-1]["runs"][0]["state"] == "waiting"


SLEEPER = {"python-backend-engineer": [{"run": [["sleep", "86399"]]}]}


def sleepers(seconds: str = "86399") -> list[int]:
    """Processes of our agents that are alive."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except (FileNotFoundError, ProcessLookupError):
                continue
            if seconds.encode() in words:
                found.append(int(entry.name))
    return found


def _wait_for_sleeper(seconds: str = "86399") -> None:
    until = time.monotonic() + PATIENCE_S
    while not sleepers(seconds):
        assert time.monotonic() < until
        time.sleep(0.05)


@pytest.mark.parametrize("how", ["Ctrl-C", "SIGTERM", "SIGHUP"])
def test_an_interrupted_run_is_saved_and_its_agents_are_dead(
    how: str, tmp_path: Path, terminal: list[Terminal]
) -> None:
    screen = Terminal(*_run(tmp_path, SLEEPER))
    terminal.append(screen)
    _wait_for_sleeper()
    if how == "Ctrl-C":
        screen.type("\x03")
    else:
        screen.process.send_signal(getattr(signal, how))
    assert screen.ended() == 130
    assert sleepers() == []
    (found,) = said_in_json("runs", "-C", tmp_path / "repo")[-1]["runs"]
    assert found["state"] == "interrupted"
    assert f"resume {found['run']}" in screen.text
    assert "Traceback" not in screen.text


def test_with_json_an_interruption_is_a_result(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pullcord", *map(str, _run(tmp_path, SLEEPER)), "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        _wait_for_sleeper()
    finally:
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130
    last = lines_of("run", out)[-1]
    assert last["exit_code"] == 130
    assert last["error"]["hint"].endswith(f" resume {last['run']}")
    assert sleepers() == []


def test_a_second_process_follows_and_inherits_the_run_of_a_killed_one(tmp_path: Path) -> None:
    slow = {
        "python-backend-engineer": [{"write": GOOD, "run": [["sleep", "2.86399"]]}],
        "code-reviewer": [APPROVE],
    }
    command = [sys.executable, "-m", "pullcord", *map(str, _run(tmp_path, slow))]
    first = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _wait_for_sleeper("2.86399")
    repo = str(tmp_path / "repo")
    second = subprocess.Popen(
        [sys.executable, "-m", "pullcord", "resume", "-C", repo, "--json"],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    time.sleep(1.0)  # so that it follows, if it is quick enough; it must inherit either way
    first.kill()
    first.wait()
    out, _ = second.communicate(timeout=PATIENCE_S)
    assert second.returncode == 0, out
    lines = lines_of("resume", out)
    assert lines[-1]["status"]["state"] == "passed"
    opened = [e["task"] for e in said_in_json("log", "-C", repo) if e["type"] == "attempt.started"]
    assert opened == ["subtract", "review"]


def test_a_terminal_gets_colours_and_a_colourless_one_none(
    tmp_path: Path, terminal: list[Terminal]
) -> None:
    repo = workshop(tmp_path)
    for flags, coloured in (([], True), (["--no-color"], False)):
        screen = Terminal("doctor", "-C", repo, *flags)
        terminal.append(screen)
        assert screen.ended() == 0
        assert ("\x1b[32m" in screen.raw) is coloured


def test_plain_on_a_terminal_redraws_nothing(tmp_path: Path, terminal: list[Terminal]) -> None:
    command = _run(tmp_path, {"python-backend-engineer": [{"write": GOOD, **ASK}]})
    screen = Terminal(*command, "--plain", "--on-escalation", "exit", "--no-color")
    terminal.append(screen)
    assert screen.ended() == 3
    assert "\x1b" not in screen.raw
    assert "● python-backend-engineer" in screen.text


@pytest.mark.parametrize("columns", [80, 120])
def test_tables_fit_the_terminal(columns: int, tmp_path: Path, terminal: list[Terminal]) -> None:
    repo = workshop(tmp_path)
    for command in ("agents", "doctor"):
        screen = Terminal(command, "-C", repo, columns=columns)
        terminal.append(screen)
        screen.ended()
        rows = [line for line in screen.text.splitlines() if "cure:" not in line]
        assert max(map(len, rows)) <= columns


def test_init_asks_before_it_writes(tmp_path: Path, terminal: list[Terminal]) -> None:
    repo = workshop(tmp_path)
    for keys, code, there in (("n\n", 2, False), ("y\n", 0, True)):
        screen = Terminal("init", "-C", repo)
        terminal.append(screen)
        screen.wait_for("[y/N]")
        screen.type(keys)
        assert screen.ended() == code
        assert (repo / ".claude" / "agents" / "code-reviewer.md").exists() is there
