from pathlib import Path

import pytest

from pullcord.sandbox.unsafe import _real

PLACES = {"repo": Path("/home/x/my repo"), "reports": Path("/r")}


@pytest.mark.parametrize(
    ("text", "real"),
    [
        ("/repo", "/home/x/my repo"),
        ("/repo/src", "/home/x/my repo/src"),
        ("--junit=/reports/j.xml", "--junit=/r/j.xml"),
        ("json:/reports/c.json", "json:/r/c.json"),
        ("/reports/a:/repo/b", "/r/a:/home/x/my repo/b"),
        ("/repository", "/repository"),
        ("/home/repo", "/home/repo"),
        ("./repo", "./repo"),
        ("/repo-2/a", "/repo-2/a"),
        ("/cache/x", "/cache/x"),
    ],
)
def test_the_places_of_the_box_become_real_paths(text: str, real: str) -> None:
    assert _real(text, PLACES) == real
