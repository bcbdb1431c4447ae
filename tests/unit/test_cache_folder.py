"""The cache is in the home, or, where there is none, in a private temporary folder."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

import pytest

from pullcord.app import cache_folder
from pullcord.errors import Unavailable


@pytest.fixture(autouse=True)
def _nothing_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def test_a_home_has_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))

    assert cache_folder() == tmp_path / ".cache" / "pullcord"


def test_the_persons_own_word_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")

    assert cache_folder() == Path("/somewhere/pullcord")


@pytest.mark.parametrize("home", ["", "/nonexistent", None], ids=["empty", "not there", "not set"])
def test_without_a_home_it_is_private_and_temporary(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: str | None
) -> None:
    if home is None:
        monkeypatch.delenv("HOME", raising=False)
    else:
        monkeypatch.setenv("HOME", home)

    folder = cache_folder()

    assert folder == tmp_path / f"pullcord-{os.getuid()}"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert cache_folder() == folder


def test_a_folder_that_somebody_else_put_there_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "")
    (tmp_path / "theirs").mkdir()
    (tmp_path / f"pullcord-{os.getuid()}").symlink_to(tmp_path / "theirs")

    with pytest.raises(Unavailable, match="somebody else"):
        cache_folder()
