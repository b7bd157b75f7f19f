"""`taskleash trace --live`: a table at the foot of the terminal while the command runs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from support.command import environment, taskleash
from taskleash.reporters.options import RenderOptions
from taskleash.reporters.traced.moment import moment
from taskleash.trace.model import Counts, Location, Moment, TracedSite

PROGRAM = """
import asyncio, os, sys
async def waits():
    await asyncio.Event().wait()
async def main():
    kept = [asyncio.create_task(waits()) for _ in range(4)]
    if sys.stdout.isatty():
        print("a terminal:", tuple(os.get_terminal_size(1)), flush=True)
    print("first\\rlast", flush=True)
    print("name? ", end="", flush=True)
    await asyncio.sleep(1)
    print("bye", file=sys.stderr, flush=True)
asyncio.run(main())
"""
_ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")

if sys.platform != "win32":
    import fcntl
    import pty
    import struct
    import termios


def on_a_terminal(*arguments: str, cwd: Path) -> tuple[int, str]:
    """Run taskleash with a terminal of 30 lines and 70 columns; gives what was written to it."""
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 70, 0, 0))
    command = [sys.executable, "-m", "taskleash", *arguments]
    # What runs the tests may say how wide its own terminal is.
    variables = environment(TERM="xterm")
    variables = {k: v for k, v in variables.items() if k not in ("COLUMNS", "LINES")}
    with subprocess.Popen(command, cwd=cwd, env=variables, stdout=its, stderr=its) as running:
        os.close(its)
        said = b""
        while True:
            try:
                chunk = os.read(ours, 65536)
            except OSError:
                break
            if not chunk:
                break
            said += chunk
        os.close(ours)
        return running.wait(timeout=300), said.decode()


def program(tmp_path: Path) -> str:
    path = tmp_path / "program.py"
    path.write_text(PROGRAM, encoding="utf-8")
    return str(path)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_what_the_command_says_stands_above_the_table(tmp_path: Path) -> None:
    options = ("--live", "--interval", "0.1", "--warn-alive", "3")
    status, said = on_a_terminal(
        "trace", *options, "--", sys.executable, program(tmp_path), cwd=tmp_path
    )
    assert status == 0, said
    assert "\x1b[?25l" in said
    lines = [_ESCAPE.sub("", line).strip("\r") for line in said.split("\n")]
    # Its own terminal is as large as the one that it is shown in.
    assert any(line.endswith("a terminal: (70, 30)") for line in lines)
    assert any(line.endswith("last") and "first" not in line for line in lines)
    assert any("4 tasks alive, more than 3" in line for line in lines)
    assert any(re.search(r"program\.py:6 +waits +4 +4 +4 +- +-", line) for line in lines)
    # A question is shown before its line ends, and the line is whole once it does.
    assert any(line.rstrip().endswith("name?") for line in lines)
    assert any(line.endswith("name? bye") for line in lines)
    assert "4 tasks from 1 spawn site" in lines[-3]


def test_without_a_terminal_there_is_no_table(tmp_path: Path) -> None:
    options = ("--live", "--interval", "0.1", "--warn-alive", "9")
    ran = taskleash("trace", *options, "--", sys.executable, program(tmp_path), cwd=tmp_path)
    assert ran.status == 0
    assert "\x1b" not in ran.err
    assert "tasks alive" not in ran.err


def site(line: int, **counts: int) -> TracedSite:
    return TracedSite(
        Location("app.py", line, 1, "main"), ("work",), "spawn", False, Counts(**counts)
    )


OPTIONS = RenderOptions(width=80, color=False, unicode=True)


def test_the_sites_with_the_most_living_tasks_come_first() -> None:
    sites = (
        site(1, started=3, finished=3, peak=1),
        site(2, started=9, alive=2, peak=4, collected=1),
        site(3, started=40, alive=31, peak=31),
    )
    now = Moment(2.0, sites, ((0.5, 0), (1.0, 10), (2.0, 33)))
    assert moment(now, 30, 20, OPTIONS).splitlines() == [
        " 2.0 s: 33 tasks alive, more than 30  ▁▃█",
        " Place     Task  Alive  Peak  Started  Lost  Held",
        " app.py:3  work     31    31       40     -     -",
        " app.py:2  work      2     4        9     1     -",
        " app.py:1  work      -     1        3     -     -",
    ]
    assert moment(now, 33, 4, replace(OPTIONS, unicode=False)).splitlines() == [
        " 2.0 s: 33 tasks alive",
        " Place     Task  Alive  Peak  Started  Lost  Held",
        " app.py:3  work     31    31       40     -     -",
        " and 2 more sites",
    ]


def test_before_the_first_task_there_is_the_total() -> None:
    assert moment(Moment(0.1, (), ()), 30, 20, OPTIONS) == " 100 ms: 0 tasks alive\n"


def test_what_is_much_is_red() -> None:
    now = Moment(1.0, (site(3, started=40, alive=31, peak=31),), ())
    said = moment(now, 30, 20, replace(OPTIONS, color=True)).splitlines()
    red = "\x1b[1;31m"
    assert said[0].startswith(f"{red} 1.0 s: 31 tasks alive")
    assert f"{red}31" in said[2]
