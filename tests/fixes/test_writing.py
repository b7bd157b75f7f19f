"""A file is replaced as a whole or not at all, and keeps all that is not mended."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from support.command import python, taskleash, unmeasured
from taskleash.driver.fixing.fix import fixing
from taskleash.driver.settings import Settings
from taskleash.fixes.text.replace import NotReplaced, replace_file

needs_permissions = pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() == 0, reason="root can write everything"
)
TOO_LARGE = """
import resource, sys
from taskleash.fixes.text.replace import NotReplaced, replace_file
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
try:
    replace_file(sys.argv[1], b"old", b"x" * 1000)
except NotReplaced as error:
    print(error)
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "app.py"
    path.write_bytes(b"old")
    return path


def reason(path: Path, before: bytes = b"old") -> str:
    """Why a file is not replaced; it has been left as it is, and nothing lies beside it."""
    left, beside = path.read_bytes(), sorted(os.listdir(path.parent))
    with pytest.raises(NotReplaced) as error:
        replace_file(str(path), before, b"new")
    assert path.read_bytes() == left
    assert sorted(os.listdir(path.parent)) == beside
    prefix = f"{path}: left as it is: "
    assert str(error.value).startswith(prefix)
    return str(error.value).removeprefix(prefix)


def test_a_file_that_has_changed_since_is_left_alone(file: Path) -> None:
    assert reason(file, b"older") == "changed since it was read, run again"


def test_a_read_only_file_is_left_alone(file: Path) -> None:
    file.chmod(0o444)
    assert reason(file) == "read-only, make it writable"


@needs_permissions
def test_a_file_in_a_read_only_folder_is_left_alone(file: Path) -> None:
    file.parent.chmod(0o555)
    assert reason(file) == "cannot be written: permission denied"


def test_a_file_that_is_gone_is_named(tmp_path: Path) -> None:
    path = tmp_path / "gone.py"
    with pytest.raises(NotReplaced) as error:
        replace_file(str(path), b"", b"new")
    assert str(error.value) == (
        f"{path}: left as it is: cannot be written: no such file or directory"
    )
    assert os.listdir(tmp_path) == []


@pytest.mark.skipif(sys.platform != "linux", reason="sets a limit as only some systems have it")
def test_a_disk_without_room_loses_nothing(file: Path) -> None:
    ran = python("-c", TOO_LARGE, str(file), cwd=file.parent, env=unmeasured())
    message = f"{file}: left as it is: cannot be written: file too large\n"
    assert (ran.out, ran.err) == (message, "")
    assert file.read_bytes() == b"old"
    assert os.listdir(file.parent) == ["app.py"]


def test_the_bytes_are_the_new_ones_and_nothing_is_left_beside(file: Path) -> None:
    replace_file(str(file), b"old", b"new\r\n")
    assert file.read_bytes() == b"new\r\n"
    assert os.listdir(file.parent) == ["app.py"]


@pytest.mark.skipif(sys.platform == "win32", reason="has no modes")
@pytest.mark.parametrize("mode", [0o600, 0o644, 0o755, 0o4755])
def test_the_mode_is_kept(file: Path, mode: int) -> None:
    file.chmod(mode)
    replace_file(str(file), b"old", b"new")
    assert stat.S_IMODE(file.stat().st_mode) == mode


@pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() != 0, reason="only root can give files away"
)
def test_the_owner_is_kept(file: Path) -> None:
    os.chown(file, 12, 34)
    replace_file(str(file), b"old", b"new")
    assert (file.stat().st_uid, file.stat().st_gid) == (12, 34)


@pytest.mark.skipif(not hasattr(os, "setxattr"), reason="has no extended attributes")
def test_extended_attributes_are_kept(file: Path) -> None:
    try:
        os.setxattr(file, "user.note", b"kept")
    except OSError:
        pytest.skip("the file system has no extended attributes")
    replace_file(str(file), b"old", b"new")
    assert os.getxattr(file, "user.note") == b"kept"


def test_the_file_that_a_link_leads_to_is_replaced(file: Path) -> None:
    folder = file.parent / "links"
    folder.mkdir()
    link = folder / "link.py"
    link.symlink_to(Path("..") / "app.py")
    replace_file(str(link), b"old", b"new")
    assert link.is_symlink()
    assert file.read_bytes() == b"new"
    assert os.listdir(folder) == ["link.py"]


def test_a_rewritten_file_is_newer(file: Path) -> None:
    os.utime(file, (0, 0))
    replace_file(str(file), b"old", b"new")
    assert file.stat().st_mtime > 0


BEFORE = """import asyncio


async def work():
    await asyncio.sleep(1)


async def go():
    asyncio.create_task(work())
    print("started")
"""
AFTER = """import asyncio

_background_tasks = set()


async def work():
    await asyncio.sleep(1)


async def go():
    task = asyncio.create_task(work())
    _background_tasks.add(task)
    task.add_done_callback(_background_tasks.discard)
    print("started")
"""


def fixed(folder: Path, data: bytes) -> bytes:
    """The bytes of a file after it was fixed by the command."""
    path = folder / "app.py"
    path.write_bytes(data)
    ran = taskleash("check", "--fix", cwd=folder)
    assert (ran.status, ran.err) == (0, "")
    return path.read_bytes()


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
@pytest.mark.parametrize(
    ("first", "encoding"),
    [
        ("", "utf-8"),
        ("# ☃\n", "utf-8"),
        ("# ☃\n", "utf-8-sig"),
        ("# coding: utf-8\n", "utf-8-sig"),
        ("# coding: latin-1\n# é\n", "latin-1"),
        ("# vim: set fileencoding=shift_jis :\n# 猫\n", "shift_jis"),
    ],
)
def test_encoding_and_newlines_are_kept(
    tmp_path: Path, first: str, encoding: str, newline: str
) -> None:
    before, after = (
        (first + text).replace("\n", newline).encode(encoding) for text in (BEFORE, AFTER)
    )
    if newline == "\r" and "coding" in first:
        pytest.skip("Python itself reads no declaration there")
    assert fixed(tmp_path, before) == after


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('    print("started")\n', '    print("started")'),
        ('    print("started")\n', '    print("started")   \n\n\n'),
        ('    print("started")\n', '    print("started")\n\x0c\n'),
        ('    print("started")\n', '    print("started")\n\tprint(1)\n'.replace("\t", "    ")),
        ("    await asyncio.sleep(1)\n", "\tawait   asyncio.sleep( 1 )  # odd\n"),
        ("    await asyncio.sleep(1)\n", "    await asyncio.sleep(1)\r\n"),
        ("    await asyncio.sleep(1)\n", '    await asyncio.sleep(1); """a\r\nb\rc\x0c"""\n'),
    ],
    ids=["bare", "blank", "feed", "more", "tabs", "mixed", "string"],
)
def test_every_other_line_is_kept(tmp_path: Path, old: str, new: str) -> None:
    before, after = (text.replace(old, new).encode() for text in (BEFORE, AFTER))
    assert fixed(tmp_path, before) == after


def test_a_new_line_ends_as_its_neighbours_do(tmp_path: Path) -> None:
    head, _, tail = BEFORE.partition("async def go")
    before = head.encode() + f"async def go{tail}".replace("\n", "\r\n").encode()
    head, _, tail = AFTER.partition("async def go")
    after = head.encode() + f"async def go{tail}".replace("\n", "\r\n").encode()
    assert fixed(tmp_path, before) == after


def test_indentation_by_tabs_is_kept(tmp_path: Path) -> None:
    before, after = (text.replace("    ", "\t").encode() for text in (BEFORE, AFTER))
    assert fixed(tmp_path, before) == after


def test_a_file_that_is_saved_in_the_meantime_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("one.py", "two.py"):
        Path(name).write_text(BEFORE, encoding="utf-8")
    made = fixing(Settings())
    Path("one.py").write_text("saved = 1\n", encoding="utf-8")
    written, failures = made.write()
    assert failures == ["one.py: left as it is: changed since it was read, run again"]
    assert [file.path for file in written.files] == ["two.py"]
    assert Path("one.py").read_text("utf-8") == "saved = 1\n"
    assert Path("two.py").read_text("utf-8") == AFTER


def test_a_linked_file_is_written_where_it_is(tmp_path: Path) -> None:
    source = tmp_path / "elsewhere" / "app.py"
    source.parent.mkdir()
    source.write_text(BEFORE, encoding="utf-8")
    project = tmp_path / "project"
    project.mkdir()
    link = project / "linked.py"
    link.symlink_to(source)
    taskleash("check", "--fix", "linked.py", cwd=project)
    assert link.is_symlink()
    assert source.read_text("utf-8") == AFTER
