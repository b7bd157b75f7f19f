"""``check --add-noqa``: a comment for every finding, and nothing else changed."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from support.command import taskleash

DROPPED = b"import asyncio\n\n\nasync def go(x):\n    asyncio.create_task(x())\n"
SILENCED = DROPPED.replace(b"(x())", b"(x())  # noqa: TL001")
posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX")


def added(folder: Path, *options: str) -> tuple[str, str]:
    """What is printed, on standard output and on standard error."""
    ran = taskleash("check", "--add-noqa", *options, cwd=folder)
    assert ran.status == 0
    return ran.out, ran.err


def test_all_findings_are_silenced_once(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(DROPPED)
    (tmp_path / "b.py").write_bytes(DROPPED)
    (tmp_path / "clean.py").write_bytes(b"import asyncio\n")
    assert added(tmp_path) == ("Added 2 noqa comments.\n", "")
    assert (tmp_path / "a.py").read_bytes() == SILENCED
    assert taskleash("check", "--extend-select", "TL100", cwd=tmp_path).status == 0
    assert added(tmp_path) == ("Added 0 noqa comments.\n", "")
    assert (tmp_path / "b.py").read_bytes() == SILENCED


def test_low_risks_are_findings_too_and_unselected_rules_are_none(tmp_path: Path) -> None:
    low = b"    asyncio.run_coroutine_threadsafe(x(), loop)\n"
    (tmp_path / "a.py").write_bytes(DROPPED + low)
    assert added(tmp_path, "--ignore", "TL001", "--quiet") == ("", "")
    expected = DROPPED + low.replace(b"\n", b"  # noqa: TL004\n")
    assert (tmp_path / "a.py").read_bytes() == expected


def test_two_findings_in_a_line_share_a_list(tmp_path: Path) -> None:
    line = b"    asyncio.create_task(x()); asyncio.gather(x())"
    (tmp_path / "a.py").write_bytes(b"import asyncio\n\n\nasync def go(x):\n" + line)
    assert added(tmp_path) == ("Added 2 noqa comments.\n", "")
    assert (tmp_path / "a.py").read_bytes().endswith(line + b"  # noqa: TL001, TL005")


@pytest.mark.parametrize(
    "data",
    [
        DROPPED.replace(b"\n", b"\r\n"),
        b"\xef\xbb\xbf" + DROPPED,
        b"# coding: latin-1\n# caf\xe9\n" + DROPPED,
        DROPPED.rstrip(b"\n"),
        DROPPED + b"\x0c\nx = '\xe2\x80\xa8'\n",
    ],
    ids=["crlf", "mark", "latin-1", "no-newline", "separators"],
)
def test_bytes_around_the_comment_stay(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.py").write_bytes(data)
    assert added(tmp_path) == ("Added 1 noqa comment.\n", "")
    expected = data.replace(b"(x())", b"(x())  # noqa: TL001")
    assert (tmp_path / "a.py").read_bytes() == expected


@posix
def test_mode_and_links_stay(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    real = tmp_path / "sub" / "real.txt"
    real.write_bytes(DROPPED)
    real.chmod(0o754)
    (tmp_path / "a.py").symlink_to(real)
    assert added(tmp_path) == ("Added 1 noqa comment.\n", "")
    assert (tmp_path / "a.py").is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o754
    assert real.read_bytes() == SILENCED
    assert sorted(os.listdir(tmp_path / "sub")) == ["real.txt"]


@posix
def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_bytes(DROPPED)
    (tmp_path / "a.py").chmod(0o444)
    ran = taskleash("check", "--add-noqa", cwd=tmp_path)
    assert (ran.status, ran.out) == (2, "Added 1 noqa comment.\n")
    assert ran.err == "taskleash: a.py: left as it is: read-only, make it writable\n"
    assert (tmp_path / "a.py").read_bytes() == DROPPED


def test_a_file_that_cannot_be_analysed_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_bytes(b"create_task(\n")
    out, err = added(tmp_path)
    assert out == "Added 0 noqa comments.\n"
    assert err.startswith("taskleash: bad.py: left as it is: syntax error")
    assert err.count("\n") == 1


def test_what_a_baseline_knows_needs_no_comment(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(DROPPED)
    taskleash("check", "--write-baseline", "known.txt", cwd=tmp_path)
    assert added(tmp_path, "--baseline", "known.txt") == ("Added 0 noqa comments.\n", "")


def test_standard_input_is_no_file(tmp_path: Path) -> None:
    ran = taskleash("check", "--add-noqa", "-", cwd=tmp_path, text=DROPPED.decode())
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("taskleash: --add-noqa needs files: ")
    assert ran.err.count("\n") == 1


def test_a_configuration_that_fixes_does_not_stand_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(DROPPED)
    (tmp_path / "taskleash.toml").write_text("fix = true\n", encoding="utf-8")
    ran = taskleash("check", "--add-noqa", "--fix", cwd=tmp_path)
    assert (ran.status, ran.err.count("\n")) == (2, 1)
    assert added(tmp_path) == ("Added 1 noqa comment.\n", "")
    assert (tmp_path / "a.py").read_bytes() == SILENCED
