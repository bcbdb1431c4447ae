from pathlib import Path

import pytest

from pullcord.errors import Unavailable
from pullcord.sandbox.interpreter import needs


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path.resolve() / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    return home


def python(place: Path) -> Path:
    (place / "bin").mkdir(parents=True)
    (place / "bin" / "python3.11").write_text("")
    (place / "bin" / "python").symlink_to("python3.11")
    return place / "bin" / "python"


def environment(place: Path, target: Path) -> Path:
    (place / "bin").mkdir(parents=True)
    (place / "bin" / "python").symlink_to(target)
    return place


def test_the_installation_behind_the_link_is_needed(home: Path) -> None:
    env = environment(home / "env", python(home / "pyenv" / "3.11.7"))
    assert needs(env).folders == (env, home / "pyenv" / "3.11.7")
    assert needs(env).links == ()


def test_a_link_in_between_is_shown_without_the_folder_it_lies_in(home: Path) -> None:
    real = python(home / "uv" / "cpython-3.11")
    between = home / ".local" / "bin" / "python3.11"
    between.parent.mkdir(parents=True)
    between.symlink_to(real)
    env = environment(home / "env", between)
    assert needs(env).folders == (env, home / "uv" / "cpython-3.11")
    assert needs(env).links == ((between, real),)


def test_an_installation_is_shown_under_each_of_its_names(home: Path) -> None:
    python(home / "uv" / "cpython-3.11.4")
    (home / "uv" / "cpython-3.11").symlink_to("cpython-3.11.4")
    env = environment(home / "env", home / "uv" / "cpython-3.11" / "bin" / "python3.11")
    found = needs(env).folders
    assert found == (env, home / "uv" / "cpython-3.11", home / "uv" / "cpython-3.11.4")


def test_an_environment_is_shown_under_each_of_its_names(home: Path) -> None:
    env = environment(home / "real", python(home / "pyenv"))
    (home / "alias").symlink_to("real")
    assert needs(home / "alias").folders == (home / "alias", env, home / "pyenv")


def test_the_systems_python_needs_nothing_more(home: Path) -> None:
    env = environment(home / "env", Path("/usr/bin/env"))
    assert needs(env).folders == (env,)


@pytest.mark.parametrize("place", [".", ".local"])
def test_a_python_among_the_users_own_files_is_refused(place: str, home: Path) -> None:
    env = environment(home / "env", python(home / place))
    with pytest.raises(Unavailable, match="among your own files"):
        needs(env)


def test_an_environment_without_python_is_unavailable(home: Path) -> None:
    with pytest.raises(Unavailable, match="holds no bin/python"):
        needs(home / "env")
