import asyncio
import os
import shutil
import sys
import zipfile
from pathlib import Path

import pytest

from pullcord import environments
from pullcord.environments import TOOLS, installed, interpreters, making
from pullcord.errors import Unavailable
from pullcord.process import Limits, run

OWN = Path(sys.prefix)


def wheel(folder: Path, name: str, version: str = "1.0") -> None:
    """A package with one module that has one function, and a console script that calls it."""
    module = name.replace("-", "_")
    info = f"{module}-{version}.dist-info"
    files = {
        f"{module}.py": f"def main():\n    print('{name} {version}')\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": f"[console_scripts]\n{name} = {module}:main\n",
    }
    files[f"{info}/RECORD"] = "".join(f"{path},,\n" for path in (*files, f"{info}/RECORD"))
    with zipfile.ZipFile(folder / f"{module}-{version}-py3-none-any.whl", "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of wheels, the only place from which anything is installed."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    for name in TOOLS:
        wheel(folder, name)
    empty = tmp_path / "index"
    empty.mkdir()
    settings = {"UV_NO_CONFIG": "1", "UV_DEFAULT_INDEX": empty.as_uri(), "UV_FIND_LINKS": str(folder),
                "PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(folder)}  # fmt: skip
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return folder


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    return folder


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "environments"


async def test_our_own_environment_is_used_when_it_satisfies_everything(
    repository: Path, cache: Path
) -> None:
    version = installed.packages(OWN)["pytest"].version
    (repository / "requirements.lock").write_text(f"pytest=={version}\n")
    found = await environments.resolve(repository, cache)
    assert (found.path, found.key) == (OWN, installed.key(OWN))
    assert not cache.exists()


async def test_the_repositorys_own_environment_is_used_when_ours_does_not_do(
    repository: Path, cache: Path
) -> None:
    (repository / "requirements.lock").write_text("left==1.0\n")
    theirs = repository / ".venv"
    (theirs / "bin").mkdir(parents=True)
    (theirs / "bin" / "python").symlink_to(sys.executable)
    for name in ("left", *TOOLS):
        place = (
            theirs
            / "lib"
            / "python3.11"
            / "site-packages"
            / f"{name.replace('-', '_')}-1.0.dist-info"
        )
        place.mkdir(parents=True)
        (place / "METADATA").write_text(f"Name: {name}\nVersion: 1.0\n")
    (theirs / "pyvenv.cfg").write_text(f"version_info = {sys.version.split()[0]}\n")
    assert (await environments.resolve(repository, cache)).path == theirs


async def test_an_environment_is_made_once_and_found_again(
    shop: Path, repository: Path, cache: Path
) -> None:
    wheel(shop, "left")
    (repository / "requirements.txt").write_text("left\n-e .\n")
    made = await environments.resolve(repository, cache)
    assert made.path.parent == cache
    done = await run([str(made.path / "bin" / "left")], limits=Limits(wall_s=30.0))
    assert done.stdout == "left 1.0\n"
    assert installed.missing(TOOLS, made.path) == []
    shutil.rmtree(shop)
    assert await environments.resolve(repository, cache) == made
    assert [path.name for path in repository.iterdir()] == ["requirements.txt"]


async def test_other_requirements_make_another_environment_with_another_key(
    shop: Path, repository: Path, cache: Path
) -> None:
    made = []
    for version in ("1.0", "2.0"):
        wheel(shop, "left", version)
        (repository / "requirements.txt").write_text(f"left=={version}\n")
        made.append(await environments.resolve(repository, cache))
    assert made[0].path != made[1].path
    assert made[0].key != made[1].key


async def test_two_who_make_the_same_environment_make_one(
    shop: Path, repository: Path, cache: Path
) -> None:
    wheel(shop, "left")
    (repository / "requirements.txt").write_text("left\n")
    calls = [environments.resolve(repository, cache) for _ in range(2)]
    first, second = await asyncio.gather(*calls)
    assert first == second
    assert len([path for path in cache.iterdir() if path.is_dir()]) == 1


async def test_a_half_made_environment_is_made_anew(
    shop: Path, repository: Path, cache: Path
) -> None:
    wheel(shop, "left")
    (repository / "requirements.txt").write_text("left\n")
    made = await environments.resolve(repository, cache)
    (made.path / making._COMPLETE).unlink()
    (made.path / "bin" / "left").unlink()
    assert (await environments.resolve(repository, cache)).path == made.path
    assert (made.path / "bin" / "left").exists()


async def test_without_uv_pip_makes_the_same_environment(
    shop: Path, repository: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "uv", lambda: None)
    wheel(shop, "left")
    (repository / "requirements.txt").write_text("left\n")
    made = await environments.resolve(repository, cache)
    done = await run([str(made.path / "bin" / "left")], limits=Limits(wall_s=30.0))
    assert done.stdout == "left 1.0\n"


async def test_a_package_that_nobody_has_is_told_with_its_cause(
    shop: Path, repository: Path, cache: Path
) -> None:
    (repository / "requirements.txt").write_text("no-such-package==1.0\n")
    for _ in range(2):
        with pytest.raises(Unavailable) as raised:
            await environments.resolve(repository, cache)
        assert "requirements.txt" in raised.value.message
        assert "no-such-package" in raised.value.message
        assert "index settings" in raised.value.hint


async def test_a_missing_tool_is_told_even_when_the_requirements_are_there(
    shop: Path, repository: Path, cache: Path
) -> None:
    wheel(shop, "left")
    (shop / "mypy-1.0-py3-none-any.whl").unlink()
    (repository / "requirements.txt").write_text("left\n")
    with pytest.raises(Unavailable, match="mypy"):
        await environments.resolve(repository, cache)


async def test_a_pinned_python_that_is_absent_is_unavailable(repository: Path, cache: Path) -> None:
    (repository / ".python-version").write_text("3.42\n")
    with pytest.raises(Unavailable) as raised:
        await environments.resolve(repository, cache)
    assert "Python ==3.42.*" in raised.value.message
    assert ".python-version" in raised.value.message
    assert not cache.exists()


async def test_a_named_interpreter_is_used_and_checked(repository: Path, cache: Path) -> None:
    found = await environments.resolve(repository, cache, python=OWN / "bin" / "python")
    assert found.path == OWN
    (repository / "requirements.txt").write_text("no-such-package\n")
    with pytest.raises(Unavailable, match="no-such-package is absent"):
        await environments.resolve(repository, cache, python=OWN / "bin" / "python")


async def test_an_interpreter_has_to_answer_for_its_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as a shim of a version manager for a version that is not there."""
    shim = tmp_path / "python3.42"
    shim.write_text("#!/bin/sh\necho 'version 3.42 is not installed' >&2; exit 127\n")
    shim.chmod(0o755)
    monkeypatch.setattr(interpreters, "_MINORS", [42])
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    from packaging.specifiers import SpecifierSet

    with pytest.raises(Unavailable, match="not on this machine"):
        await interpreters.find(SpecifierSet("==3.42.*"), ".python-version")


def test_installers_get_the_index_settings_and_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"UV_INDEX_URL": "i", "PIP_CERT": "c", "SSL_CERT_FILE": "s", "https_proxy": "p",
             "UV_PROJECT_ENVIRONMENT": "x", "PIP_TARGET": "x", "API_TOKEN": "x"}  # fmt: skip
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    passed = making._installer()
    assert {name for name in given if name in passed} == {
        "UV_INDEX_URL", "PIP_CERT", "SSL_CERT_FILE", "https_proxy",
    }  # fmt: skip
