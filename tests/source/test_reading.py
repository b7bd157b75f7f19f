from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from taskleash.source.reading import read_regular

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX's special files")


def reason(path: str | Path, most: int = 10) -> str | None:
    try:
        read_regular(str(path), most)
    except OSError as error:
        return error.strerror
    return None


@pytest.mark.parametrize("size", [0, 1, 9, 10])
def test_a_file_of_at_most_so_many_bytes_is_read(tmp_path: Path, size: int) -> None:
    (tmp_path / "a").write_bytes(b"\r\n" * (size // 2) + b"x" * (size % 2))
    assert read_regular(str(tmp_path / "a"), 10) == (tmp_path / "a").read_bytes()


def test_a_larger_file_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 11)
    assert reason(tmp_path / "a") == "larger than 0 megabytes"
    # No bytes of it are on the disk, or in the memory.
    with (tmp_path / "b").open("wb") as file:
        file.truncate(1 << 40)
    assert reason(tmp_path / "b", 3 << 20) == "larger than 3 megabytes"


def test_what_is_no_path_or_no_file_is_an_error(tmp_path: Path) -> None:
    assert reason(tmp_path / "missing") == "No such file or directory"
    assert reason(tmp_path) is not None
    assert reason("a\0b") == "not a path"


@posix
def test_a_pipe_or_a_device_is_told_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    os.symlink("/dev/zero", tmp_path / "zero")
    assert reason(tmp_path / "pipe") == reason(tmp_path / "zero") == "not a regular file"
    assert reason("/dev/tty" if os.path.exists("/dev/tty") else "/dev/null") is not None


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's /proc")
def test_a_file_whose_size_is_not_told_is_read_up_to_the_bound() -> None:
    assert os.stat("/proc/self/status").st_size == 0
    assert b"Pid:" in read_regular("/proc/self/status", 1 << 20)
    assert reason("/proc/self/status") == "larger than 0 megabytes"
