from pathlib import Path

import pytest

from pullcord.environments import installed, wanted
from pullcord.errors import ConfigError

HERE = installed.markers("3.11.4")


def tree(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def test_a_repository_without_any_file_wants_nothing(tmp_path: Path) -> None:
    assert wanted.read(tmp_path, HERE) == wanted.Wanted()
    specifier, pin = wanted.python(tmp_path)
    assert (str(specifier), pin) == ("", "")


def test_the_lock_wins_over_requirements_and_project(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "b\n",
        "requirements.lock": "a==1\n",
        "pyproject.toml": "[project]\nname = 'x'\ndependencies = ['c']\n",
    }
    found = wanted.read(tree(tmp_path, files), HERE)
    assert (found.source, found.lines) == ("requirements.lock", ("a==1",))


@pytest.mark.parametrize("name", ["uv.lock", "poetry.lock"])
def test_the_locks_of_uv_and_poetry_are_complete(name: str, tmp_path: Path) -> None:
    lock = "[[package]]\nname = 'a'\nversion = '1'\nsource = { registry = 'x' }\n"
    own = (
        "[[package]]\nname = 'own'\nversion = '0'\noptional = true\n"
        "source = { virtual = '.' }\ndependencies = [{ name = 'a' }]\n"
    )
    found = wanted.read(tree(tmp_path, {name: lock + own}), HERE)
    assert (found.source, found.lines, found.complete) == (name, ("a==1",), True)


def test_development_requirements_are_wanted_and_other_files_are_not(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "a\n-i https://host.invalid/simple\n",
        "requirements-dev.txt": "-r requirements.txt\nb\n",
        "requirements/test.txt": "c\n",
        "requirements-docs.txt": "d\n",
    }
    found = wanted.read(tree(tmp_path, files), HERE)
    assert set(found.lines) == {"a", "b", "c"}
    assert found.options == ("-i https://host.invalid/simple",) * 2
    assert not found.complete


def test_a_project_wants_its_dependencies_groups_and_development_extras(tmp_path: Path) -> None:
    text = """
    [project]
    name = "My.Service"
    dependencies = ["a>=1"]
    optional-dependencies = { dev = ["b", "my-service[docs]"], docs = ["c"] }
    [dependency-groups]
    dev = ["d", { include-group = "lint" }]
    lint = ["e"]
    [tool.uv]
    dev-dependencies = ["f"]
    """
    found = wanted.read(tree(tmp_path, {"pyproject.toml": text}), HERE)
    assert found.source == "pyproject.toml"
    assert found.lines == ("a>=1", "b", "d", "e", "f")


def test_groups_in_a_circle_are_an_error(tmp_path: Path) -> None:
    text = "[dependency-groups]\na = [{include-group = 'b'}]\nb = [{include-group = 'a'}]\n"
    with pytest.raises(ConfigError, match="includes itself"):
        wanted.read(tree(tmp_path, {"pyproject.toml": text}), HERE)


def test_poetrys_own_table_needs_its_lock(tmp_path: Path) -> None:
    text = "[tool.poetry.dependencies]\npython = '^3.11'\nfastapi = '^0.1'\n"
    with pytest.raises(ConfigError) as raised:
        wanted.read(tree(tmp_path, {"pyproject.toml": text}), HERE)
    assert raised.value.hint == "poetry lock"


@pytest.mark.parametrize("name", ["pyproject.toml", "uv.lock", "poetry.lock"])
def test_a_file_that_is_not_toml_is_an_error_that_names_it(name: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=name):
        wanted.read(tree(tmp_path, {name: "= ["}), HERE)


@pytest.mark.parametrize(
    ("pin", "python", "suits"),
    [("3.12\n", "3.12.4", True), ("3.12.11\n", "3.12.4", True), ("3.13", "3.12.4", False),
     ("# mine\ncpython-3.12\n", "3.12.0", True), ("system\n", "3.11.0", True)],
)  # fmt: skip
def test_the_pinned_python_counts_by_its_minor_version(
    pin: str, python: str, suits: bool, tmp_path: Path
) -> None:
    specifier, _ = wanted.python(tree(tmp_path, {".python-version": pin}))
    assert specifier.contains(python) is suits


def test_the_pin_wins_over_the_project(tmp_path: Path) -> None:
    files = {".python-version": "3.13", "pyproject.toml": "[project]\nrequires-python = '>=3.11'\n"}
    specifier, source = wanted.python(tree(tmp_path, files))
    assert (str(specifier), source) == ("==3.13.*", ".python-version")


def test_an_invalid_requires_python_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="requires-python"):
        wanted.python(tree(tmp_path, {"pyproject.toml": "[project]\nrequires-python = 'new'\n"}))
