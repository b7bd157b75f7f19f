"""What holds for every report, whatever names and sources it quotes."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import fields, replace

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from support.reports import NO, PARTIAL, TRACK, entry, report, site, yes
from taskleash.classify.model import Evidence, Risk, Site
from taskleash.reporters.options import RenderOptions
from taskleash.reporters.registry import FORMATS, render
from taskleash.reporters.report import Entry, FileError, Report

HOSTILE = "\x00\x07\x08\x1b[31m\r\n\t\x7f\x9b\xad\u061c\u200b\u200f\u2028\u202e\u2066\ufeff\udcff"
NAMES = st.text(st.one_of(st.sampled_from(HOSTILE + "|`*<>\\[]/, 日本e\u0301\ufe0f👍"),
                          st.characters(codec="utf-8")), min_size=1, max_size=60)  # fmt: skip
TRACKED = st.sampled_from([NO, PARTIAL, yes("tracked"), yes("singleton")])
CLEANED = st.sampled_from([NO, PARTIAL, yes("gathered"), yes("self-managed")])


@st.composite
def sites(draw: st.DrawFn) -> Site:
    return site(
        path=draw(NAMES),
        line=draw(st.integers(1, 9999)),
        task=draw(NAMES),
        call=draw(NAMES),
        holder=draw(NAMES),
        captures=(draw(NAMES),),
        runs=draw(NAMES),
        tracked=draw(TRACKED),
        cleaned=draw(CLEANED),
        risk=draw(st.sampled_from(Risk)),
        dormant=draw(st.booleans()),
        evidence=(Evidence(draw(NAMES), 1, 1, draw(NAMES)),),
    )


def _key(of: Entry) -> tuple[str, int]:
    return of.site.path, of.site.span.line


@st.composite
def reports(draw: st.DrawFn) -> Report:
    entries = [
        entry(draw(sites()), draw(st.sampled_from(["", "TL001"])), draw(NAMES), fixes=(TRACK,))
        for _ in range(draw(st.integers(0, 4)))
    ]
    errors = [FileError(draw(NAMES), 1, 1, "TL000", draw(NAMES))]
    return report(sorted(entries, key=_key), errors)


OPTIONS = st.builds(
    RenderOptions,
    by=st.sampled_from(["file", "site"]),
    width=st.integers(69, 160),
    unicode=st.booleans(),
    command=st.sampled_from(["scan", "check"]),
)


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
        {f.name: _joined(getattr(error, f.name)) for f in fields(error)} for error in of.errors
    ]


def _joined(value: object) -> object:
    """The value as JSON can hold it: two halves of a surrogate pair are one character there."""
    if not isinstance(value, str):
        return value
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


@given(reports(), OPTIONS)
def test_the_table_fits_its_width_and_its_columns_are_aligned(
    of: Report, options: RenderOptions
) -> None:
    text = render("table", replace(of, errors=()), replace(options, quiet=True))
    header, *rows = text.splitlines() or [""]
    assert cell_len(header) <= options.width
    starts = [cell_len(header[: header.index(h)]) for h in ("Cleaned up", "Risk") if rows]
    for row in rows:
        assert cell_len(row) <= options.width
        assert all(_column_starts(row, start) for start in starts)


def _column_starts(row: str, start: int) -> bool:
    """Whether a space ends just before this cell and something else begins at it."""
    reached = [i for i in range(len(row)) if cell_len(row[:i]) == start]
    return any(row[i - 1] == " " and row[i] != " " for i in reached)
