"""Patches: what they replace leads from one text to the other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.drawing import steady
from support.patching import applied
from taskleash.fixes.text.patch import Replacement, replacements, unified
from taskleash.verdict.model import Span

TEXTS = st.lists(st.sampled_from(["", "a\n", "b\n", "c\r\n", "d\r", "\x0c\n", "e", "\n"])).map(
    "".join
)


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("a\nb\n", "a\nb\n", ()),
        ("a\nb\n", "a\nx\nb\n", (Replacement(Span(2, 1, 2, 1), "x\n"),)),
        ("a\nb\nc\n", "a\nc\n", (Replacement(Span(2, 1, 3, 1), ""),)),
        ("a\nb", "a\nx", (Replacement(Span(2, 1, 2, 2), "x"),)),
        ("a\n", "a\nx\n", (Replacement(Span(2, 1, 2, 1), "x\n"),)),
        ("a", "a\nx\n", (Replacement(Span(1, 1, 1, 2), "a\nx\n"),)),
        ("", "x\n", (Replacement(Span(1, 1, 1, 1), "x\n"),)),
    ],
)
def test_whole_lines_are_replaced(before: str, after: str, found: tuple[Replacement, ...]) -> None:
    assert replacements(before, after) == found


@given(TEXTS, TEXTS)
@steady(300)
def test_the_replacements_lead_from_one_text_to_the_other(before: str, after: str) -> None:
    assert applied(before, replacements(before, after)) == after


def test_a_unified_diff_tells_of_a_missing_newline() -> None:
    assert list(unified("a.py", "x", "x\ny\n")) == [
        "--- a.py",
        "+++ a.py",
        "@@ -1 +1,2 @@",
        "-x",
        "\\ No newline at end of file",
        "+x",
        "+y",
    ]
