"""The audit of a scan as a Markdown document."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.generated import reports
from support.pinned import pinned
from support.rendered import Element, rendered, tables
from support.reports import AWAIT, TRACK, entry, report, site, sound, yes
from taskleash.fixes.choice import FixOffer
from taskleash.fixes.text.patch import Patch
from taskleash.reporters.inert import inert, shown
from taskleash.reporters.options import RenderOptions
from taskleash.reporters.registry import render
from taskleash.reporters.report import Entry, FileError, Report
from taskleash.verdict.model import Evidence, Lifetime, Multiplicity, Reach, Risk, Standing

OWN = FixOffer("own", "unsafe", False)
DIFF = "--- app.py\n+++ app.py\n@@ -2 +2 @@\n-    spawn(send())\n+    await send()\n+    # `x`"
SWALLOWS = Evidence("src/loops.py", 40, 5, "caught")


def patch(kind: str, diff: str = DIFF) -> Patch:
    return Patch(kind, "unsafe", False, "", diff, ())


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Report:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "src").mkdir()
    source = "class App:\n    def go(self):\n        asyncio.create_task(poll())\n"
    (tmp_path / "src/app.py").write_text(source)
    standing = Standing(Reach.INSTANCE, "30", "stop()", SWALLOWS)
    asleep = {"dormant": True, "guard": "use_proxy", "would_be": Risk.HIGH, "risk": Risk.LOW}
    endless = {"lifetime": Lifetime.ENDLESS, "class_name": "App"}
    step = Evidence("src/b.py", 9, 1, "cancelled in `stop()`")
    dropped = site("src/app.py", 3, "poll", captures=("self (App)",), heavy=("client",),
                   standing=Standing(Reach.INSTANCE), **endless)  # fmt: skip
    entries = [
        entry(dropped, "TL001", "task `poll` is dropped", fixes=(TRACK, AWAIT, OWN),
              patches=(patch("await"),)),
        entry(site("src/app.py", 9, **asleep), "TL010", "task `send` is never ended"),
        entry(sound("src/b.py", 5, "sweep", standing=standing, evidence=(step,), **endless)),
        entry(site("src/c.py", 1), "TL001", "task `send` is dropped", suppressed=True),
    ]  # fmt: skip
    broken = FileError("src/d.py", 3, 7, "TL000", "invalid syntax")
    unused = FileError("src/e.py", 4, 9, "TL100", "unused `noqa`", risk=Risk.LOW)
    return report(entries, [broken, unused])


def test_the_document_word_for_word(small: Report) -> None:
    text = render("markdown", small, RenderOptions())
    assert text == pinned(Path(__file__).parent / "audit.md", text)


def test_it_is_read_as_it_is_meant(small: Report) -> None:
    root = rendered(render("markdown", small, RenderOptions()))
    scan, lives, components, p0, first, decided, second, unchanged = tables(root)
    assert first[0] == second[0] == ["Option", "For", "Against", "Effort"]
    assert [row[0] for row in scan[1:]] == ["src/app.py", "src/c.py", "src/b.py"]
    assert [row[0] for row in lives[1:]] == ["poll", "sweep"]
    assert [row[0] for row in components[1:]] == ["App", "c", "app", "App"]
    assert [row[0:3:2] for row in [*p0[1:], *decided[1:]]] == [
        ["1", "src/app.py:3"],
        ["2 (P1)", "src/app.py:9"],
    ]
    assert [row[2] for row in unchanged[1:]] == ["cancelled in stop()", "silenced by a comment"]
    opened = root.elements("details")[0]
    assert opened.elements("pre")[0].text == f"{DIFF}\n"
    assert "3 |         asyncio.create_task(poll())" in root.elements("pre")[0].text


def test_by_site_the_scan_table_has_a_row_for_each(small: Report) -> None:
    text = render("markdown", small, RenderOptions(by="site"))
    assert [row[1] for row in tables(rendered(text))[0][1:]] == ["3", "1", "9", "5"]


@pytest.mark.parametrize("by", ["component", "lifetime"])
def test_other_rows_change_nothing_since_their_tables_are_there(small: Report, by: str) -> None:
    assert render("markdown", small, RenderOptions(by=by)) == render(
        "markdown", small, RenderOptions()
    )


def test_nothing_found_is_two_lines() -> None:
    assert render("markdown", report(), RenderOptions()) == (
        "# Background tasks\n\nNo tasks in 20 files.\n"
    )


def _long(count: int, diff: str = "", why: str = "w") -> Report:
    steps = (Evidence("b.py", 1, 1, why),)
    offered = {"fixes": (TRACK,), "patches": (patch("track", diff),)}
    return report(
        [entry(site(f"f{n}.py", evidence=steps), "TL001", "m", **offered) for n in range(count)]
    )


def test_what_a_place_takes_is_first_saved_at_diffs_then_at_reasons() -> None:
    whole = render("markdown", _long(5, DIFF), RenderOptions())
    assert whole.count("```diff") == 5
    assert "too long" not in whole
    without = render("markdown", _long(40, "+x\n" * 10_000), RenderOptions())
    assert without.endswith("\n\nWithout diffs, which are too long for this format.\n")
    assert "```diff" not in without
    assert without.count("- **held by**") == 40
    brief = render("markdown", _long(1_500, "", "w" * 700), RenderOptions())
    assert brief.endswith("diffs, excerpts and reasons, which are too long for this format.\n")
    assert brief.count("**TL001**") == 1_500
    assert "- **held by**" not in brief
    assert all(len(text.encode()) <= 1024 * 1024 for text in (without, brief))


TAGS = {
    *("h1", "h2", "h3", "p", "ul", "li", "strong", "code", "pre", "details", "summary"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}


def _shown(text: str) -> str:
    """The text as a browser shows it: each stretch of white space is one space."""
    return " ".join(inert(text).split())


@given(reports(), st.sampled_from(["scan", "check"]))
def test_nothing_in_names_or_source_becomes_markup(of: Report, command: str) -> None:
    root = rendered(render("markdown", of, RenderOptions(command=command)))
    assert {element.tag for element in root.elements()} <= TAGS
    assert {name for element in root.elements() for name in element.attributes} <= {"class"}
    assert all(len({len(row) for row in table}) == 1 for table in tables(root))
    text = _shown(root.text)
    assert all(_shown(each.site.task) in text for each in of.entries if _is_finding(each))


def _is_finding(of: Entry) -> bool:
    return bool(of.rule) and not of.silenced


@given(reports())
def test_a_diff_is_shown_as_it_is_and_nothing_in_it_ends_its_block(of: Report) -> None:
    root = rendered(render("markdown", of, RenderOptions()))
    blocks = [text for element in root.elements("details") for text in _diffs(element)]
    found = [e.patch for e in of.entries if _is_finding(e) and e.patch is not None]
    lines = [[shown(line.expandtabs(4)) for line in each.diff.split("\n")] for each in found]
    assert sorted(blocks) == sorted("\n".join(each) + "\n" for each in lines)


def _diffs(of: Element) -> list[str]:
    return [block.text for block in of.elements("pre")]


def test_multiplicity_and_what_lasts_show_in_the_facts() -> None:
    looped = site(multiplicity=Multiplicity.LOOP, lifetime=Lifetime.ENDLESS)
    text = render("markdown", report([entry(looped, "TL001", "m")]), RenderOptions())
    grows = "each turn that starts one leaves it running: 10 such turns, 10 tasks"
    assert f"- **adds up** {grows}\n" in text
    short = render("markdown", report([entry(site(), "TL001")]), RenderOptions())
    assert "- **adds up** 10 calls before the first is done: up to 10 tasks\n" in short
    owned = sound(tracked=yes("owner"), cleaned=yes("owner"))
    unchanged = render("markdown", report([entry(owned)]), RenderOptions())
    assert "| `app.py:3` | `send` | its owner |" in unchanged
