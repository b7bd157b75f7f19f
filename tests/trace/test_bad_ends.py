"""Programs that end badly: the report has what was known until then."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest

from support.traced import expected, interpreters, observed, run_traced
from taskleash.trace.model import Counts, Trace

START = """
import asyncio, os, signal, sys

async def waits():
    await asyncio.Event().wait()

tasks = []

async def main():
    tasks.extend(asyncio.create_task(waits()) for _ in range(3))
    await asyncio.sleep(0.01)
    END

asyncio.run(main())
"""
PYTHONS = interpreters()


def traced(tmp_path: Path, end: str, python: str = sys.executable) -> tuple[int, str, Trace]:
    program = tmp_path / "program.py"
    program.write_text(START.replace("END", end), encoding="utf-8")
    ran, trace = run_traced(python, str(program), cwd=tmp_path)
    return ran.returncode, ran.stderr, trace


def counts(trace: Trace, task: str = "waits") -> Counts:
    return sum((s.counts for s in trace.spawns if task in s.tasks), Counts())


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize(
    ("end", "status"),
    [
        ("os.kill(os.getpid(), signal.SIGKILL)", 128 + signal.SIGKILL),
        ("os.kill(os.getpid(), signal.SIGTERM)", 128 + signal.SIGTERM),
        ("os.abort()", 128 + signal.SIGABRT),
        ("os._exit(3)", 3),
    ],
)
def test_what_ends_at_once_is_counted_to_its_last_task(
    python: str, end: str, status: int, tmp_path: Path
) -> None:
    returned, said, trace = traced(tmp_path, end, python)
    assert returned == status
    seen = counts(trace)
    assert (seen.started, seen.alive, seen.left, seen.peak) == (3, 3, 0, 3)
    assert [process.ended for process in trace.processes] == [False]
    assert "ended without a word" in said


def test_an_exception_ends_the_program_as_ever(tmp_path: Path) -> None:
    returned, said, trace = traced(tmp_path, "raise ValueError('on purpose')")
    assert returned == 1
    assert "ValueError: on purpose" in said
    assert counts(trace).left == 3
    assert [process.ended for process in trace.processes] == [True]


def test_a_program_that_fails_at_its_start_leaves_an_empty_report(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text("import asyncio\nimport no_such_module_anywhere\n", encoding="utf-8")
    ran, trace = run_traced(sys.executable, str(program), cwd=tmp_path)
    assert ran.returncode == 1
    assert trace.spawns == ()
    assert len(trace.processes) == 1


@pytest.mark.parametrize("python", PYTHONS)
def test_a_forked_process_counts_its_own_tasks(python: str, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        """
import asyncio, os

async def before():
    await asyncio.Event().wait()

async def inside():
    await asyncio.sleep(0)

async def child():
    for _ in range(5):
        await asyncio.create_task(inside())

loop = asyncio.new_event_loop()
kept = [loop.create_task(before()) for _ in range(2)]
loop.run_until_complete(asyncio.sleep(0))
pid = os.fork()
if pid == 0:
    asyncio.run(child())
    os._exit(0)
os.waitpid(pid, 0)
loop.close()
""",
        encoding="utf-8",
    )
    ran, trace = run_traced(python, str(program), cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert len(trace.processes) == 2
    assert (counts(trace, "before").started, counts(trace, "before").left) == (2, 2)
    assert (counts(trace, "inside").started, counts(trace, "inside").finished) == (5, 5)


@pytest.mark.parametrize("method", ["spawn", "fork", "forkserver"])
def test_the_processes_of_multiprocessing_are_observed(method: str, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        f"""
import asyncio, multiprocessing

async def work():
    await asyncio.sleep(0)

async def main():
    await asyncio.create_task(work())

def worker():
    asyncio.run(main())

if __name__ == "__main__":
    context = multiprocessing.get_context({method!r})
    processes = [context.Process(target=worker) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
""",
        encoding="utf-8",
    )
    ran, trace = run_traced(sys.executable, str(program), cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert counts(trace, "work").finished == 2


def test_half_a_line_of_notes_is_passed_over(tmp_path: Path) -> None:
    end = (
        "[open(os.path.join(os.environ['TASKLEASH_TRACE'], n), 'a').write('{\"spot\": 9, \"pa') "
        "for n in os.listdir(os.environ['TASKLEASH_TRACE']) if n.endswith('.notes')]"
    )
    _, _, trace = traced(tmp_path, end)
    assert counts(trace).started == 3


def test_a_program_without_its_folder_runs_on(tmp_path: Path) -> None:
    end = "import shutil; shutil.rmtree(os.environ['TASKLEASH_TRACE']); print('still here')"
    program = tmp_path / "program.py"
    program.write_text(START.replace("END", end), encoding="utf-8")
    ran, trace = run_traced(sys.executable, str(program), cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == "still here\n"
    assert trace.spawns == ()


ENDS = {
    # a loop in a thread that nobody waits for
    "daemon": (
        """
import threading, time
def in_a_thread():
    async def main():
        kept = [asyncio.create_task(waits()) for _ in range(3)]  # seen: started=3 left=3
        ready.set()
        await asyncio.Event().wait()
    asyncio.run(main())
ready = threading.Event()
threading.Thread(target=in_a_thread, daemon=True).start()
ready.wait()
""",
        0,
    ),
    "never closed": (
        """
loop = asyncio.new_event_loop()
kept = [loop.create_task(waits()) for _ in range(3)]  # seen: started=3 left=3
loop.run_until_complete(asyncio.sleep(0))
""",
        0,
    ),
    "never run": (
        """
loop = asyncio.new_event_loop()
kept = [loop.create_task(waits()) for _ in range(3)]  # seen: started=3 left=3
loop.close()
loop.close()
""",
        0,
    ),
    "closed and used again": (
        """
loop = asyncio.new_event_loop()
kept = [loop.create_task(waits()) for _ in range(3)]  # seen: started=3 left=3
loop.run_until_complete(asyncio.sleep(0))
loop.close()
try:
    loop.run_until_complete(waits())
except RuntimeError:
    loop.close()
asyncio.run(asyncio.sleep(0))
""",
        0,
    ),
    "closed while it runs": (
        """
async def main():
    kept = [asyncio.create_task(waits()) for _ in range(3)]  # seen: started=3 left=3
    await asyncio.sleep(0)
    asyncio.get_running_loop().close()
asyncio.run(main())
""",
        1,
    ),
    # Nobody calls their done callbacks any more.
    "done as the loop stops": (
        """
async def quick():
    pass
async def fails():
    raise ValueError
loop = asyncio.new_event_loop()
loop.create_task(quick())  # seen: started=1 finished=1
loop.create_task(fails())  # seen: started=1 failed=1 unseen=1
loop.call_soon(loop.stop)
loop.run_forever()
loop.close()
""",
        0,
    ),
    "exit in a task": (
        """
async def leaves():
    sys.exit(4)
async def main():
    kept = [asyncio.create_task(waits()) for _ in range(3)]  # seen: started=3 left=3
    await asyncio.create_task(leaves())  # seen: started=1 failed=1
asyncio.run(main())
""",
        4,
    ),
    "replaced by another program": (
        """
async def main():
    if len(sys.argv) > 1:
        return
    kept = [asyncio.create_task(waits()) for _ in range(3)]  # seen: started=3
    await asyncio.sleep(0)
    os.execv(sys.executable, [sys.executable, __file__, "again"])
asyncio.run(main())
""",
        0,
    ),
    "interrupted": (
        """
async def main():
    kept = [asyncio.create_task(waits()) for _ in range(3)]  # seen: started=3 left=3
    await asyncio.sleep(0)
    signal.raise_signal(signal.SIGINT)
    await asyncio.sleep(0.1)
try:
    asyncio.run(main())
except KeyboardInterrupt:
    sys.exit(130)
""",
        130,
    ),
}


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("name", ENDS)
def test_what_was_alive_at_a_bad_end_is_known(name: str, python: str, tmp_path: Path) -> None:
    text, status = ENDS[name]
    program = tmp_path / "program.py"
    head = "import asyncio, os, signal, sys\nasync def waits():\n    await asyncio.Event().wait()\n"
    program.write_text(head + text, encoding="utf-8")
    ran, trace = run_traced(python, str(program), cwd=tmp_path)
    assert ran.returncode == status, ran.stderr
    wanted = expected(program)
    seen = observed(trace, program, wanted)
    for found in seen.values():
        # Whether those that were left were also cancelled is asyncio's affair.
        found.pop("cancelled", None)
    assert seen == wanted
