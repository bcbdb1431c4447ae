"""Gates of other packages."""

from pathlib import Path
from typing import Any

import pytest

from pullcord.errors import ConfigError
from pullcord.gates import GATES, every_gate
from pullcord.gates.registry import stages

PACKAGE = """
from pullcord.model.quality import Verdict

class Spelling:
    name = "spelling"

    def applies(self, case):
        return ""

    async def judge(self, case):
        return Verdict(gate="spelling", outcome="pass")
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Installs a package that brings a gate of the given name."""

    def install(name: str) -> None:
        (tmp_path / "other_gates.py").write_text(PACKAGE)
        info = tmp_path / "other_gates-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: other-gates\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[pullcord.gates]\n{name} = other_gates:Spelling\n")
        monkeypatch.syspath_prepend(str(tmp_path))

    return install


def test_a_package_brings_a_gate(installed: Any) -> None:
    installed("spelling")
    gates = every_gate()

    assert list(gates) == [*GATES, "spelling"]
    assert "spelling" in next(stage for stage in stages(gates) if "tests" in stage)


def test_nobody_replaces_a_gate(installed: Any) -> None:
    installed("types")

    with pytest.raises(ConfigError, match="two gates are named types"):
        every_gate()
