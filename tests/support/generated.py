"""Reports with hostile names, drawn by hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st

from support.reports import NO, PARTIAL, TRACK, entry, report, site, yes
from taskleash.classify.model import Evidence, Risk, Site
from taskleash.fixes.patch import Patch, replacements, unified
from taskleash.reporters.options import RenderOptions
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


@st.composite
def patches(draw: st.DrawFn) -> Patch:
    before = draw(NAMES)
    after = draw(NAMES) + before
    return Patch(
        kind="track",
        applicability="safe",
        allowed=draw(st.booleans()),
        note=draw(NAMES),
        diff="\n".join(unified(draw(NAMES), before, after)),
        replacements=replacements(before, after),
    )


def _key(of: Entry) -> tuple[str, int]:
    return of.site.path, of.site.span.line


@st.composite
def reports(draw: st.DrawFn) -> Report:
    entries = [
        entry(
            draw(sites()),
            draw(st.sampled_from(["", "TL001"])),
            draw(NAMES),
            fixes=(TRACK,),
            suppressed=draw(st.booleans()),
            known=draw(st.booleans()),
            patches=tuple(draw(st.lists(patches(), max_size=1))),
        )
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
