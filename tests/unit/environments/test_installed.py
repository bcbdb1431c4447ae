import sys
from pathlib import Path

import pytest

from pullcord.environments import installed
from pullcord.errors import Unavailable


def environment(folder: Path, packages: dict[str, str], requires: str = "") -> Path:
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "python").symlink_to(sys.executable)
    (folder / "pyvenv.cfg").write_text("home = /usr/bin\nversion_info = 3.11.4\n")
    for name, version in packages.items():
        info = folder / "lib" / "python3.11" / "site-packages" / f"{name}-{version}.dist-info"
        info.mkdir(parents=True)
        metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{requires}"
        (info / "METADATA").write_text(metadata)
    return folder


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("My-Package==1.2", ""),
        ("my.package>=1,<2", ""),
        ("my-package==1.2 --hash=sha256:00", ""),
        ("my-package==1.3", "my-package is 1.2, not ==1.3"),
        ("other", "other is absent"),
        ("other ; python_version < '3'", ""),
        ("other ; python_version >= '3.11'", "other is absent"),
        ("my-package @ https://host.invalid/x.whl", "my-package is wanted from an address"),
        ("https://host.invalid/x.whl", "https://host.invalid/x.whl cannot be checked"),
    ],
)
def test_what_is_missing_is_told_in_words(line: str, reason: str, tmp_path: Path) -> None:
    where = environment(tmp_path / "env", {"my_package": "1.2"})
    assert installed.missing([line], where) == ([reason] if reason else [])


def test_the_packages_behind_an_extra_are_wanted_too(tmp_path: Path) -> None:
    requires = "Requires-Dist: loop>=2 ; extra == 'fast'\nRequires-Dist: tls ; extra == 'tls'\n"
    where = environment(tmp_path / "env", {"web": "1.0"}, requires)
    assert installed.missing(["web"], where) == []
    assert installed.missing(["web[fast]"], where) == ["loop is absent"]


def test_an_extra_that_asks_for_itself_ends(tmp_path: Path) -> None:
    requires = "Requires-Dist: web[all] ; extra == 'all'\n"
    where = environment(tmp_path / "env", {"web": "1.0"}, requires)
    assert installed.missing(["web[all]"], where) == []


def test_the_key_is_stable_and_changes_with_every_package_and_version(tmp_path: Path) -> None:
    first = environment(tmp_path / "1", {"a": "1", "b": "1"})
    assert installed.key(first) == installed.key(environment(tmp_path / "2", {"b": "1", "a": "1"}))
    assert installed.key(first) != installed.key(environment(tmp_path / "3", {"a": "1"}))
    assert installed.key(first) != installed.key(environment(tmp_path / "4", {"a": "1", "b": "2"}))


def test_the_key_changes_with_the_python(tmp_path: Path) -> None:
    first, second = (environment(tmp_path / name, {"a": "1"}) for name in "12")
    (second / "pyvenv.cfg").write_text("version = 3.11.5\n")
    assert installed.key(first) != installed.key(second)


def test_the_version_is_read_without_running_the_python(tmp_path: Path) -> None:
    where = environment(tmp_path / "env", {"a": "1"})
    assert installed.version(where) == "3.11.4"
    (where / "pyvenv.cfg").unlink()
    assert installed.version(where) == "3.11"


def test_a_folder_that_is_no_environment_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="not a Python environment"):
        installed.version(tmp_path)


def test_our_own_environment_holds_what_runs_this_test() -> None:
    assert installed.missing(["pytest", "hypothesis"], Path(sys.prefix)) == []
