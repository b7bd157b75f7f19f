from __future__ import annotations

import re

from support.reports import NO, PARTIAL, entry, report, site, sound
from taskleash.reporters.options import RenderOptions
from taskleash.reporters.registry import render
from taskleash.reporters.report import FileError
from taskleash.verdict.model import Evidence, Risk

CHECK = RenderOptions(command="check")


def test_a_check_as_markdown() -> None:
    steps = (Evidence("src/b.py", 30, 5, "overwritten in `start()`"),)
    entries = [
        entry(sound("src/a.py", 3, "run")),
        entry(sound("src/a.py", 5, "send")),
        entry(site("src/b.py", 8, risk=Risk.LOW, tracked=PARTIAL, cleaned=NO, evidence=steps),
              "TL011", "task `send` is overwritten"),
        entry(site("src/b.py", 9), "TL001", "task `send` is dropped", suppressed=True),
    ]  # fmt: skip
    broken = FileError("src/c.py", 3, 7, "TL000", "invalid syntax")
    assert render("markdown", report(entries, [broken]), CHECK) == (
        """\
# Background tasks

| File | Lines | Task | Tracked | Cleaned up | Risk |
| --- | --- | --- | --- | --- | --- |
| `src/b.py` | 8,9 | `send` +1 silenced | 🟡 partial | ❌ none | 🟡 low |
| `src/a.py` | 3,5 | `run`, … | ✅ tracked | ✅ cancelled | 🟢 none |

Found 4 findings: 1 high, 1 low.

## Findings

- `src/b.py:8:5` **TL011 low** task `send` is overwritten
  - `src/b.py:30` overwritten in `start()`

## Files that could not be analysed

- `src/c.py:3:7` **TL000 high** invalid syntax
"""
    )


def test_an_escaped_character_is_shown_within_code() -> None:
    assert "| `a\\u202e.py` |" in render(
        "markdown", report([entry(site("a\u202e.py"))]), RenderOptions()
    )


def test_nothing_found() -> None:
    assert render("markdown", report(), RenderOptions()) == (
        "# Background tasks\n\nNo tasks in 20 files.\n"
    )


def test_what_markdown_would_read_as_markup_is_shown_as_it_is() -> None:
    hostile = site("a|b.py", task="x`<img src=1>`*y*")
    text = render(
        "markdown", report([entry(hostile, "TL001", "task `x`<b>` ends")]), RenderOptions()
    )
    assert "| a&#124;b.py | 3 | x&#96;&#60;img src=1&#62;&#96;&#42;y&#42; | ❌" in text
    assert "**TL001** task &#96;x&#96;&#60;b&#62;&#96; ends" in text


def test_markup_within_code_needs_no_escape() -> None:
    found = entry(site(task="f[<T>]"), "TL001", "task `f[<T>]` & _more_")
    text = render("markdown", report([found]), RenderOptions())
    assert "| `f[<T>]` |" in text
    assert "task `f[<T>]` &#38; &#95;more&#95;" in text


def test_what_a_job_summary_cannot_take_is_left_out() -> None:
    of = report([entry(site(f"{n}/消.py", n + 1), "TL001", "m" * 50) for n in range(20_000)])
    text = render("markdown", of, CHECK)
    assert 1_000_000 < len(text.encode("utf-8")) <= 1024 * 1024
    *_, last, blank, note = text.splitlines()
    assert re.fullmatch(r"(- )?`.*`.*|\|.*\|", last)
    left_out = re.fullmatch(r"(\d+) further lines left out: too long for this format\.", note)
    assert left_out
    assert blank == ""
    # the title, the table's head, the summary, the second title, and empty lines between
    assert len(text.splitlines()) - 2 + int(left_out[1]) == 2 * 20_000 + 9
