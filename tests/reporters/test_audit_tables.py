"""The score card and the lifetimes on a terminal."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len

from support.command import taskleash
from support.reports import PARTIAL, entry, report, site, sound, yes
from taskleash.reporters.options import RenderOptions
from taskleash.reporters.registry import render
from taskleash.reporters.report import Report
from taskleash.verdict.model import Evidence, Reach, Risk, Standing, State

COMPONENT = RenderOptions(by="component")
LIFETIME = RenderOptions(by="lifetime")

CARD = report(
    [
        entry(site("app/jobs.py", 3)),
        entry(sound("app/jobs.py", 9, class_name="Runner", on_completion=State.YES)),
        entry(site("app/jobs.py", 12, class_name="Runner", tracked=PARTIAL, cleaned=PARTIAL,
                   risk=Risk.LOW, dormant=True)),
    ]
)  # fmt: skip
LIVES = report(
    [
        entry(site("app/a.py", 3, "poll", standing=Standing(Reach.CALL, "0.5"))),
        entry(sound("app/b.py", 4, "sweep", cleaned=yes("self-managed"),
                    standing=Standing(Reach.PROCESS))),
        entry(sound("app/c.py", 5, "listen", class_name="Bus",
                    standing=Standing(Reach.INSTANCE, stopped_by="close()"))),
        entry(site("app/d.py", 6, "relay", risk=Risk.LOW, dormant=True, cleaned=PARTIAL,
                   standing=Standing(Reach.INSTANCE, stopped_by="leave()"))),
    ]
)  # fmt: skip


def lines(of: Report, options: RenderOptions) -> list[str]:
    return [
        re.sub(r" {2,}", "  ", line.strip()) for line in render("table", of, options).split("\n")
    ]


def test_a_score_card() -> None:
    assert lines(CARD, COMPONENT)[:-2] == [
        "Component  File  Tasks  Tracked  On completion  At teardown  Score",
        "jobs  app/jobs.py  1  0%  0%  0%  🔴 0%",
        "Runner  app/jobs.py  2  75%  50%  0%  🟡 75%",
    ]


def test_a_score_without_symbols_names_the_risk() -> None:
    shown = lines(CARD, replace(COMPONENT, unicode=False))
    assert [line.rpartition("  ")[2] for line in shown[1:3]] == ["0% high", "75% dormant"]


def test_packages_come_first_where_there_are_several() -> None:
    more = report([*CARD.entries, entry(sound("app/web/x.py"))])
    assert lines(more, COMPONENT)[:5] == [
        "Package  Tasks  Tracked  On completion  At teardown  Score",
        "app  3  50%  33%  0%  🔴 50%",
        "app/web  1  100%  0%  0%  🟢 100%",
        "",
        "Component  File  Tasks  Tracked  On completion  At teardown  Score",
    ]


def test_lifetimes_run_from_worst_to_best() -> None:
    assert lines(LIVES, LIFETIME)[:-2] == [
        "Task  Place  Lives with  Ended by  Every  Risk",
        "poll  app/a.py:3  a call  nothing  0.5 s  🔴 high",
        "sweep  app/b.py:4  the process  nothing  🟡 low",
        "relay  app/d.py:6  an instance  leave()  🟡 dormant",
        "listen  app/c.py:5  an instance  close()  🟢 none",
    ]


def test_swallowed_cancellation_has_a_column_where_there_is_any() -> None:
    standing = Standing(Reach.PROCESS, swallows=Evidence("app/a.py", 40, 5, "caught"))
    found = report([*LIVES.entries, entry(site("app/a.py", 9, "spin", standing=standing))])
    assert lines(found, LIFETIME)[0].split("  ")[-2:] == ["Swallows", "Risk"]
    assert "spin  app/a.py:9  the process  nothing  :40  🔴 high" in lines(found, LIFETIME)


def test_a_program_without_long_running_tasks() -> None:
    assert lines(report([entry(site())]), LIFETIME)[0] == "No task runs for long."
    assert lines(report(), LIFETIME) == ["No tasks in 20 files.", ""]
    assert lines(report(), COMPONENT) == ["No tasks in 20 files.", ""]


@pytest.mark.parametrize("by", ["component", "lifetime"])
def test_colour_changes_no_word(by: str) -> None:
    of = CARD if by == "component" else LIVES
    plain = RenderOptions(by=by, width=80)
    coloured = render("table", of, replace(plain, color=True))
    assert "\x1b[1;31m🔴 " in coloured
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == render("table", of, plain)


@pytest.mark.parametrize("width", [80, 100])
def test_long_names_give_way_evenly(width: int) -> None:
    swallows = Evidence("app/a.py", 40, 5, "caught")
    standing = Standing(Reach.INSTANCE, "30", "x" * 30, swallows)
    long = report([entry(site(f"{'p' * 50}.py", 3, "t" * 50, standing=standing))])
    header, row, _ = render("table", long, replace(LIFETIME, width=width)).splitlines()
    assert cell_len(header) <= width
    assert cell_len(row) == width
    assert row.count("…") >= 2


def test_the_command_line_takes_them(tmp_path: Path) -> None:
    (tmp_path / "m.py").write_text("import asyncio\nasyncio.create_task(work())\n", "utf-8")
    for by, heading in (("component", "Score"), ("lifetime", "No task runs for long.")):
        ran = taskleash("scan", "--by", by, cwd=tmp_path)
        assert (ran.status, heading in ran.out, ran.err) == (0, True, "")
    ran = taskleash("scan", "--by", "package", cwd=tmp_path)
    assert ran.status == 2
    assert "'package' is not one of 'file', 'site', 'component', 'lifetime'" in ran.err
