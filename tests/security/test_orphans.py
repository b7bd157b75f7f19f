"""A run that is ended leaves no process, no file of its own and no traceback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.command import environment, taskleash
from support.processes import SECONDS, children, runs, wait_until_gone
from taskleash.fixes.text.temporary import remove_leftovers, temporary_beside

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="has no such signals")
DROPPED = "import asyncio\n\n\nasync def go():\n    asyncio.create_task(work())\n"
TESTS = Path(__file__).resolve().parents[1]

#: two workers of each kind, all of them in an endless parse
ENDLESS = """
import sys, time
sys.path.insert(0, sys.argv[1])
from support import endless
from taskleash.driver.parsing import child
from taskleash.driver.parsing import processes
from taskleash.driver.inputs import Input
from taskleash.driver.parsing.worker import Worker
from taskleash.source.discovery import File

start = child.start
child.start = lambda module, *rest, **options: start("support.endless", *rest, **options)
endless.take_over()
workers = []
for kind in (processes.Forked, processes.StartedPython) * 2:
    workers.append(Worker(kind()))
    workers[-1].give(Input(File("m.py", "m", "/m.py", 0), b""), 100)
for worker in workers[1::2]:
    assert worker.connection.poll(60)
time.sleep(0.5)
print("ready", flush=True)
time.sleep(100)
"""


def script(code: str, *arguments: str, cwd: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        cwd=cwd,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """The status of a process and what it said on standard error, but for a line that ends."""
    try:
        _, err = process.communicate(timeout=SECONDS)
    finally:
        process.kill()
    return process.returncode, err.strip()


@linux_only
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=lambda n: n.name)
def test_no_worker_goes_on_in_an_endless_parse(tmp_path: Path, number: signal.Signals) -> None:
    process = script(ENDLESS, str(TESTS), cwd=tmp_path)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    workers = children(process.pid)
    assert len(workers) == 4
    assert all(map(runs, workers))
    process.send_signal(number)
    assert ended(process) == (-number, "")
    assert wait_until_gone(workers) == []


LATE = """
import sys
sys.path.insert(0, sys.argv[1])
from support.endless import lower
from taskleash.driver.parsing.lifeline import time_limit
with time_limit(1.0):
    lower(None)
"""


def test_a_worker_that_nobody_can_end_ends_itself(tmp_path: Path) -> None:
    assert ended(script(LATE, str(TESTS), cwd=tmp_path)) == (1, "")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for number in range(200):
        text = DROPPED + f"\n\nasync def number_{number}():\n    return {number}\n" * 200
        (tmp_path / f"m{number}.py").write_text(text, encoding="utf-8")
    return tmp_path


@linux_only
@pytest.mark.parametrize("whole_group", [True, False])
def test_a_run_that_is_terminated_ends_quietly(project: Path, whole_group: bool) -> None:
    run = "from taskleash.__main__ import main; main()"
    process = script(run, "check", "--fix", "--no-cache", "-j2", cwd=project)
    end = time.monotonic() + SECONDS
    while not (workers := children(process.pid)) and time.monotonic() < end:
        time.sleep(0.01)
    time.sleep(0.3)
    (os.killpg if whole_group else os.kill)(process.pid, signal.SIGTERM)
    assert ended(process) == (-signal.SIGTERM, "")
    assert workers
    assert wait_until_gone(workers) == []
    assert {path.suffix for path in project.iterdir()} == {".py"}


#: the file is written and synchronised, and not yet in its place: then comes a signal
DURING_A_WRITE = """
import os, signal
from taskleash.__main__ import main
sync = os.fsync
def fsync(descriptor):
    sync(descriptor)
    os.kill(os.getpid(), signal.{name})
os.fsync = fsync
main()
"""


def fix(folder: Path, name: str) -> tuple[int, str]:
    (folder / "m.py").write_text(DROPPED, encoding="utf-8")
    code = DURING_A_WRITE.format(name=name)
    return ended(script(code, "check", "--fix", "--isolated", "--no-cache", "m.py", cwd=folder))


@posix_only
@pytest.mark.parametrize(
    ("name", "status"),
    [("SIGTERM", -signal.SIGTERM), ("SIGHUP", -signal.SIGHUP), ("SIGINT", 130)]
    if sys.platform != "win32"
    else [],
)
def test_a_signal_during_a_write_leaves_the_file_as_it_was(
    tmp_path: Path, name: str, status: int
) -> None:
    assert fix(tmp_path, name) == (status, "")
    assert os.listdir(tmp_path) == ["m.py"]
    assert (tmp_path / "m.py").read_text(encoding="utf-8") == DROPPED


@posix_only
@pytest.mark.parametrize("option", ["--fix", "--add-noqa"])
def test_the_next_run_removes_what_a_killed_one_left(tmp_path: Path, option: str) -> None:
    assert fix(tmp_path, "SIGKILL") == (-signal.SIGKILL, "")
    assert len(os.listdir(tmp_path)) == 2
    taskleash("check", "--no-cache", "--isolated", cwd=tmp_path)
    assert len(os.listdir(tmp_path)) == 2
    ran = taskleash("check", option, "--no-cache", "--isolated", cwd=tmp_path)
    assert ran.err == ""
    assert os.listdir(tmp_path) == ["m.py"]


@posix_only
def test_only_what_is_ours_and_nobody_writes_is_removed(tmp_path: Path) -> None:
    ours = ".taskleash-0123456789abcdef.tmp"
    kept = [".taskleash-0123456789abcdeg.tmp", f"x{ours}", f"{ours}x", ".m.py.abcdefgh.tmp", "m.py"]
    for name in (*kept, ours):
        (tmp_path / name).write_text("", encoding="utf-8")
    (tmp_path / ".taskleash-000000000000000d.tmp").mkdir()
    (tmp_path / ".taskleash-000000000000000e.tmp").symlink_to("m.py")
    os.mkfifo(tmp_path / ".taskleash-000000000000000f.tmp")
    path = str(tmp_path / "m.py")
    with temporary_beside(path) as (_, temporary):
        before = set(os.listdir(tmp_path))
        remove_leftovers([path])
        assert set(os.listdir(tmp_path)) == before - {ours}
        assert os.path.basename(temporary) in before
    assert set(os.listdir(tmp_path)) == before - {ours, os.path.basename(temporary)}


#: a signal that falls into a destructor, where nobody can catch what it raises
INTO_A_DESTRUCTOR = """
import os, signal, time
from taskleash.__main__ import main

class Falls:
    def __del__(self):
        os.kill(os.getpid(), signal.{name})
        for _ in range(1000):
            pass

def fsync(descriptor):
    Falls()
    time.sleep(60)
os.fsync = fsync
main()
"""


@posix_only
@pytest.mark.parametrize(
    ("name", "status"),
    [("SIGINT", 130), ("SIGTERM", -signal.SIGTERM)] if sys.platform != "win32" else [],
)
def test_a_signal_that_falls_into_a_destructor_still_ends_the_run(
    tmp_path: Path, name: str, status: int
) -> None:
    (tmp_path / "m.py").write_text(DROPPED, encoding="utf-8")
    code = INTO_A_DESTRUCTOR.format(name=name)
    run = script(code, "check", "--fix", "--isolated", "--no-cache", "m.py", cwd=tmp_path)
    assert ended(run) == (status, "")
    assert os.listdir(tmp_path) == ["m.py"]


@posix_only
def test_a_signal_that_the_caller_ignores_stays_ignored(tmp_path: Path) -> None:
    (tmp_path / "m.py").write_text(DROPPED, encoding="utf-8")
    code = "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
    code += DURING_A_WRITE.format(name="SIGHUP")
    run = script(code, "check", "--fix", "--isolated", "--no-cache", "m.py", cwd=tmp_path)
    assert ended(run) == (0, "")
    assert "_background_tasks" in (tmp_path / "m.py").read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """A run in this process leaves the handlers of signals as they were."""
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    yield
    assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before
    # pytest itself has another one for each phase of a test.
    assert not getattr(sys.unraisablehook, "__module__", "").startswith("taskleash")
