import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pullcord.errors import Unavailable
from pullcord.process import Limits, run
from pullcord.process.group import processes

QUICK = Limits(wall_s=20.0)


def alive(pid: int) -> bool:
    one = processes().get(pid)
    return one is not None and one.living


async def until(holds: Callable[[], bool], seconds: float = 10.0) -> bool:
    patience = time.monotonic() + seconds
    while not (held := holds()) and time.monotonic() < patience:
        await asyncio.sleep(0.01)
    return held


async def appears(path: Path) -> str:
    assert await until(lambda: path.exists() and path.read_text().endswith("\n"))
    return path.read_text().strip()


async def python(code: str, limits: Limits = QUICK, **given: Any) -> Any:
    return await run([sys.executable, "-I", "-S", "-c", code], limits=limits, **given)


async def test_output_exit_code_and_command_are_told() -> None:
    done = await run(["sh", "-c", "echo out; echo err >&2; exit 3"], limits=QUICK)
    assert (done.exit, done.stdout, done.stderr) == (3, "out\n", "err\n")
    assert done.argv == ("sh", "-c", "echo out; echo err >&2; exit 3")
    assert not done.timed_out
    assert not done.truncated
    assert done.duration_s > 0


async def test_a_signal_is_a_negative_exit_code() -> None:
    done = await run(["sh", "-c", "kill -TERM $$"], limits=QUICK)
    assert done.exit == -signal.SIGTERM


async def test_standard_input_is_given_and_ends() -> None:
    data = b"x" * 300_000
    done = await run(["cat"], stdin=data, limits=QUICK)
    assert done.stdout.encode() == data


async def test_without_standard_input_reading_ends_at_once() -> None:
    assert (await run(["cat"], limits=QUICK)).exit == 0


async def test_the_environment_is_exactly_the_one_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "s")
    done = await run(["/usr/bin/env"], env={"A": "1"}, limits=QUICK)
    # A shell may tell its successor its own name in `_`.
    assert [line for line in done.stdout.splitlines() if not line.startswith("_=")] == ["A=1"]


async def test_without_an_environment_no_variable_of_ours_is_passed_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SECRET", "s")
    done = await run(["env"], limits=QUICK)
    assert "SECRET" not in done.stdout
    assert "LANG=C.UTF-8" in done.stdout


async def test_a_missing_program_is_unavailable() -> None:
    with pytest.raises(Unavailable, match="no-such-program is not on this machine"):
        await run(["no-such-program"])


async def test_a_program_is_looked_for_on_the_path_it_is_given(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        await run(["true"], env={"PATH": str(tmp_path)})


async def test_a_missing_folder_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="gone"):
        await run(["true"], cwd=tmp_path / "gone")


async def test_undecodable_output_is_replaced_not_fatal() -> None:
    done = await run(["printf", r"a\377b"], limits=QUICK)
    assert done.stdout == "a\N{REPLACEMENT CHARACTER}b"


async def test_output_beyond_the_cap_is_dropped_and_the_program_does_not_block() -> None:
    done = await python("print('x' * 5_000_000)", Limits(wall_s=20.0, output_bytes=1000))
    assert done.exit == 0
    assert done.stdout == "x" * 1000
    assert done.truncated


async def test_output_up_to_the_cap_is_not_truncated() -> None:
    done = await run(["printf", "12345"], limits=Limits(wall_s=20.0, output_bytes=5))
    assert (done.stdout, done.truncated) == ("12345", False)


async def test_the_wall_time_ends_the_program_and_all_it_started(tmp_path: Path) -> None:
    script = f"sleep 60 & echo $! >{tmp_path}/pid; setsid sleep 61 & sleep 62"
    done = await run(["sh", "-c", script], limits=Limits(wall_s=0.5))
    assert (done.exit, done.timed_out) == (None, True)
    assert done.duration_s < 10
    assert not alive(int((tmp_path / "pid").read_text()))


async def test_what_the_program_leaves_in_its_group_is_dead_on_return() -> None:
    done = await run(["sh", "-c", "sleep 60 >/dev/null 2>&1 & echo $!"], limits=QUICK)
    assert done.exit == 0
    assert not alive(int(done.stdout))


async def test_a_child_in_another_session_is_dead_after_the_wall_time() -> None:
    script = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
    leave = f"setsid {sys.executable} -c '{script}'; true"
    done = await run(["sh", "-c", leave], limits=Limits(wall_s=1.5))
    assert done.timed_out
    assert not alive(int(done.stdout))


async def test_a_daemon_that_keeps_the_output_open_does_not_keep_us_waiting() -> None:
    done = await run(["sh", "-c", "setsid sh -c 'echo $$; exec sleep 5' & sleep 0.5"], limits=QUICK)
    assert done.exit == 0
    assert done.duration_s < 4
    os.kill(int(done.stdout), signal.SIGKILL)


async def test_cancelling_kills_before_it_returns(tmp_path: Path) -> None:
    script = f"sleep 60 & echo $! >{tmp_path}/pid; wait"
    task = asyncio.create_task(run(["sh", "-c", script]))
    pid = int(await appears(tmp_path / "pid"))
    assert alive(pid)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not alive(pid)


async def test_processor_time_is_limited() -> None:
    done = await python("while True: pass", Limits(wall_s=30.0, cpu_s=1))
    assert (done.exit, done.timed_out) == (None, True)
    assert done.duration_s < 20


async def test_memory_is_limited() -> None:
    done = await python("bytearray(10 << 30)")
    assert done.exit == 1
    assert "MemoryError" in done.stderr


async def test_the_size_of_files_is_limited(tmp_path: Path) -> None:
    code = f"open({str(tmp_path / 'big')!r}, 'wb').write(bytes(1 << 20))"
    done = await python(code, Limits(wall_s=20.0, file_bytes=1 << 16))
    assert done.exit == 1
    assert "too large" in done.stderr
    assert (tmp_path / "big").stat().st_size <= 1 << 16


async def test_no_core_is_dumped_and_files_are_limited() -> None:
    code = (
        "import resource as r; print(r.getrlimit(r.RLIMIT_CORE), r.getrlimit(r.RLIMIT_NOFILE)[1])"
    )
    core, _, files = (await python(code)).stdout.rpartition(" ")
    assert core == "(0, 0)"
    assert int(files) <= 4096


async def test_a_crowd_of_processes_is_ended() -> None:
    crowd = "i=0; while [ $i -lt 300 ]; do sleep 20 & i=$((i+1)); done; wait"
    done = await run(["sh", "-c", crowd], limits=Limits(wall_s=19.0, processes=50))
    assert done.exit is None
    assert not done.timed_out
    assert "more than 50 processes" in done.stderr


async def test_many_programs_run_at_the_same_time() -> None:
    all_done = await asyncio.gather(*(run(["echo", str(i)], limits=QUICK) for i in range(20)))
    assert [done.stdout for done in all_done] == [f"{i}\n" for i in range(20)]


async def test_no_file_descriptor_is_left_open() -> None:
    await run(["true"])
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    for _ in range(5):
        await run(["true"], stdin=b"x")
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208


ORCHESTRATOR = """
import asyncio, sys
from pullcord.process import run
asyncio.run(run(["sh", "-c", "sleep 60 & echo $! $$ >" + sys.argv[1] + "; wait"]))
"""


async def test_nothing_outlives_an_orchestrator_that_is_killed(tmp_path: Path) -> None:
    argv = [sys.executable, "-c", ORCHESTRATOR, str(tmp_path / "pids")]
    with subprocess.Popen(argv) as orchestrator:
        pids = [int(pid) for pid in (await appears(tmp_path / "pids")).split()]
        assert all(alive(pid) for pid in pids)
        orchestrator.send_signal(signal.SIGKILL)
    assert await until(lambda: not any(alive(pid) for pid in pids))


async def test_a_new_watchdog_takes_over_when_the_first_was_killed() -> None:
    from pullcord.process import watchdog

    await run(["true"])
    assert watchdog._dog is not None
    watchdog._dog.kill()
    watchdog._dog.wait()
    assert (await run(["echo", "still"], limits=QUICK)).stdout == "still\n"
