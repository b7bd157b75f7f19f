"""A worker that the system kills, as it does where memory runs out."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from support.command import Ran, environment, taskleash
from support.leaking import leaking, read_tree, write_tree

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for workers in /proc")

FIX = ("check", "--fix", "--isolated", "--no-cache", "-j1")


def run_killing(folder: Path, times: int) -> Ran:
    """A run whose first workers are killed at work, as many as asked."""
    run = subprocess.Popen(
        [sys.executable, "-m", "taskleash", *FIX], cwd=folder, env=environment(),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
    )  # fmt: skip
    killed: set[int] = set()
    end = time.monotonic() + 60
    while len(killed) < times and run.poll() is None and time.monotonic() < end:
        for pid in children(run.pid) - killed:
            os.kill(pid, signal.SIGKILL)
            killed.add(pid)
        time.sleep(0.001)
    out, err = run.communicate(timeout=60)
    assert len(killed) == times
    return Ran(run.returncode, out, err)


def children(pid: int) -> set[int]:
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    except FileNotFoundError:
        return set()
    return {int(child) for child in text.split()}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write_tree(tmp_path, leaking(3))
    return tmp_path


def test_what_it_was_at_is_tried_again(project: Path) -> None:
    before = read_tree(project)
    plain = taskleash(*FIX, cwd=project)
    whole = read_tree(project)
    write_tree(project, before)
    assert run_killing(project, 1) == plain
    assert read_tree(project) == whole


def test_a_file_whose_workers_are_always_killed_is_named_and_left_alone(project: Path) -> None:
    before = read_tree(project)
    ran = run_killing(project, 2)
    left = read_tree(project)
    assert ran.status == 2
    assert ran.out.count("TL000") == 1
    assert "the parser was killed twice" in ran.out
    (untouched,) = (name for name in left if left[name] == before[name])
    assert ran.out.startswith(f"{untouched}:1:1: TL000 high")
