"""What is counted, by every Python at hand: the programs' comments say what each line starts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from support.traced import expected, interpreters, observed, run_traced

PROGRAMS = Path(__file__).with_name("programs")
PYTHONS = interpreters()
#: runs a program that is observed as Python 3.14 has it
AS_LATER = """
import runpy, sys
from _taskleash_runtime import start

observe = start._observe

def observe_as_later(folder):
    from _taskleash_runtime import hooks

    hooks.tells_by_itself = lambda: False
    observe(folder)

start._observe = observe_as_later
runpy.run_path(sys.argv[1], run_name="__main__")
"""


def runs_eagerly(python: str) -> bool:
    code = "import asyncio; print(hasattr(asyncio, 'eager_task_factory'))"
    ran = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
    return ran.stdout.strip() == "True"


def hears_of_all(python: str) -> bool:
    """Whether tasks that are made by hand are heard of: not where asyncio lists them in C."""
    code = "import _asyncio; print(hasattr(_asyncio, 'all_tasks'))"
    ran = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
    return ran.stdout.strip() == "False"


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("name", ["outcomes", "factories", "eager"])
def test_each_line_has_the_counts_that_it_says(python: str, name: str, tmp_path: Path) -> None:
    if name == "eager" and not runs_eagerly(python):
        pytest.skip("eager tasks came with Python 3.12")
    program = PROGRAMS / f"{name}.py"
    ran, trace = run_traced(python, str(program), cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    wanted = expected(program)
    seen = observed(trace, program, wanted)
    assert seen == {k: {n: v for n, v in w.items() if v} for k, w in wanted.items()}


@pytest.mark.parametrize("python", PYTHONS)
def test_every_way_to_start_a_task_is_counted_where_it_stands(python: str, tmp_path: Path) -> None:
    program = PROGRAMS / "ways.py"
    ran, trace = run_traced(python, str(program), cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    spawned = [site for site in trace.spawns if site.how == "spawn"]
    assert not any(site.library for site in spawned)
    wanted = expected(program)
    if not hears_of_all(python):
        text = program.read_text(encoding="utf-8").splitlines()
        del wanted[1 + text.index("    await asyncio.Task(work())  # seen: started=1 finished=1")]
    seen = observed(trace, program, wanted)
    (callback,) = (site for site in trace.spawns if site.how == "callback")
    assert callback.tasks == ("work",)
    # It stands on the line of its definition, which spawns nothing itself.
    assert seen.pop(callback.place.line) == {"started": 1, "finished": 1}
    assert seen == wanted
    (wrapper,) = (site for site in spawned if site.callers)
    lines = [caller.place.line for caller in wrapper.callers]
    text = program.read_text(encoding="utf-8").splitlines()
    assert [text[line - 1].strip() for line in lines] == ["await wrapper(work())"] * 2


@pytest.mark.parametrize("python", PYTHONS)
def test_what_a_living_task_waits_for_is_seen(python: str, tmp_path: Path) -> None:
    program = tmp_path / "waits.py"
    program.write_text(
        """
import asyncio

async def listens(queue):
    while True:
        await queue.get()

async def naps():
    await asyncio.sleep(60)

async def asks():
    await asyncio.wait_for(asyncio.Event().wait(), 60)

async def works():
    await asyncio.get_running_loop().run_in_executor(None, __import__("time").sleep, 0.3)

async def waits():
    await asyncio.get_running_loop().create_future()

async def main():
    tasks = [asyncio.create_task(c) for c in (listens(asyncio.Queue()),)]
    tasks += [asyncio.create_task(naps())]
    tasks += [asyncio.create_task(asks())]
    tasks += [asyncio.create_task(works())]
    tasks += [asyncio.create_task(waits())]
    await asyncio.sleep(0.05)

asyncio.run(main())
""",
        encoding="utf-8",
    )
    ran, trace = run_traced(python, str(program), cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    kinds = {site.tasks[0]: [wait.kind for wait in site.waits] for site in trace.spawns}
    wanted = {
        "listens": ["primitive"],
        "naps": ["timer"],
        "asks": ["timer"],
        # Cancelled already, a bare future does not say any more what it stood for.
        "works": [""],
        "waits": [""],
    }
    assert {task: kinds[task] for task in wanted} == wanted
    (wait,) = next(site.waits for site in trace.spawns if site.tasks[0] == "listens")
    assert (wait.what, wait.line) == ("Queue.get", 6)


@pytest.mark.parametrize("start", [(), ("-c", AS_LATER)], ids=["as-now", "as-later"])
def test_uvloop_is_counted_alike(start: tuple[str, ...], tmp_path: Path) -> None:
    pytest.importorskip("uvloop", reason="uvloop is not installed")
    program = tmp_path / "fast.py"
    program.write_text(
        """
import asyncio, gc
import uvloop

async def fails():
    raise ValueError

async def waits():
    await asyncio.Event().wait()

async def main():
    asyncio.create_task(fails())
    asyncio.create_task(waits())
    kept = asyncio.create_task(asyncio.sleep(60))
    await asyncio.create_task(asyncio.sleep(0))
    await asyncio.sleep(0.01)
    gc.collect()

uvloop.install()
asyncio.run(main())
""",
        encoding="utf-8",
    )
    ran, trace = run_traced(sys.executable, *start, str(program), cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    by_line = {site.place.line: site.counts for site in trace.spawns}
    assert by_line[12].unseen == 1
    assert by_line[13].collected == 1
    assert by_line[14].left == 1
    assert by_line[15].finished == 1
    assert [loop.kind for loop in trace.loops] == ["uvloop.Loop"]


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("name", ["outcomes", "factories", "eager"])
def test_counts_are_the_same_where_tasks_do_not_tell_by_themselves(
    python: str, name: str, tmp_path: Path
) -> None:
    if name == "eager" and not runs_eagerly(python):
        pytest.skip("eager tasks came with Python 3.12")
    program = PROGRAMS / f"{name}.py"
    ran, trace = run_traced(python, "-c", AS_LATER, str(program), cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    wanted = expected(program)
    seen = observed(trace, program, wanted)
    assert seen == {k: {n: v for n, v in w.items() if v} for k, w in wanted.items()}
