"""`pytest --taskleash` in runs of their own."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from support.command import environment

TESTS = """
import asyncio
import unittest

import pytest

kept = set()


def spawn(coroutine):
    task = asyncio.get_running_loop().create_task(coroutine)
    kept.add(task)
    return task


async def waits():
    await asyncio.Event().wait()


async def fails():
    raise ValueError


def run(coroutine):
    asyncio.run(coroutine)


async def start(*coroutines):
    for coroutine in coroutines:
        spawn(coroutine)
    await asyncio.sleep(0.01)


def test_clean():
    run(start(asyncio.sleep(0)))


def test_pending():
    run(start(waits()))


def test_unseen():
    run(start(fails()))


@pytest.mark.allow_tasks("waits")
def test_allowed():
    run(start(waits()))


@pytest.mark.allow_tasks("waits")
def test_allowed_another():
    run(start(fails()))


@pytest.mark.allow_tasks
def test_needs_no_allowance():
    run(start())


class TestCase(unittest.IsolatedAsyncioTestCase):
    async def test_isolated_clean(self):
        await asyncio.create_task(asyncio.sleep(0))

    async def test_isolated_pending(self):
        self.task = asyncio.create_task(waits())
        await asyncio.sleep(0)


@pytest.fixture(scope="module")
def shared():
    loop = asyncio.new_event_loop()
    loop.background = loop.create_task(waits())
    loop.run_until_complete(asyncio.sleep(0))
    yield loop
    loop.close()


def test_with_a_shared_fixture(shared):
    shared.run_until_complete(asyncio.sleep(0))


def test_leaves_one_in_a_shared_loop(shared):
    shared.run_until_complete(start(waits()))


def test_after_it(shared):
    shared.run_until_complete(asyncio.sleep(0))
"""
LEFT = {
    "test_pending",
    "test_unseen",
    "test_allowed_another",
    "test_isolated_pending",
    "test_leaves_one_in_a_shared_loop",
}


def run(folder: Path, *options: str, text: str = TESTS) -> tuple[int, str]:
    (folder / "test_it.py").write_text(text, encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rA", "-p", "no:cacheprovider", *options],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return ran.returncode, ran.stdout


def named(out: str) -> set[str]:
    return set(re.findall(r"^ERROR test_it\.py::(?:TestCase::)?(\w+)", out, re.M))


def test_each_test_answers_for_its_own_tasks(tmp_path: Path) -> None:
    status, out = run(tmp_path, "--taskleash")
    assert status == 1
    assert named(out) == LEFT
    assert "task `waits`, called at test_it.py:" in out
    assert "pending as its loop was closed, waits for `Event.wait` at test_it.py:" in out
    assert "failed with ValueError, nobody looked" in out
    assert "test_it.py::test_needs_no_allowance: `allow_tasks` allows nothing" in out
    assert "test_it.py::test_allowed_another: `allow_tasks` allows nothing" in out


def test_without_the_option_nothing_is_observed(tmp_path: Path) -> None:
    text = TESTS + (
        "\n\ndef test_nothing_is_imported():\n"
        "    import sys\n"
        "    assert 'taskleash.trace.pytest_checks' not in sys.modules\n"
        "    assert not [name for name in sys.modules if name.startswith('libcst')]\n"
    )
    status, _ = run(tmp_path, text=text)
    assert status == 0


def test_warnings_fail_nothing(tmp_path: Path) -> None:
    status, out = run(tmp_path, "--taskleash-warn")
    assert status == 0
    assert "TasksLeft: test_it.py::test_pending left tasks behind" in out


def test_a_baseline_passes_what_it_knows(tmp_path: Path) -> None:
    status, _ = run(tmp_path, "--taskleash-write-baseline", "known.json")
    assert status == 0
    known = json.loads((tmp_path / "known.json").read_text(encoding="utf-8"))
    assert "test_it.py::spawn::fails" in known
    assert run(tmp_path, "--taskleash", "--taskleash-baseline", "known.json")[0] == 0
    moved = "\n\n\n" + TESTS
    known.append("test_it.py::gone::waits")
    (tmp_path / "known.json").write_text(json.dumps(known), encoding="utf-8")
    status, out = run(tmp_path, "--taskleash", "--taskleash-baseline", "known.json", text=moved)
    assert status == 0
    assert "known.json: not met any more: test_it.py::gone::waits" in out


def test_a_baseline_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "known.json").write_text("{}", encoding="utf-8")
    status, _ = run(tmp_path, "--taskleash", "--taskleash-baseline", "known.json")
    assert status == pytest.ExitCode.USAGE_ERROR


ASYNC = """
import asyncio

import pytest


async def waits():
    await asyncio.Event().wait()


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.mark.MARK
async def test_clean():
    await asyncio.create_task(asyncio.sleep(0))


@pytest.mark.MARK
async def test_pending():
    test_pending.task = asyncio.create_task(waits())
    await asyncio.sleep(0)
"""


@pytest.mark.parametrize(("plugin", "mark"), [("pytest_asyncio", "asyncio"), ("anyio", "anyio")])
def test_plugins_that_run_coroutines(plugin: str, mark: str, tmp_path: Path) -> None:
    pytest.importorskip(plugin, reason=f"{plugin} is not installed")
    status, out = run(tmp_path, "--taskleash", text=ASYNC.replace("MARK", mark))
    assert status == 1
    assert named(out) == {"test_pending"}
