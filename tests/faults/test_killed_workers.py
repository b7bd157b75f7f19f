"""A worker that the system kills, as it does where memory runs out."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from support.command import Ran, python, taskleash
from support.leaking import leaking, read_tree, write_tree

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="has the workers forked")

FIX = ("check", "--fix", "--isolated", "--no-cache", "-j1")
#: the first workers are killed at work, as many as asked; the file has a line for each
KILLING = """
import os
import signal
import sys
from taskleash.__main__ import main
from taskleash.driver.parsing import serve

times, path = int(sys.argv.pop()), sys.argv.pop()
lower = serve.lower


def killed_at_work(item):
    with open(path, "a+") as killed:
        killed.seek(0)
        if len(killed.readlines()) < times:
            print(os.getpid(), file=killed, flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
    return lower(item)


serve.lower = killed_at_work
main()
"""


def run_killing(folder: Path, times: int) -> Ran:
    """A run whose first workers are killed at work, as many as asked."""
    killed = folder.with_name("killed")
    ran = python("-c", KILLING, *FIX, str(killed), str(times), cwd=folder)
    assert len(set(killed.read_text(encoding="utf-8").splitlines())) == times
    return ran


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    write_tree(folder, leaking(3))
    return folder


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
    assert ran.out.startswith(f"{untouched}:1:1: TL000")
