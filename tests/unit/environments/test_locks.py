import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pullcord.environments import installed, locks
from pullcord.errors import ConfigError

HERE = installed.markers("3.11.4")

UV = """
[[package]]
name = "service"
version = "0.1.0"
source = { virtual = "." }
dependencies = [
  { name = "web", extra = ["fast"] },
  { name = "only-windows", marker = "sys_platform == 'win32'" },
  { name = "library" },
]
[package.dev-dependencies]
dev = [{ name = "tester" }]

[[package]]
name = "library"
source = { editable = "lib" }
dependencies = [{ name = "deep" }]

[[package]]
name = "web"
version = "1.0"
source = { registry = "https://host.invalid/simple" }
dependencies = [{ name = "deep" }]
[package.optional-dependencies]
fast = [{ name = "loop", version = "2.0", marker = "python_full_version < '3.12'" },
        { name = "loop", version = "3.0", marker = "python_full_version >= '3.12'" }]

[[package]]
name = "deep"
version = "4.0"
source = { registry = "https://host.invalid/simple" }
dependencies = [{ name = "web" }]

[[package]]
name = "loop"
version = "2.0"
source = { registry = "https://host.invalid/simple" }

[[package]]
name = "loop"
version = "3.0"
source = { registry = "https://host.invalid/simple" }

[[package]]
name = "tester"
version = "5.0"
source = { git = "https://host.invalid/t.git?tag=v5#abc" }

[[package]]
name = "only-windows"
version = "6.0"
source = { registry = "https://host.invalid/simple" }

[[package]]
name = "nobody-wants-it"
version = "7.0"
source = { registry = "https://host.invalid/simple" }
"""

POETRY = """
[[package]]
name = "web"
version = "1.0"
optional = false
groups = ["main", "dev"]

[[package]]
name = "colours"
version = "2.0"
optional = false
markers = { main = "sys_platform == 'win32'", dev = "sys_platform == 'win32'" }

[[package]]
name = "extra"
version = "3.0"
optional = true

[[package]]
name = "own"
version = "0.1"
optional = false
[package.source]
type = "directory"
url = "lib"

[[package]]
name = "fork"
version = "4.0"
optional = false
[package.source]
type = "git"
url = "https://host.invalid/f.git"
reference = "main"
resolved_reference = "abc"
"""


def test_a_uv_lock_gives_what_its_projects_lead_to_on_this_python() -> None:
    assert locks.uv(tomllib.loads(UV), HERE) == [
        "deep==4.0",
        "loop==2.0",
        "tester @ git+https://host.invalid/t.git@abc",
        "web==1.0",
    ]


def test_a_uv_lock_gives_other_versions_on_another_python() -> None:
    assert "loop==3.0" in locks.uv(tomllib.loads(UV), installed.markers("3.12.1"))


def test_a_package_beside_the_repository_is_refused() -> None:
    lock = UV.replace('{ git = "https://host.invalid/t.git?tag=v5#abc" }', '{ path = "../t.whl" }')
    with pytest.raises(ConfigError, match="beside the repository"):
        locks.uv(tomllib.loads(lock), HERE)


def test_a_poetry_lock_gives_all_but_optional_and_foreign_packages() -> None:
    assert locks.poetry(tomllib.loads(POETRY), HERE) == [
        "web==1.0",
        "fork @ git+https://host.invalid/f.git@abc",
    ]


VALUES = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["name", "version", "source", "dependencies", "markers",
                                       "virtual", "type", "marker"]), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(value=VALUES)
def test_a_lock_of_any_shape_is_read_or_refused(value: object) -> None:
    for parse in (locks.uv, locks.poetry):
        try:
            lines = parse({"package": value}, HERE)
        except ConfigError:
            continue  # any other exception fails the test
        assert all(isinstance(line, str) for line in lines)
