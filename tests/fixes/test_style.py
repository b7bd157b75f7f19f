"""The habits of a file that new lines follow."""

from __future__ import annotations

import pytest

from taskleash.fixes.syntax.style import style_of
from taskleash.fixes.syntax.tree import Tree

TYPED, UNTYPED = "def f(x: int): ...\n", "def f(x): ...\n"


@pytest.mark.parametrize(
    ("text", "annotates"),
    [
        (TYPED, True),
        ("def f() -> None: ...\n", True),
        ("def f(*, x: int): ...\n", True),
        ("def f(x: int, /): ...\n", True),
        (UNTYPED, False),
        ("", False),
        ("def f(): ...\n", False),
        # What has no parameters but its instance tells little.
        (TYPED + "def f(): ...\n" * 9, True),
        (TYPED + "class A:\n" + "    def f(self): ...\n" * 9, True),
        (TYPED + "class A:\n" + "    def f(cls): ...\n" * 9, True),
        (TYPED + UNTYPED * 2, False),
        (TYPED * 2 + UNTYPED * 3, True),
        (TYPED + "def f(*, x): ...\n" * 9, False),
    ],
)
def test_a_file_annotates_where_a_third_of_it_does(text: str, annotates: bool) -> None:
    assert style_of(Tree(text)).annotates is annotates


@pytest.mark.parametrize(
    ("text", "is_typed"),
    [(TYPED + UNTYPED * 9, True), (UNTYPED * 3, False), ("", False)],
)
def test_a_file_is_typed_where_any_of_it_is(text: str, is_typed: bool) -> None:
    assert style_of(Tree(text)).is_typed is is_typed


@pytest.mark.parametrize(
    ("text", "quote"),
    [("", '"'), ("x = 'a', 'b', \"c\"\n", "'"), ("x = 'a', \"b\"\n", '"'), ("x = '''a'''\n", '"')],
)
def test_the_quotes_are_those_of_most_strings(text: str, quote: str) -> None:
    assert style_of(Tree(text)).quote == quote


@pytest.mark.parametrize(
    ("width", "found"), [(50, 88), (88, 88), (89, 100), (100, 100), (101, 120), (120, 120)]
)
def test_a_line_is_as_wide_as_those_of_the_file(width: int, found: int) -> None:
    assert style_of(Tree("x = " + "1" * (width - 4) + "\n")).width == found


def test_a_line_that_only_a_long_string_makes_wide_tells_nothing() -> None:
    code = "start(" + "x, " * 26
    assert style_of(Tree(f'{code}key["name"])\n')).width == 100
    assert style_of(Tree(f'start("{"x" * 90}")\n')).width == 88
    # Beside something else it would stand on a line of its own, as more than one line tells.
    assert style_of(Tree(f'start("{"x" * 80}", one)\n' * 2)).width == 100
    assert style_of(Tree(f'start("{"x" * 80}", one)\n')).width == 88
    assert style_of(Tree(f'start("{"x, " * 29}")\n' * 2)).width == 88
    assert style_of(Tree(f'start(one,\n      "{"x" * 89}")\n' * 2)).width == 88
