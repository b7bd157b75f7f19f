"""`scan --watch` on a folder that is not trusted."""

from __future__ import annotations

import re
import sys
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
