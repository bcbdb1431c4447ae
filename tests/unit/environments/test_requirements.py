from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from packaging.requirements import Requirement

from pullcord.environments import requirements
from pullcord.errors import ConfigError

FILE = "requirements.txt"


def read(folder: Path, text: str) -> list[str]:
    (folder / FILE).write_text(text)
    return requirements.read(folder, FILE)


def test_comments_blank_lines_and_continuations_are_understood(tmp_path: Path) -> None:
    text = "# all\n\nhttpx==0.28.1  # why\nfastapi \\\n  >=0.1\nname @ https://x.invalid/a#egg=b\n"
    assert read(tmp_path, text) == [
        "httpx==0.28.1",
        "fastapi >=0.1",
        "name @ https://x.invalid/a#egg=b",
    ]


def test_hashes_stay_for_the_installer_and_are_no_part_of_the_requirement(tmp_path: Path) -> None:
    (line,) = read(tmp_path, "six==1.16.0 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n")
    assert line == "six==1.16.0 --hash=sha256:aa --hash=sha256:bb"
    assert requirements.bare(line) == "six==1.16.0"


def test_included_files_take_the_place_of_their_line(tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "base.txt").write_text("-r ../last.txt\nb\n")
    (tmp_path / "last.txt").write_text("a\n")
    assert read(tmp_path, "-r more/base.txt\nc\n") == ["a", "b", "c"]


def test_a_file_that_includes_itself_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="includes itself"):
        read(tmp_path, f"-r {FILE}\n")


def test_a_file_outside_of_the_repository_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "repo").mkdir()
    (tmp_path / "outside.txt").write_text("six\n")
    with pytest.raises(ConfigError, match="outside of the repository"):
        read(tmp_path / "repo", "-r ../outside.txt\n")


def test_a_missing_included_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"gone\.txt cannot be read"):
        read(tmp_path, "-r gone.txt\n")


@pytest.mark.parametrize("line", ["-e .", "-e .[dev]", "--editable=./lib", ".", "./lib", "file:x"])
def test_the_repositorys_own_projects_are_left_out(line: str, tmp_path: Path) -> None:
    assert read(tmp_path, f"{line}\nsix\n") == ["six"]


def test_an_editable_repository_on_a_server_is_kept(tmp_path: Path) -> None:
    line = "git+https://host.invalid/a.git#egg=a"
    assert read(tmp_path, f"-e {line}\n") == [line]


def test_options_of_the_index_are_kept_and_others_dropped(tmp_path: Path) -> None:
    text = "--index-url https://host.invalid/simple\n--require-hashes\n--pre\nsix\n"
    assert read(tmp_path, text) == ["--index-url https://host.invalid/simple", "--pre", "six"]


def test_constraints_are_refused_rather_than_ignored(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="constraints"):
        read(tmp_path, "-c constraints.txt\nsix\n")


def test_the_name_of_a_line_is_canonical() -> None:
    assert (
        requirements.name("Typing_Extensions[x] >=4 ; python_version < '4'") == "typing-extensions"
    )
    assert requirements.name("--pre") == ""


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(text=st.text(st.sampled_from("aA1.-_=<>~![]@;#'\" \\\n\t/:+,()rce\xe9\0"), max_size=60))
def test_any_text_is_read_or_refused_in_words(text: str, tmp_path: Path) -> None:
    try:
        lines = read(tmp_path, text)
    except ConfigError:
        return  # any other exception fails the test
    assert all(line == line.strip() and line for line in lines)


NAMES = st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True)
VERSIONS = st.tuples(st.integers(0, 99), st.integers(0, 99)).map(lambda v: f"{v[0]}.{v[1]}")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
@given(
    wanted=st.dictionaries(NAMES, VERSIONS), padding=st.sampled_from(["", "  ", "  # c", "\n\n"])
)
def test_every_pinned_line_comes_back_as_a_requirement(
    wanted: dict[str, str], padding: str, tmp_path: Path
) -> None:
    text = "".join(f"{name}=={version}{padding}\n" for name, version in wanted.items())
    found = [Requirement(line) for line in read(tmp_path, text)]
    assert {one.name: str(one.specifier) for one in found} == {
        name: f"=={version}" for name, version in wanted.items()
    }
