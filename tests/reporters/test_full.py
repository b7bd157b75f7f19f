from __future__ import annotations

from pathlib import Path

import pytest

from support.reports import AWAIT, PARTIAL, TRACK, entry, report, site, sound
from taskleash.reporters import words
from taskleash.reporters.options import RenderOptions
from taskleash.reporters.registry import render
from taskleash.reporters.report import Entry, FileError
from taskleash.rules.registry import all_rules
from taskleash.verdict.model import (
    Defect,
    Evidence,
    Handle,
    Lifetime,
    Reach,
    Risk,
    Site,
    Span,
    Standing,
)

CHECK = RenderOptions(command="check")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _spanning(line: int, column: int, end_line: int, end_column: int) -> dict[str, Span]:
    span = Span(line, column, end_line, end_column)
    return {"span": span, "statement": span}


def _excerpt(of: Site, unicode: bool = True) -> list[str]:
    """The lines between the headline and the details."""
    text = render("full", report([Entry(of, "")]), RenderOptions(unicode=unicode))
    return text[: text.index("\n   runs")].splitlines()[1:]


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("x = 1; ", "", "x = 1; create_task(f())"),
        ("x" * 5000 + "; ", "", "…" + "x" * 78 + "; create_task(f())"),
        ("", "; " + "x" * 5000, "create_task(f()); " + "x" * 382 + "…"),
    ],
    ids=["short", "long before", "long after"],
)
def test_of_a_long_line_the_part_around_the_call_is_shown(
    folder: Path, before: str, after: str, shown: str
) -> None:
    (folder / "app.py").write_text("y" * 9000 + f"\n{before}create_task(f()){after}\n")
    column = len(before) + 1
    of = site(line=2, call="create_task", **_spanning(2, column, 2, column + 16))
    _, above, line, carets, _ = _excerpt(of)
    assert above == "1 | " + "y" * 400 + "…"
    assert line == f"2 | {shown}"
    assert carets.index("^") == line.index("create_task")
    assert carets.count("^") == len("create_task")


def test_a_finding_in_full(folder: Path) -> None:
    (folder / "app.py").write_text(
        "class Agent:\n"
        "    async def handle(self, message):\n"
        "        try:\n"
        "            asyncio.create_task(self.send(message))\n"
        "        finally:\n"
        "            pass\n"
    )
    dropped = site(
        line=4,
        **_spanning(4, 13, 4, 52),
        often="once for each call of `Agent.handle`",
        captures=("self (Agent)", "message"),
        evidence=(
            Evidence("app.py", 4, 13, "nothing is assigned"),
            Evidence("other.py", 9, 1, "called for each message"),
        ),
    )
    found = entry(dropped, "TL001", "task `send` is dropped", fixes=(TRACK, AWAIT))
    broken = FileError("broken.py", 3, 7, "TL000", "invalid syntax")
    assert render("full", report([found], [broken]), CHECK) == (
        """\
app.py:4:13: TL001 high [*] task `send` is dropped
  |
2 |     async def handle(self, message):
3 |         try:
4 |             asyncio.create_task(self.send(message))
  |             ^^^^^^^^^^^^^^^^^^^
  |
   runs      once for each call of `Agent.handle`
   adds up   10 calls before the first is done: up to 10 tasks, each keeps one `Agent`
   held by   nothing after line 4
   ended by  nothing
   keeps     self (Agent), message
   why       other.py:9: called for each message
   fix       track (safe)     keep the task until it is done
             await (unsafe)   where the code allows it: await the coroutine here, log its failure
   more      taskleash rule TL001

broken.py:3:7: TL000 high invalid syntax

Found 2 findings: 2 high.
[*] 1 fixable with `--fix`.
"""
    )


def test_a_sound_site_says_why_it_is_sound() -> None:
    steps = (Evidence("gone.py", 9, 5, "cancelled in `stop()`"),)
    endless = sound("gone.py", holder="self._task", lifetime=Lifetime.ENDLESS, evidence=steps)
    assert render("full", report([entry(endless)]), RenderOptions()) == (
        """\
gone.py:3:5: none stored/cancelled task `send`
   runs      once for each call; it never ends by itself
   held by   `self._task`
   ended by  cancellation
   why       gone.py:9: cancelled in `stop()`

1 task in 1 file: 1 sound.
"""
    )


def test_a_dormant_site_says_what_wakes_it_and_what_it_is_then() -> None:
    asleep = site("gone.py", risk=Risk.LOW, dormant=True, guard="use_proxy", would_be=Risk.HIGH)
    text = render("full", report([entry(asleep, "TL001", "m")]), RenderOptions())
    assert "\n   dormant   runs only where `use_proxy` is on; its risk is high then\n" in text


def test_what_a_task_lives_with_and_keeps_alive() -> None:
    standing = Standing(Reach.INSTANCE, "30", "stop()", Evidence("b.py", 8, 1, "caught"))
    found = site(
        "a.py",
        class_name="Bus",
        lifetime=Lifetime.ENDLESS,
        cleaned=PARTIAL,
        standing=standing,
        captures=("self (Bus)",),
        heavy=("client", "pool"),
    )
    text = render("full", report([entry(found, "TL012", "m")]), RenderOptions())
    assert text.startswith(
        """\
a.py:3:5: TL012 high m
   runs      once for each call; it never ends by itself
   held by   nothing after line 3
   ended by  `stop()` on some paths only
   lifetime  each `Bus`; sleeps 30 s in each turn; swallows its cancellation at b.py:8
   keeps     self (Bus); heavy: client, pool
   more      taskleash rule TL012
"""
    )


def test_what_a_teardown_passes_over_ends_by_itself() -> None:
    found = site("a.py", cleaned=PARTIAL, defect=Defect.TEARDOWN_IGNORES)
    text = render("full", report([entry(found, "TL014", "m")]), RenderOptions())
    assert "\n   ended by  itself, and not by the teardown of its owner\n" in text


def test_tasks_that_pile_up_say_so() -> None:
    endless = site("a.py", lifetime=Lifetime.ENDLESS)
    text = render("full", report([entry(endless, "TL001", "m")]), RenderOptions())
    grows = "each call that starts one leaves it running: 10 such calls, 10 tasks"
    assert f"\n   adds up   {grows}\n" in text


def test_a_span_of_several_lines_is_marked_on_its_first(folder: Path) -> None:
    (folder / "app.py").write_text("t = (asyncio\n     .create_task(send()))\n")
    assert _excerpt(site(line=1, **_spanning(1, 6, 2, 26))) == [
        "  |",
        "1 | t = (asyncio",
        "  |      ^^^^^^^",
        "2 |      .create_task(send()))",
        "  |",
    ]


def test_a_call_written_otherwise_is_marked_whole(folder: Path) -> None:
    (folder / "app.py").write_text("t = (asyncio . create_task(send()))\n")
    carets = _excerpt(site(line=1, **_spanning(1, 6, 1, 35)))[2]
    assert carets == "  |      " + "^" * 29


@pytest.mark.parametrize(
    ("source", "shown", "unicode"),
    [
        ("\tx = 1;\tspawn(run())", "    x = 1;  spawn(run())", True),
        ("x = '日本'; spawn(run())", "x = '日本'; spawn(run())", True),
        ("x = '日'; spawn(run())", "x = '\\u65e5'; spawn(run())", False),
        ("x = '\x1b[2J'; spawn(run())", "x = '\\x1b[2J'; spawn(run())", True),
        ("\x0cx = '\u202e'; spawn(run())", "\\x0cx = '\\u202e'; spawn(run())", True),
    ],
)
def test_the_mark_stands_under_the_call(
    folder: Path, source: str, shown: str, unicode: bool
) -> None:
    (folder / "app.py").write_text(f"{source}\n", encoding="utf-8")
    column = source.index("spawn") + 1
    of = site(call="spawn", **_spanning(1, column, 1, len(source) + 1))
    wide = 2 if "日本" in shown else 0
    assert _excerpt(of, unicode)[1:3] == [
        f"1 | {shown}",
        f"  | {' ' * (shown.index('spawn') + wide)}^^^^^",
    ]


def test_line_numbers_of_different_length_share_a_gutter(folder: Path) -> None:
    (folder / "app.py").write_text("\n" * 8 + "if x:\n    spawn(run())\n")
    assert _excerpt(site(call="spawn", **_spanning(10, 5, 10, 17))) == [
        "   |",
        " 8 |",
        " 9 | if x:",
        "10 |     spawn(run())",
        "   |     ^^^^^",
        "   |",
    ]


@pytest.mark.parametrize(
    "data",
    [
        b"# coding: latin-1\r\nx = '\xe9'\rspawn(run())\r\n",
        b"\xef\xbb\xbfx = 0\nx = '\xc3\xa9'\nspawn(run())",
    ],
)
def test_lines_are_counted_and_decoded_as_python_does(folder: Path, data: bytes) -> None:
    (folder / "app.py").write_bytes(data)
    excerpt = _excerpt(site(call="spawn", **_spanning(3, 1, 3, 13)))
    assert excerpt[2:5] == ["2 | x = 'é'", "3 | spawn(run())", "  | ^^^^^"]


@pytest.mark.parametrize("data", [b"", b"# coding: rot13\n\n\n", b"# coding: no-such\n\n\n"])
def test_a_file_that_changed_beyond_reading_loses_only_its_excerpt(
    folder: Path, data: bytes
) -> None:
    (folder / "app.py").write_bytes(data)
    assert _excerpt(site()) == []


def test_a_folder_or_a_path_with_a_nul_has_no_excerpt(folder: Path) -> None:
    (folder / "x.py").mkdir()
    assert _excerpt(site("x.py")) == []
    assert _excerpt(site("a\0.py")) == []


def test_every_handle_and_every_fix_has_its_words() -> None:
    assert set(words.HELD_BY) == set(Handle)
    assert set(words.FIXES) >= {fix.kind for rule in all_rules() for fix in rule.fixes}
