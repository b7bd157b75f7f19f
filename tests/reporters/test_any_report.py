"""What holds for every report, whatever names and sources it quotes."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from support.generated import OPTIONS, reports
from taskleash.reporters.options import RenderOptions
from taskleash.reporters.registry import FORMATS, render
from taskleash.reporters.report import Report


@given(reports(), OPTIONS, st.sampled_from(FORMATS))
def test_no_invisible_character_reaches_the_output(
    of: Report, options: RenderOptions, name: str
) -> None:
    text = render(name, of, options)
    categories = {unicodedata.category(char) for char in text if char != "\n"}
    assert not categories & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert text.encode("utf-8")


@given(reports(), OPTIONS, st.sampled_from(["table", "full", "concise"]))
def test_a_terminal_without_unicode_gets_ascii(
    of: Report, options: RenderOptions, name: str
) -> None:
    assert render(name, of, replace(options, unicode=False)).isascii()


@given(reports())
def test_json_says_what_the_report_says(of: Report) -> None:
    document = json.loads(render("json", of, RenderOptions()))
    names = ("path", "task", "call")
    assert [[one[name] for name in names] for one in document["sites"]] == [
        [_joined(getattr(one.site, name)) for name in names] for one in of.entries
    ]
    assert document["errors"] == [
        {
            name: _joined(getattr(error, name))
            for name in ("path", "line", "column", "code", "message")
        }
        for error in of.errors
    ]


def _joined(value: object) -> object:
    """The value as JSON can hold it: two halves of a surrogate pair are one character there."""
    if not isinstance(value, str):
        return value
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


LAST_HEADINGS = {
    "file": ("Cleaned up", "Risk"),
    "site": ("Cleaned up", "Risk"),
    "component": ("Score",),
    "lifetime": ("Risk",),
}


@given(reports(), OPTIONS)
def test_the_table_fits_its_width_and_its_columns_are_aligned(
    of: Report, options: RenderOptions
) -> None:
    text = render("table", replace(of, errors=()), replace(options, quiet=True))
    # The component table may have that of the packages before it.
    header, *rows = text.rpartition("\n\n")[2].splitlines() or [""]
    starts = [cell_len(header[: header.index(h)]) for h in LAST_HEADINGS[options.by] if rows]
    for row in [header, *rows]:
        assert cell_len(row) <= options.width
    for row in rows:
        assert all(_column_starts(row, start) for start in starts)


def _column_starts(row: str, start: int) -> bool:
    """Whether a space ends just before this cell and something else begins at it."""
    reached = [i for i in range(len(row)) if cell_len(row[:i]) == start]
    return any(row[i - 1] == " " and row[i] != " " for i in reached)
