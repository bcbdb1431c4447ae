"""./dev makes its environment anywhere, once, and never leaves half of one.

With an empty lock: what is installed is pip's business, how and when it is made is ours.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from uv import find_uv_bin

ROOT = Path(__file__).parents[2]
PYTHON = str(Path(getattr(sys, "_base_executable", sys.executable)).parent)
PIP = f"{PYTHON}:/usr/local/bin:/usr/bin:/bin"
UV = f"{Path(find_uv_bin()).parent}:{PIP}"
"""Much faster than pip, so most tests here use it."""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout of a project that needs nothing, in a folder with a difficult name."""
    folder = tmp_path / "Müllers söhne & co" / "pull cord"
    package = folder / "src" / "pullcord"
    package.mkdir(parents=True)
    shutil.copy2(ROOT / "dev", folder / "dev")
    (folder / "requirements.lock").write_text("# nothing\n")
    (package / "__init__.py").write_text('__version__ = "1.2.3"\n')
    (package / "__main__.py").write_text(
        "import os, sys\nprint(os.getcwd(), sys.prefix, *sys.argv[1:])\nsys.exit(7 * ('fail' in sys.argv))\n"
    )
    return folder


def dev(folder: Path, *args: str, cwd: Path | None = None, **env: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [str(folder / "dev"), *args], cwd=cwd, text=True, start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={"PATH": UV, "HOME": "", **env},
    )  # fmt: skip


def ends(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=120)
    return process.returncode, out.strip(), err.strip()


@pytest.mark.parametrize("path", [UV, PIP], ids=["uv", "pip"])
def test_the_first_call_makes_the_environment_and_the_second_only_starts(
    checkout: Path, tmp_path: Path, path: str
) -> None:
    first = ends(dev(checkout, "pullcord", "a b", cwd=tmp_path, PATH=path))
    second = ends(dev(checkout, "pullcord", "a b", cwd=tmp_path, HOME="/nonexistent"))

    assert first[:2] == (0, f"{tmp_path} {checkout}/.venv a b")
    assert "making .venv" in first[2]
    assert second == (0, f"{tmp_path} {checkout}/.venv a b", "")


def test_the_environment_knows_the_project_by_name_and_version(checkout: Path) -> None:
    ends(dev(checkout, "pullcord"))
    code = "import pullcord; from importlib.metadata import version; print(version('pullcord'))"

    done = subprocess.run(
        [checkout / ".venv/bin/python", "-c", code], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "1.2.3"


def test_nothing_is_imported_from_the_folder_it_is_called_in(
    checkout: Path, tmp_path: Path
) -> None:
    (tmp_path / "pullcord.py").write_text("print('mine')")
    (tmp_path / "runpy.py").write_text("print('mine')")

    code, out, _ = ends(dev(checkout, "pullcord", cwd=tmp_path, PYTHONPATH=str(tmp_path)))

    assert (code, out) == (0, f"{tmp_path} {checkout}/.venv")


def test_the_exit_status_is_that_of_the_command(checkout: Path) -> None:
    assert ends(dev(checkout, "pullcord", "fail"))[0] == 7


def test_what_python_compiles_is_kept(checkout: Path) -> None:
    """The sandbox shows .venv read-only: what is not compiled there is compiled in each gate."""
    (checkout / "src/pullcord/part.py").write_text("")
    (checkout / "src/pullcord/__main__.py").write_text("import pullcord.part\n")

    ends(dev(checkout, "pullcord", PYTHONDONTWRITEBYTECODE="1"))

    assert list(checkout.glob("src/pullcord/__pycache__/part.*.pyc"))


def test_a_new_lock_makes_the_environment_anew(checkout: Path) -> None:
    ends(dev(checkout, "pullcord"))
    (checkout / ".venv" / "mine").touch()
    (checkout / "requirements.lock").write_text("# still nothing\n")

    assert "making .venv" in ends(dev(checkout, "pullcord"))[2]
    assert not (checkout / ".venv" / "mine").exists()


def test_a_checkout_that_moved_makes_the_environment_anew(checkout: Path) -> None:
    ends(dev(checkout, "pullcord"))
    elsewhere = checkout.rename(checkout.with_name("elsewhere"))

    code, out, err = ends(dev(elsewhere, "pullcord"))

    assert (code, f"{elsewhere}/.venv" in out, "making .venv" in err) == (0, True, True)


def test_of_two_calls_at_once_one_sets_up_and_the_other_waits(checkout: Path) -> None:
    both = [ends(process) for process in (dev(checkout, "pullcord"), dev(checkout, "pullcord"))]

    assert [code for code, _, _ in both] == [0, 0]
    assert sum("making .venv" in err for _, _, err in both) == 1


def test_a_set_up_that_was_killed_is_begun_again(checkout: Path) -> None:
    killed = dev(checkout, "pullcord")
    deadline = time.monotonic() + 60
    while not (checkout / ".venv").exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.communicate()
    assert not (checkout / ".venv" / "origin").exists()

    code, out, err = ends(dev(checkout, "pullcord"))

    assert (code, out) == (0, f"{Path.cwd()} {checkout}/.venv")
    assert "making .venv" in err


def test_packages_that_cannot_be_had_are_said_and_leave_no_environment(checkout: Path) -> None:
    (checkout / "requirements.lock").write_text("no-such-package-anywhere==1.0\n")

    code, out, err = ends(dev(checkout, "pullcord", PIP_NO_INDEX="1", UV_OFFLINE="1"))

    assert (code, out) == (5, "")
    assert "could not be installed; the cause stands above" in err
    assert not (checkout / ".venv" / "origin").exists()


def test_a_link_instead_of_an_environment_is_used_as_it_is(checkout: Path, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    mine = tmp_path / "bin" / "pullcord"
    mine.write_text("#!/bin/sh\necho mine\n")
    mine.chmod(0o755)
    (checkout / ".venv").symlink_to(tmp_path)

    assert ends(dev(checkout, "pullcord")) == (0, "mine", "")


def tools(folder: Path, **scripts: str) -> str:
    """A PATH with only what a bare machine has, and the given scripts."""
    folder.mkdir()
    for name in ("sh", "dirname", "cat", "cksum", "sed", "mkdir", "rm", "mv", "chmod"):
        (folder / name).symlink_to(str(shutil.which(name)))
    for name, text in scripts.items():
        (folder / name).write_text(f"#!/bin/sh\n{text}\n")
        (folder / name).chmod(0o755)
    return str(folder)


def test_without_a_new_enough_python_it_says_so(checkout: Path, tmp_path: Path) -> None:
    path = tools(tmp_path / "bin", git="", python3="exit 1")

    assert ends(dev(checkout, "pullcord", PATH=path)) == (
        5, "", "dev: pullcord needs Python >= 3.11, and there is none on PATH."
    )  # fmt: skip


def test_without_git_it_says_so(checkout: Path, tmp_path: Path) -> None:
    code, _, err = ends(dev(checkout, "pullcord", PATH=tools(tmp_path / "bin")))

    assert (code, err) == (5, "dev: pullcord needs git, and there is none on PATH.")


def test_a_python_that_is_too_old_is_passed_over(checkout: Path, tmp_path: Path) -> None:
    python = f'exec {PYTHON}/python3 "$@"'
    path = tools(tmp_path / "bin", git="", python3="exit 1", **{"python3.11": python})

    assert ends(dev(checkout, "pullcord", PATH=path))[0] == 0


@pytest.mark.parametrize(("args", "code"), [((), 0), (("--help",), 0), (("dmeo",), 2)])
def test_help_and_mistakes_need_no_environment(
    checkout: Path, args: tuple[str, ...], code: int
) -> None:
    ended = ends(dev(checkout, *args))

    assert ended[0] == code
    assert "./dev test" in ended[1] + ended[2] or "usage: ./dev COMMAND" in ended[1] + ended[2]
    assert not (checkout / ".venv").exists()
