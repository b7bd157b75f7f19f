"""`scan --watch` on a folder that is not trusted."""

from __future__ import annotations

import os
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from test_watching import LEAK, watched

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
pytest.importorskip("watchfiles", reason="watchfiles is not installed")


def folders_watched(pid: int) -> int:
    """How many folders the system tells the process of."""
    told = (path.read_text() for path in Path(f"/proc/{pid}/fdinfo").iterdir())
    return sum(len(re.findall("^inotify wd:", text, re.MULTILINE)) for text in told)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    outside, project = tmp_path / "outside", tmp_path / "project"
    for number in range(40):
        (outside / f"d{number}").mkdir(parents=True)
    (project / "package").mkdir(parents=True)
    (project / "pyproject.toml").write_text("", encoding="utf-8")
    (project / "package" / "app.py").write_text(LEAK, encoding="utf-8")
    (project / "elsewhere").symlink_to(outside, target_is_directory=True)
    (project / "package" / "round").symlink_to(project, target_is_directory=True)
    return project


@linux_only
def test_no_link_is_followed(project: Path) -> None:
    with watched(project) as run:
        run.until("watching for changes")
        assert folders_watched(run.process.pid) == 2


@linux_only
def test_nor_is_one_that_comes_later(project: Path) -> None:
    with watched(project) as run:
        run.until("watching for changes")
        (project / "later").symlink_to(project / "elsewhere" / "d1", target_is_directory=True)
        (project / "new").mkdir()
        run.until("no verdict changed")
        assert folders_watched(run.process.pid) == 3


@linux_only
def test_a_name_that_is_no_text_ends_no_watch(project: Path) -> None:
    strange = os.fsencode(project) + b"/\xff\x1b[31m"
    os.mkdir(strange)
    with watched(project) as run:
        said = run.until("watching for changes")
        # What is not watched is said, once, and does no harm to the terminal.
        (line,) = [line for line in said if "is not seen" in line]
        assert "\x1b" not in line
        # Nor does a file that comes with such a name.
        Path(os.fsdecode(strange + b".py")).write_text(LEAK, encoding="utf-8")
        run.until("verdicts above changed")
        (project / "package" / "app.py").write_text("", encoding="utf-8")
        assert not [line for line in run.until("verdicts above changed") if "not seen" in line]


@contextmanager
def flood(folder: Path) -> Iterator[None]:
    """New folders in it all the time."""
    is_over = threading.Event()

    def pour() -> None:
        number = 0
        while not is_over.wait(0.05):
            number += 1
            (folder / f"n{number}").mkdir()

    thread = threading.Thread(target=pour)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


@linux_only
def test_folders_that_come_without_end_hold_up_no_scan(project: Path) -> None:
    with watched(project) as run:
        run.until("watching for changes")
        with flood(project):
            (project / "package" / "app.py").write_text("", encoding="utf-8")
            run.until("verdicts above changed")


@linux_only
@pytest.mark.parametrize("comes_back_as", ["folder", "link", "pipe"])
def test_a_folder_that_vanishes_and_comes_back(project: Path, comes_back_as: str) -> None:
    package = project / "package"
    with watched(project) as run:
        run.until("watching for changes")
        package.rename(project.parent / "gone")
        run.until("verdicts above changed")
        if comes_back_as == "folder":
            (project.parent / "gone").rename(package)
            run.until("verdicts above changed")
        elif comes_back_as == "link":
            package.symlink_to(project.parent / "outside", target_is_directory=True)
        else:
            os.mkfifo(project / "package.py")
        (project / "last.py").write_text(LEAK, encoding="utf-8")
        run.until("verdicts above changed")
        assert run.process.poll() is None
        assert folders_watched(run.process.pid) == (2 if comes_back_as == "folder" else 1)
