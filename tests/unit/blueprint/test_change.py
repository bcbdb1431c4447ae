"""What the reviewer's packet says of the change."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pullcord.blueprint.change import read
from pullcord.briefs.packet import packet
from pullcord.model.quality import Receipt, Verdict

DIFF = """\
diff --git a/app/a.py b/app/a.py
index 1..2 100644
--- a/app/a.py
+++ b/app/a.py
@@ -1,3 +1,4 @@
 one
-two
+two!
+and a half
 three
@@ -10 +11,2 @@ def f():
 ten
+eleven
diff --git a/docs/a page.md b/docs/a page.md
new file mode 100644
--- /dev/null
+++ b/docs/a page.md
@@ -0,0 +1 @@
+text
"""
RECEIPTS = [
    Receipt(
        verdict=Verdict(gate="tests", outcome="pass", detail="3 passing"), tree="t", policy="p"
    ),
    Receipt(verdict=Verdict(gate="lint", outcome="fail"), tree="t", policy="p"),
]


def test_added_lines_and_receipts_are_read() -> None:
    changed = read(packet(DIFF, RECEIPTS, ["It works."]))

    assert changed.lines == {
        "app/a.py": frozenset({2, 3, 12}),
        "docs/a page.md": frozenset({1}),
    }
    assert changed.gates == {"tests": "pass", "lint": "fail"}
    assert changed.touches("app/a.py", 2)
    assert not changed.touches("app/a.py", 1)
    assert not changed.touches("app/b.py", 2)


def test_a_file_whose_diff_was_cut_counts_as_a_whole() -> None:
    long = "".join(f"+line {number} {'x' * 90}\n" for number in range(900))
    diff = f"diff --git a/b.py b/b.py\n--- /dev/null\n+++ b/b.py\n@@ -0,0 +1,900 @@\n{long}"
    changed = read(packet(DIFF + diff, RECEIPTS, []))

    assert changed.lines["b.py"] is None
    assert changed.lines["app/a.py"] == frozenset({2, 3, 12})
    assert changed.touches("b.py", 899)


@given(st.text())
def test_any_packet_is_read(text: str) -> None:
    assert read(text).lines.keys() is not None
