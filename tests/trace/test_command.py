"""`taskleash trace`: what passes through, what it says, how it ends."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from support.command import environment, taskleash
from support.traced import run_traced

LEAKY = """
import asyncio
async def fails():
    raise ValueError
async def main():
    asyncio.create_task(fails())
    await asyncio.sleep(0.01)
asyncio.run(main())
"""
SOUND = """
import asyncio
async def main():
    await asyncio.create_task(asyncio.sleep(0))
asyncio.run(main())
"""


def program(tmp_path: Path, text: str) -> str:
    path = tmp_path / "program.py"
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("status", [0, 1, 7])
def test_streams_and_status_are_the_commands(status: int, tmp_path: Path) -> None:
    code = f"import sys; print(sys.stdin.read()); print('e', file=sys.stderr); sys.exit({status})"
    ran = subprocess.run(
        [sys.executable, "-m", "taskleash", "trace", "-q", "--", sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment(),
        input="given",
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (status, "given\n", "e\n")


@pytest.mark.parametrize(
    ("text", "fail_on", "status"),
    [(LEAKY, "high", 1), (LEAKY, "never", 0), (SOUND, "low", 0)],
)
def test_the_gate(text: str, fail_on: str, status: int, tmp_path: Path) -> None:
    options = ("--fail-on", fail_on)
    ran, _ = run_traced(sys.executable, program(tmp_path, text), cwd=tmp_path, options=options)
    assert ran.returncode == status


def test_the_status_of_a_command_that_failed_stays(tmp_path: Path) -> None:
    path = program(tmp_path, LEAKY + "\nraise SystemExit(5)\n")
    ran, _ = run_traced(sys.executable, path, cwd=tmp_path, options=("--fail-on", "low"))
    assert ran.returncode == 5


def test_a_command_that_is_none(tmp_path: Path) -> None:
    ran = taskleash("trace", "--", "no-such-command-anywhere", cwd=tmp_path)
    assert (ran.status, ran.err) == (
        2,
        "taskleash: no-such-command-anywhere: no such command\n",
    )


def test_what_cannot_be_observed_is_said(tmp_path: Path) -> None:
    ran, trace = run_traced(sys.executable, "-I", program(tmp_path, SOUND), cwd=tmp_path)
    assert trace.processes == ()
    assert "ignores PYTHONPATH" in ran.stderr
    ran, trace = run_traced(sys.executable, "-c", "pass", cwd=tmp_path)
    assert trace.notes == ("no process imported asyncio",)


def test_the_programs_own_sitecustomize_and_path_are_as_ever(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text("import sys\nsys.is_own = True\n", encoding="utf-8")
    code = (
        "import sys, sitecustomize, asyncio;"
        "print(sys.is_own, sitecustomize.__file__);"
        "print([p for p in sys.path if 'inject' in p], type(asyncio.__loader__).__name__,"
        " asyncio.__spec__.loader is asyncio.__loader__)"
    )
    ran, trace = run_traced(sys.executable, "-c", code, cwd=tmp_path, PYTHONPATH=str(folder))
    assert ran.stdout.splitlines() == [
        f"True {folder / 'sitecustomize.py'}",
        "[] SourceFileLoader True",
    ]
    assert len(trace.processes) == 1


def test_a_signal_reaches_the_command(tmp_path: Path) -> None:
    path = program(
        tmp_path,
        """
import asyncio, signal
async def waits():
    await asyncio.Event().wait()
async def main():
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    task = asyncio.create_task(waits())
    print("ready", flush=True)
    await stop.wait()
    print("stopped", flush=True)
asyncio.run(main())
""",
    )
    report = tmp_path / "trace.json"
    command = [sys.executable, "-m", "taskleash", "trace", "-q", "--report", str(report)]
    with subprocess.Popen(
        [*command, "--", sys.executable, path],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "ready\n"
        running.send_signal(signal.SIGTERM)
        assert running.stdout.read() == "stopped\n"
        assert running.wait(timeout=300) == 0
    assert json.loads(report.read_text(encoding="utf-8"))["summary"]["left"] == 1


def test_many_living_tasks_raise_an_alarm_while_they_live(tmp_path: Path) -> None:
    path = program(
        tmp_path,
        """
import asyncio
async def main():
    tasks = [asyncio.create_task(asyncio.sleep(3000)) for _ in range(8)]
    await asyncio.sleep(1.5)
asyncio.run(main())
""",
    )
    options = ("--warn-alive", "5", "--interval", "0.1")
    ran, trace = run_traced(sys.executable, path, cwd=tmp_path, options=options)
    assert "8 tasks alive, more than 5" in ran.stderr
    assert [(alarm.alive, alarm.top) for alarm in trace.alarms] == [(8, (("program.py:4", 8),))]
    assert max(alive for _, alive in trace.samples) == 8
    assert [str(trace.risk_of(site)) for site in trace.spawns] == ["high"]


@pytest.mark.parametrize("ending", ["md", "html", "txt"])
def test_a_report_in_the_format_of_its_name(ending: str, tmp_path: Path) -> None:
    file = tmp_path / f"report.{ending}"
    path = program(tmp_path, LEAKY)
    ran = taskleash("trace", "-q", "--report", str(file), "--", sys.executable, path, cwd=tmp_path)
    assert ran.status == 0
    text = file.read_text(encoding="utf-8")
    assert "program.py:6" in text
    assert "high" in text
    assert text.startswith({"md": "# ", "html": "<!doctype", "txt": " Place"}[ending])
