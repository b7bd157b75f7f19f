"""Reports with hostile names, drawn by hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st

from support.reports import NO, PARTIAL, TRACK, entry, report, site, yes
from taskleash.fixes.text.patch import Patch, replacements, unified
from taskleash.reporters.options import ROWS, RenderOptions
from taskleash.reporters.report import Entry, FileError, Report
from taskleash.verdict.model import Evidence, Lifetime, Reach, Risk, Site, Standing

HOSTILE = "\x00\x07\x08\x1b[31m\r\n\t\x7f\x9b\xad\u061c\u200b\u200f\u2028\u202e\u2066\ufeff\udcff"
#: what CI systems take for commands
COMMANDS = (
    "::stop-commands::x", " \t::add-mask::a", "\xa0::error::e", "##[error]e", "###[group]",
    "##vso[task.complete result=Failed;]", "##teamcity[buildStop]", "#", "##", "[", ":", "::",
    "\x1b[0Ksection_start:1:a\r\x1b[0K", "a\n::error::e",
)  # fmt: skip
_TEXT = st.text(st.one_of(st.sampled_from(HOSTILE + "|`*<>\\[]/, 日本e\u0301\ufe0f👍"),
                          st.characters(codec="utf-8")), min_size=1, max_size=60)  # fmt: skip
_COMMANDS = st.sampled_from(COMMANDS)
NAMES = st.one_of(
    _TEXT, _COMMANDS, st.builds("{}{}".format, _COMMANDS, st.one_of(_TEXT, _COMMANDS))
)
HOSTILE_LINES = st.sampled_from(
    ["```", "~~~", "````diff", "</details>", "<script>", "| a | b |", "# title", "\t`x`", "<!--"]
)
SOURCES = st.lists(st.one_of(NAMES, HOSTILE_LINES), min_size=1, max_size=4).map("\n".join)
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
        often=draw(NAMES),
        tracked=draw(TRACKED),
        cleaned=draw(CLEANED),
        risk=draw(st.sampled_from(Risk)),
        dormant=draw(st.booleans()),
        evidence=(Evidence(draw(NAMES), 1, 1, draw(NAMES)),),
        scope=draw(NAMES),
        class_name=draw(st.one_of(st.just(""), NAMES)),
        guard=draw(st.one_of(st.just(""), NAMES)),
        heavy=draw(st.sampled_from([(), ("client",)])),
        lifetime=draw(st.sampled_from(Lifetime)),
        standing=draw(st.one_of(st.none(), standings())),
    )


@st.composite
def standings(draw: st.DrawFn) -> Standing:
    swallows = draw(st.one_of(st.none(), st.just(Evidence(draw(NAMES), 7, 1, draw(NAMES)))))
    period, stopped_by = draw(NAMES), draw(st.one_of(st.just(""), NAMES))
    return Standing(draw(st.sampled_from(Reach)), period, stopped_by, swallows)


@st.composite
def patches(draw: st.DrawFn) -> Patch:
    before = draw(SOURCES)
    after = draw(SOURCES) + before
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
    by=st.sampled_from(ROWS),
    width=st.integers(69, 160),
    unicode=st.booleans(),
    command=st.sampled_from(["scan", "check"]),
)
