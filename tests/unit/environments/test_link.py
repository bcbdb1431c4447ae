import sys
from pathlib import Path

import pytest

from pullcord.environments import installed
from pullcord.environments.link import link
from pullcord.errors import Unavailable
from pullcord.process import Limits, run

LIMITS = Limits(wall_s=60.0)


def locked(*names: str) -> str:
    held = installed.packages(Path(sys.prefix))
    return "".join(f"{name}=={held[name].version}\n" for name in names)


async def test_a_linked_environment_has_the_locked_packages_and_their_scripts(
    tmp_path: Path,
) -> None:
    lock = locked("mypy", "mypy-extensions", "typing-extensions", "pathspec", "librt", "ast-serialize", "ruff",
                  "poethepoet", "pyyaml", "packaging", "pluggy")  # fmt: skip
    (tmp_path / "requirements.lock").write_text(lock)
    (tmp_path / "pyproject.toml").write_text("[tool.poe.tasks]\ncheck = 'ruff --version'\n")
    (tmp_path / "main.py").write_text("import pluggy\npluggy.HookspecMarker(1)\n")
    environment = await link(tmp_path)
    assert environment == tmp_path / ".venv"

    done = await run([".venv/bin/poe", "check"], cwd=tmp_path, limits=LIMITS)
    assert (done.exit, done.stdout.split()[0]) == (0, "ruff"), done.stderr
    types = [".venv/bin/mypy", "--strict", "main.py"]
    done = await run(types, cwd=tmp_path, limits=LIMITS)
    assert done.exit == 1, done.stderr
    assert 'incompatible type "int"; expected "str"' in done.stdout, "mypy reads the packages"


async def test_only_what_is_locked_can_be_imported(tmp_path: Path) -> None:
    (tmp_path / "requirements.lock").write_text(locked("packaging"))
    environment = await link(tmp_path)
    assert list(installed.packages(environment)) == ["packaging"]
    code = (
        "import packaging, importlib.util as u; print(packaging.__file__, u.find_spec('pullcord'))"
    )
    done = await run([str(environment / "bin/python"), "-c", code], cwd=tmp_path, limits=LIMITS)
    file, other = done.stdout.split()
    assert Path(file).is_relative_to(environment)
    assert other == "None"


async def test_no_link_leads_out_so_that_nothing_of_ours_can_be_removed(tmp_path: Path) -> None:
    (tmp_path / "requirements.lock").write_text(locked("packaging", "pluggy"))
    environment = await link(tmp_path)
    links = {path.name for path in environment.rglob("*") if path.is_symlink()}
    assert {name for name in links if not name.startswith("python")} <= {"lib64", "\U0001d70bthon"}


async def test_a_linked_environment_can_be_made_again(tmp_path: Path) -> None:
    (tmp_path / "requirements.lock").write_text(locked("packaging"))
    assert await link(tmp_path) == await link(tmp_path)


async def test_packages_that_we_do_not_have_are_refused_and_nothing_is_made(tmp_path: Path) -> None:
    (tmp_path / "requirements.lock").write_text("packaging==0.1\nno-such-package==1.0\n")
    with pytest.raises(Unavailable) as raised:
        await link(tmp_path)
    assert "packaging is" in raised.value.message
    assert "no-such-package is absent" in raised.value.message
    assert "uv pip install -r requirements.lock" in raised.value.hint
    assert not (tmp_path / ".venv").exists()
