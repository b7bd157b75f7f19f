from __future__ import annotations

import pytest

from taskleash.source.directives import directives
from taskleash.source.suppressions import suppressions

ALL = {"TL001", "TL011"}


def covered(text: str, line: int = 1) -> set[str]:
    """The codes of ``ALL`` that ``text`` silences in ``line``."""
    found = suppressions(text)
    return {code for code in ALL if found.covers(code, [line])}


@pytest.mark.parametrize(
    ("comment", "codes"),
    [
        ("# noqa", ALL),
        ("#noqa", ALL),
        ("# NoQA", ALL),
        ("# type: ignore # noqa", ALL),
        ("# started here, # noqa", ALL),
        ("# noqa - ends with the program", ALL),
        ("# noqa: TL001", {"TL001"}),
        ("# noqa:TL001", {"TL001"}),
        ("# noqa : tl001", {"TL001"}),
        ("# noqa: E501, TL001,TL011", ALL),
        ("# noqa: TL001 TL011", ALL),
        ("# noqa: E501TL001", {"TL001"}),
        ("# noqa: TL001 ends with the program", {"TL001"}),
        ("# noqa: TL001 # noqa: TL011", ALL),
        ("# noqa: E501", set()),
        ("# noqa: TL00", set()),
        ("# noqa: no code", set()),
        ("# noqa:", set()),
        ("# noqa-like", set()),
        ("# noqable", set()),
        ("# see noqa: TL001", set()),
        ("# flake8: noqa", set()),
        ("# ruff: noqa", set()),
        ("# taskleash: ignore", ALL),
        ("# taskleash: ignore -- ends with the program", ALL),
        ("#taskleash:ignore", ALL),
        ("# type: ignore  # taskleash: ignore[TL001]", {"TL001"}),
        ("# taskleash: ignore[TL001]", {"TL001"}),
        ("# taskleash: ignore[tl001 , TL011]", ALL),
        ("# taskleash: ignore[TL001, TL011] -- ends with the program", ALL),
        ("# taskleash: ignore[TL001] -- see TL011", {"TL001"}),
        ("# noqa: E501  # taskleash: ignore[TL011]", {"TL011"}),
        ("# taskleash: ignore[TL001] # noqa", ALL),
        ("# taskleash: ignore[]", set()),
        ("# taskleash: ignored", set()),
        ("# taskleash", set()),
        ("# type: ignore[TL001]", set()),
    ],
)
def test_each_form(comment: str, codes: set[str]) -> None:
    assert covered(f"spawn()  {comment}\n") == codes
    assert not suppressions(comment).skip_file


@pytest.mark.parametrize(
    "text",
    ["# taskleash: skip-file", "x = 1\n\n  #  TASKLEASH : skip-file -- generated\n"],
)
def test_a_whole_file(text: str) -> None:
    found = suppressions(text)
    assert found.skip_file
    assert found.covers("TL001", [99])


@pytest.mark.parametrize("text", ["", "x = 1\n", "# a comment", "# taskleash: skip-files"])
def test_nothing_to_silence(text: str) -> None:
    found = suppressions(text)
    assert not found.skip_file
    assert not found.covers("TL001", [1])


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_a_comment_counts_for_its_own_line(newline: str) -> None:
    text = newline.join(["x = '''", "", "'''", "spawn()  # noqa", "y = 1"])
    assert [line for line in range(1, 7) if covered(text, line)] == [4]


def test_one_of_the_lines_of_a_statement_is_enough() -> None:
    found = suppressions("spawn(\n    beat(),\n)  # noqa: TL001\n")
    assert found.covers("TL001", [1, 3])
    assert not found.covers("TL001", [1, 2])
    assert not found.covers("TL001", [])


@pytest.mark.parametrize(
    "string",
    [
        "'# noqa'",
        '"# noqa"',
        "'it\\'s # noqa'",
        r"r'\\' + '# noqa'",
        "'''a ' # noqa ''' + ''",
        '"""a "" # noqa """',
        '"""a \\""" # noqa """',
        "b'' + '# noqa'",
        "'a \\\n# noqa'",
        "f'{a[\"k\"]} # noqa'",
        "f\"{a['# noqa']}\"",
        "'''\n# taskleash: skip-file\n# noqa\n'''",
    ],
)
def test_text_in_a_string_silences_nothing(string: str) -> None:
    lines = string.count("\n") + 1
    text = f"x = {string}\n"
    assert not any(covered(text, line) for line in range(1, lines + 1))
    assert not suppressions(text).skip_file
    assert covered(f"x = {string}  # noqa", lines) == ALL


def test_quotes_in_a_comment_start_no_string() -> None:
    assert covered("# it's \"here\nspawn()  # noqa\n", 2) == ALL


@pytest.mark.parametrize(
    "line",
    ['x = f"{a["k"]}"', 'x = f"{a!r:{\'"\'}}"', "x = 'unfinished", "type X = int", "\tif ("],
)
def test_syntax_of_any_version_is_read(line: str) -> None:
    assert covered(f"{line}\nspawn()  # noqa\n", 2) == ALL


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_each_comment_has_its_place(newline: str) -> None:
    text = newline.join(["x = 1", "y = 2  # noqa: TL001", "# noqa: TL011"])
    places = [(each.line, each.column) for each in directives(text)]
    assert places == [(2, 8), (3, 1)]
