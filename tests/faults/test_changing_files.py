"""Files that others change, remove or mend while a run that fixes is at work."""

from __future__ import annotations

import builtins
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from support.command import environment, taskleash
from support.faults import hooked
from support.leaking import after, leaking, read_tree, write_tree
from support.sweeps import swept

FIX = ("check", "--fix", "--isolated", "--no-cache", "-j1")
UNUSED = b"x = 1  # noqa: TL001\ny = 2\n"
USERS = b"# a new first line\nx = 1  # noqa: TL001\nkeep = 'this'\n"


def rewrite(path: Path) -> None:
    path.write_bytes(b"# mine\n" + path.read_bytes())


def replace_by_folder(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.mkdir(exist_ok=True)


CHANGES: dict[str, Callable[[Path], None]] = {
    "changed": rewrite,
    "removed": lambda path: path.unlink(missing_ok=True),
    "a folder": replace_by_folder,
    "read-only": lambda path: path.chmod(0o444),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_file_that_changes_as_it_is_to_be_replaced(
    tmp_path: Path, change: Callable[[Path], None]
) -> None:
    if sys.platform == "win32" and change is CHANGES["read-only"]:
        pytest.skip("Windows replaces no read-only file")
    files = leaking(2)
    whole = after(tmp_path, files, *FIX)
    write_tree(tmp_path, files)
    with hooked((os, "fsync"), 1, tmp_path, lambda: change(tmp_path / "file0.py")) as hook:
        ran = taskleash(*FIX, cwd=tmp_path)
    assert hook.reached
    assert (tmp_path / "file1.py").read_bytes() == whole["file1.py"]
    assert not [name for name in os.listdir(tmp_path) if name.endswith(".tmp")]
    if change is CHANGES["read-only"]:
        # It still has the bytes that were read, and was writable when that was looked at.
        assert (ran.status, (tmp_path / "file0.py").read_bytes()) == (0, whole["file0.py"])
        return
    assert ran.status == 2
    assert ran.err.startswith("taskleash: file0.py: left as it is: ")
    if change is rewrite:
        assert (tmp_path / "file0.py").read_bytes() == b"# mine\n" + files["file0.py"]
        assert (
            ran.err == "taskleash: file0.py: left as it is: changed since it was read, run again\n"
        )


@pytest.mark.parametrize("number", range(1, 12))
@pytest.mark.parametrize("new", [USERS, None], ids=["changed", "removed"])
def test_a_file_that_nobody_had_to_parse_changes_at_any_time(
    tmp_path: Path, number: int, new: bytes | None
) -> None:
    """Its comments are taken out, and only the bytes of files that were parsed are kept."""
    options = (*FIX, "--select", "TL100")
    mended = after(tmp_path, {"idle.py": USERS}, *options)["idle.py"]
    assert mended != USERS
    path = tmp_path / "idle.py"
    write_tree(tmp_path, {"idle.py": UNUSED})

    def change() -> None:
        if new is None:
            path.unlink()
        else:
            path.write_bytes(new)

    real = builtins.open
    with hooked((builtins, "open"), number, path, lambda: _with_open(real, change)):
        ran = taskleash(*options, cwd=tmp_path)
    left = read_tree(tmp_path).get("idle.py")
    if left not in (UNUSED, mended, after(tmp_path, {"idle.py": UNUSED}, *options)["idle.py"]):
        assert left == new
        assert ran.status in (0, 1, 2)
    assert "error" not in ran.err
    assert "Traceback" not in ran.err


def _with_open(real: Callable[..., object], change: Callable[[], None]) -> None:
    """Do it with the true `open`: the change itself is not to be counted."""
    replaced, builtins.open = builtins.open, real  # type: ignore[assignment]
    try:
        change()
    finally:
        builtins.open = replaced


@pytest.mark.parametrize("attempt", swept(range(3)))
def test_two_runs_that_fix_the_same_files(tmp_path: Path, attempt: int) -> None:
    files = leaking(10)
    whole = after(tmp_path, files, *FIX)
    write_tree(tmp_path, files)
    command = [sys.executable, "-m", "taskleash", *FIX]
    runs = [
        subprocess.Popen(
            command, cwd=tmp_path, env=environment(), encoding="utf-8",
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for _ in range(2)
    ]  # fmt: skip
    ends = [(*run.communicate(timeout=300), run.returncode) for run in runs]
    assert read_tree(tmp_path) == whole
    for _, err, status in ends:
        assert status in (0, 2), err
        assert (status == 2) == bool(err)
        assert all(line.startswith("taskleash: file") for line in err.splitlines())


@pytest.mark.skipif(sys.platform == "win32", reason="has no such signal")
@pytest.mark.parametrize("call", [("os", "fsync"), ("os", "replace"), ("shutil", "copystat")])
@pytest.mark.parametrize("number", [1, 2])
def test_a_run_that_is_killed_leaves_whole_files(
    tmp_path: Path, call: tuple[str, str], number: int
) -> None:
    files = leaking(2)
    whole = after(tmp_path, files, *FIX)
    write_tree(tmp_path, files)
    script = (
        f"import os, signal, sys, {call[0]} as module\n"
        f"real, calls = module.{call[1]}, []\n"
        "def called(*given, **more):\n"
        "    calls.append(given)\n"
        f"    if len(calls) == {number}:\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return real(*given, **more)\n"
        f"module.{call[1]} = called\n"
        "from taskleash.__main__ import main\n"
        "main()\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, *FIX], cwd=tmp_path, env=environment(), check=False
    )
    assert ran.returncode == -9
    left = read_tree(tmp_path)
    assert all(left[name] in (files[name], whole[name]) for name in files)
    assert taskleash(*FIX, cwd=tmp_path).status == 0
    assert {name: data for name, data in read_tree(tmp_path).items() if name in files} == whole


@pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0 or shutil.which("mount") is None,
    reason="only root can mount a small disk",
)
@pytest.mark.parametrize("free", [0, 4096, 8192])
def test_a_disk_that_fills_up(tmp_path: Path, free: int) -> None:
    files = leaking(6)
    plain = tmp_path / "plain"
    plain.mkdir()
    whole = after(plain, files, *FIX)
    disk = tmp_path / "disk"
    disk.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", "size=128k", "none", str(disk)]
    if subprocess.run(mounting, capture_output=True, check=False).returncode:
        pytest.skip("this machine lets not even root mount a disk")
    try:
        write_tree(disk, files)
        _fill(disk / "filler", free)
        outputs = ("--fix-report", "report.md", "--cache-dir", "cache", "--output-file", "out.txt")
        ran = taskleash("check", "--fix", "--isolated", "-j1", *outputs, cwd=disk)
        left = {name: (disk / name).read_bytes() for name in files}
        assert all(left[name] in (files[name], whole[name]) for name in files)
        assert all(name in ran.err for name in files if left[name] == files[name])
        assert ran.status == 2
        assert "no space left on device" in ran.err
        assert not [name for name in os.listdir(disk) if name.endswith(".tmp")]
        assert not {"report.md", "out.txt"} & set(os.listdir(disk))
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def _fill(path: Path, free: int) -> None:
    """Fill the disk but for so many bytes."""
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(1024))
        except OSError:
            file.truncate(max(0, file.tell() - free))
