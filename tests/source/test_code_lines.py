"""Which lines are code, and where that cannot be told."""

from __future__ import annotations

import pytest

from taskleash.source.code_lines import code_lines

TEXT = """\
# above
import asyncio  # here


def f(a,  # inside of brackets
      b):
    \"\"\"Doc.

    # no comment
    \"\"\"
    return a + \\
        b   # after
"""


def test_comments_and_empty_lines_are_no_code() -> None:
    found = code_lines(TEXT)
    assert found is not None
    assert found.numbers == (2, 5, 6, 7, 8, 9, 10, 11, 12)
    assert "# above" not in found.code
    assert "# here" not in found.code
    assert "# after" not in found.code
    assert "# inside of brackets" in found.code
    assert "\n\n    # no comment\n" in found.code


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("# above", "# other"),
        ("# above\n", ""),
        ("# above", "\n\t \n   # further in\n"),
        ("# here", ""),
        ("  # here", "# a (bracket and a quote'"),
        ("# after\n", ""),
    ],
)
def test_code_stays_where_they_change(before: str, after: str) -> None:
    old, new = code_lines(TEXT), code_lines(TEXT.replace(before, after))
    assert old is not None
    assert new is not None
    assert old.code == new.code
    assert len(old.numbers) == len(new.numbers)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("import asyncio  #", "import asyncio;  #"),
        ("# inside", "# Inside"),
        ("# no comment", "# none"),
        ("\n    # no", "\n\n    # no"),
        ("        b ", "         b "),
        ("\n    return", "\n   return"),
        ("a + \\\n        b", "(a + \n        b)"),
        ("    return a + \\\n        b", "    return a + \\\n\n        b"),
        ("    return a + \\\n        b", "    return a + \\\n#\n        b"),
    ],
)
def test_code_is_other_where_anything_else_changes(before: str, after: str) -> None:
    assert before in TEXT
    old, new = code_lines(TEXT), code_lines(TEXT.replace(before, after))
    assert old is not None
    assert new is None or old.code != new.code


@pytest.mark.parametrize(
    "text",
    [
        "x = 1\r\n",
        "x = 1\r# y\n",
        "\fx = 1\n",
        "x = 'a\n",
        'x = """a\n',
        "x = (1\n",
        "x = 1)\n(\n",
        "x = f'{y['#a']}'\n",
        "x = rf'{y}{z['# a']}'\n",
        "x = f'{y:{z}}{a['#']}'\n",
        "x = T'{y['#']}'\n",
    ],
)
def test_what_is_not_clear_is_not_told(text: str) -> None:
    assert code_lines(text) is None


@pytest.mark.parametrize("text", ["", "\n", "# a", "x = f'{y}{{z}} # {a!r:>{b}}'\n# c", "x = ''#"])
def test_what_is_clear_is_told(text: str) -> None:
    found = code_lines(text)
    assert (found is None) == ("{b}}" in text)
    if found is not None:
        assert "# c" not in found.code
