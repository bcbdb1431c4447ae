"""pullcord.toml is read strictly: every mistake with its line."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pullcord.config.schema import line_of, parse, read
from pullcord.errors import ConfigError

GOOD = """
app = "app.main:create_app"
openapi = "docs/openapi.json"
published = ""
protected = ["infra/**"]
timeout = 300

[env]
APP_ENV = "test"

[gates.tests]
run = ["pytest", "-q", "tests"]
timeout = 900
coverage = 90

[gates.types]
off = "the code has no annotations yet"
"""


def test_a_full_file_is_read() -> None:
    settings = parse(GOOD)

    assert settings.app == "app.main:create_app"
    assert settings.published == ""
    assert settings.env == {"APP_ENV": "test"}
    assert settings.gates["tests"].run == ("pytest", "-q", "tests")
    assert settings.gates["tests"].coverage == 90


def test_an_absent_file_means_that_everything_is_detected(tmp_path: Path) -> None:
    assert read(tmp_path).app is None


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ('app = "a:b"\nappp = "x:y"\n', 2, "appp: unknown key"),
        ("timeout = 1\n\n[gates.tests]\nrun = []\nrnu = []\n", 5, "gates.tests.rnu: unknown key"),
        ('app = "no colon"\n', 1, "app: String should match"),
        ("[gates.types]\ntimeout = -5\n", 2, "gates.types.timeout"),
        ("[env]\nA = 1\n", 2, "env.A"),
        ("[gates.lint]\ncoverage = 90\n", 1, "only the tests gate has coverage"),
        ('[gates.tests]\noff = "we have no tests"\n', 1, "cannot be switched off"),
        ('[gates.scope]\noff = "agents may do anything"\n', 1, "cannot be switched off"),
        ('[gates.lint]\noff = "slow"\n', 1, "three words"),
        ('[gates."Not A Gate"]\ntimeout = 5\n', 1, "lower-case"),
        ('gates.tests.run = ""\n', 1, "gates.tests.run"),
    ],
)
def test_a_mistake_is_told_with_its_line(text: Any, line: Any, what: Any) -> None:
    with pytest.raises(ConfigError) as error:
        parse(text)

    assert f"pullcord.toml:{line}: " in error.value.message
    assert what in error.value.message
    assert error.value.exit_code == 2


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(ConfigError) as error:
        parse("a = 1\nb = 2\n")

    assert len(error.value.message.splitlines()) == 2


def test_broken_toml_says_where() -> None:
    with pytest.raises(ConfigError, match="line 2"):
        parse('app = "a:b"\n= 3\n')


def test_a_linked_configuration_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("")
    (tmp_path / "pullcord.toml").symlink_to("elsewhere")

    with pytest.raises(ConfigError, match="symbolic link"):
        read(tmp_path)


@given(st.text(max_size=200))
def test_any_text_is_settings_or_a_configuration_error(text: Any) -> None:
    with suppress(ConfigError):
        assert parse(text).timeout is None or "timeout" in text


@given(st.text(max_size=80), st.lists(st.text(max_size=5), max_size=3))
def test_a_line_is_always_one_of_the_text(text: Any, where: Any) -> None:
    assert 1 <= line_of(text, tuple(where)) <= max(1, len(text.splitlines()))
