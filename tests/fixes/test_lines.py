"""Texts spliced line by line: what did not change stays as it was, byte for byte."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.drawing import steady
from taskleash.fixes.text.alignment import matching_blocks
from taskleash.fixes.text.lines import count_changes, followed, spliced

LINES = st.lists(
    st.tuples(st.sampled_from(["", "a", "b", "\tc", "\x0c", "d\x0bd"]), st.sampled_from("nrw"))
)


def text(lines: list[tuple[str, str]]) -> str:
    ends = {"n": "\n", "r": "\r", "w": "\r\n"}
    return "".join(line + ends[end] for line, end in lines)


@pytest.mark.parametrize(
    ("before", "after", "result"),
    [
        ("a\r\nb\n", "a\nnew\nb\n", "a\r\nnew\r\nb\n"),
        ("a\nb\r\n", "a\nb\nnew\n", "a\nb\r\nnew\r\n"),
        ("a\rb\r", "new\na\nb\n", "new\ra\rb\r"),
        ("a\nb", "a\nnew\nb", "a\nnew\nb"),
        ("a\nb", "a\nb\nnew", "a\nb\nnew"),
        ("a\r\nb", "a\r\nb\r\nnew\r\n", "a\r\nb\r\nnew"),
        ("a", "new\na", "new\na"),
        ("a\n\x0c\nb\n", "a\n\x0c\nnew\nb\n", "a\n\x0c\nnew\nb\n"),
        ("", "new\n", "new\n"),
        ("a\n", "a", "a\n"),
    ],
)
def test_a_new_line_ends_as_those_around_it(before: str, after: str, result: str) -> None:
    assert spliced(before, after) == result


@given(LINES)
@steady(100)
def test_a_text_spliced_with_itself_is_itself(lines: list[tuple[str, str]]) -> None:
    assert spliced(text(lines), text(lines)) == text(lines)


@given(st.lists(st.sampled_from("abcdef")), st.lists(st.sampled_from("abcdefg")))
@steady(300)
def test_where_all_newlines_are_the_same_the_result_is_the_new_text(
    before: list[str], after: list[str]
) -> None:
    old, new = ("".join(f"{line}\n" for line in lines) for lines in (before, after))
    assert spliced(old, new) == new
    blocks = matching_blocks(before, after)
    assert all(before[i : i + n] == after[j : j + n] for i, j, n in blocks)
    common = sum(n for _, _, n in blocks)
    assert count_changes(old, new) == (len(after) - common, len(before) - common)


@given(LINES, st.integers(0, 10), LINES)
@steady(200)
def test_what_stands_around_an_insertion_keeps_its_bytes(
    lines: list[tuple[str, str]], at: int, new: list[tuple[str, str]]
) -> None:
    head, tail = text(lines[:at]), text(lines[at:])
    if head.endswith("\r") and tail.startswith("\n"):
        return
    inserted = "".join(f"new{line}\n" for line, _ in new)
    result = spliced(head + tail, head + inserted + tail)
    assert result.startswith(head)
    assert result.endswith(tail)
    assert count_changes(head + tail, result) == (len(new), 0)


@pytest.mark.parametrize(
    ("line", "result"), [(1, 1), (2, 3), (3, 4), (4, 5)], ids=["kept", "moved", "replaced", "after"]
)
def test_a_line_is_found_again(line: int, result: int) -> None:
    assert followed("a\nb\nold\nc\n", "a\nnew\nb\nother\nc\n", [line]) == [result]


def test_changes_are_counted() -> None:
    assert count_changes("a\nb\nc\n", "a\nx\ny\nc\n") == (2, 1)
