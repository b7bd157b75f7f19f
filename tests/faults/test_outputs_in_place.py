"""Where a report goes: new files, files with a mode, links, devices, and places that take none."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from support.command import taskleash
from support.leaking import leaking, write_tree

posix = pytest.mark.skipif(sys.platform == "win32", reason="has no modes, devices and pipes")
RUN = ("check", "--isolated", "--no-cache", "--format", "concise", "--output-file")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write_tree(tmp_path, leaking(1))
    return tmp_path


@posix
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664])
def test_the_mode_of_an_older_report_is_kept(project: Path, mode: int) -> None:
    report = project / "report.txt"
    report.touch()
    report.chmod(mode)
    assert taskleash(*RUN, "report.txt", cwd=project).status == 1
    assert stat.S_IMODE(report.stat().st_mode) == mode
    assert "TL001" in report.read_text()


@posix
def test_what_a_killed_run_has_left_beside_a_report_is_removed(project: Path) -> None:
    left = project / f".taskleash-{'0' * 16}.tmp"
    left.write_text("half of it")
    assert taskleash(*RUN, "report.txt", cwd=project).status == 1
    assert not left.exists()
    assert "TL001" in (project / "report.txt").read_text()


@posix
def test_a_new_report_has_the_mode_that_new_files_have(project: Path) -> None:
    before = os.umask(0o027)
    try:
        taskleash(*RUN, "report.txt", cwd=project)
    finally:
        os.umask(before)
    assert stat.S_IMODE((project / "report.txt").stat().st_mode) == 0o640


@posix
def test_a_link_stays_one_and_its_file_is_written(project: Path) -> None:
    (project / "real.txt").write_text("older\n")
    (project / "link.txt").symlink_to("real.txt")
    taskleash(*RUN, "link.txt", cwd=project)
    assert (project / "link.txt").is_symlink()
    assert "TL001" in (project / "real.txt").read_text()


@posix
def test_a_device_is_written_to_and_not_replaced(project: Path) -> None:
    assert taskleash(*RUN, "/dev/null", cwd=project).status == 1
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


@pytest.mark.skipif(sys.platform != "linux", reason="has no device that is always full")
def test_a_fix_is_told_of_where_the_report_cannot_be_written(project: Path) -> None:
    ran = taskleash(*RUN, "/dev/full", "--fix", cwd=project)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err == (
        "taskleash: already fixed: file0.py\n"
        "taskleash: /dev/full: cannot be written: no space left on device\n"
    )


def test_a_folder_is_no_place_for_a_report(project: Path) -> None:
    (project / "folder").mkdir()
    ran = taskleash(*RUN, "folder", cwd=project)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("taskleash: folder: cannot be written: ")
    assert os.listdir(project / "folder") == []
