"""What a run has fixed can be taken back, and nothing else is lost by that."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.command import Ran, taskleash
from support.git import git_environment

DROPPED = """import asyncio


async def work():
    await asyncio.sleep(1)


async def go():
    asyncio.create_task(work())
"""


@pytest.fixture
def app(tmp_path: Path) -> Path:
    path = tmp_path / "project" / "app.py"
    path.parent.mkdir()
    path.write_text(DROPPED, encoding="utf-8")
    return path


def fix(app: Path, *options: str) -> Ran:
    return taskleash("check", "--fix", *options, "--cache-dir", "../cache", ".", cwd=app.parent)


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, env=git_environment(), check=True)


def undo(ran: Ran) -> str:
    (line,) = [line for line in ran.out.splitlines() if line.startswith("Undo:")]
    return line.removeprefix("Undo:").strip()


def apply(app: Path, command: str) -> None:
    assert shutil.which("patch")
    subprocess.run(command, shell=True, cwd=app.parent, check=True, capture_output=True)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("text", [DROPPED, "# coding: latin-1\n# é\n" + DROPPED, DROPPED[:-1]])
def test_a_patch_gives_the_bytes_back_where_there_is_no_git(app: Path, text: str, end: str) -> None:
    before = text.replace("\n", end).encode("latin-1")
    app.write_bytes(before)
    command = undo(fix(app))
    assert app.read_bytes() != before
    apply(app, command if end == "\n" else command.replace("patch ", "patch --binary "))
    assert app.read_bytes() == before


@pytest.mark.skipif(sys.platform == "win32", reason="has no such names")
@pytest.mark.parametrize(
    "name",
    [
        "with blank.py",
        " leading.py",
        "trailing .py",
        "-p1.py",
        'quo"te.py',
        "back\\slash.py",
        "two\n+++ ../lines.py",
        "$(touch x).py",
        "é.py",
        "任务 é.py",
        "b\t2020-01-01.py",
    ],
)
def test_a_patch_finds_the_file_whatever_its_name(app: Path, name: str) -> None:
    path = app.parent / name
    path.parent.mkdir(exist_ok=True)
    app.rename(path)
    apply(app, undo(fix(app)))
    assert path.read_text(encoding="utf-8") == DROPPED
    assert [p for p in app.parent.parent.rglob("*") if p.suffix == ".orig"] == []
    assert [p.name for p in app.parent.rglob("*.py")] == [path.name]


@pytest.mark.skipif(sys.platform == "win32", reason="has no such modes")
def test_what_was_written_is_taken_back_where_another_file_could_not_be(app: Path) -> None:
    other = app.parent / "other.py"
    other.write_text(DROPPED, encoding="utf-8")
    other.chmod(0o444)
    ran = fix(app)
    assert "other.py: left as it is" in ran.err
    apply(app, undo(ran))
    assert app.read_text(encoding="utf-8") == DROPPED


def test_changes_that_are_not_committed_stay(app: Path) -> None:
    git(app.parent, "init", "-q")
    git(app.parent, "add", "app.py")
    git(app.parent, "commit", "-q", "-m", "first")
    app.write_text(DROPPED + "\n\n# mine\n", encoding="utf-8")
    command = undo(fix(app))
    assert command.startswith("patch -p0 -i ")
    apply(app, command)
    assert app.read_text(encoding="utf-8") == DROPPED + "\n\n# mine\n"


def test_git_gives_back_what_it_has(app: Path) -> None:
    git(app.parent, "init", "-q")
    git(app.parent, "add", "app.py")
    git(app.parent, "commit", "-q", "-m", "first")
    command = undo(fix(app))
    assert command == "git restore -- app.py"
    git(app.parent, "restore", "--", "app.py")
    assert app.read_text(encoding="utf-8") == DROPPED


def test_nothing_is_said_of_what_comes_from_standard_input(app: Path) -> None:
    git(app.parent, "init", "-q")
    options = ("--fix", "--stdin-filename", "app.py", "-")
    ran = taskleash("check", *options, cwd=app.parent, text=DROPPED)
    assert "git" not in ran.err
    assert "Undo" not in ran.err


def test_the_patches_outlive_the_cache(app: Path) -> None:
    command = undo(fix(app))
    taskleash("clean", "--cache-dir", "../cache", cwd=app.parent)
    apply(app, command)
    assert app.read_text(encoding="utf-8") == DROPPED
    assert fix(app).status == 0


def test_without_a_cache_nothing_is_kept(app: Path) -> None:
    ran = fix(app, "--no-cache")
    assert undo(ran) == "nothing keeps the files as they were: there is no cache of yours alone"


def test_it_is_said_that_nothing_keeps_the_files(app: Path) -> None:
    patches = app.parent.parent / "cache" / "undo"
    patches.mkdir(parents=True)
    # Anybody may put another patch in place of ours.
    patches.chmod(0o777)
    ran = fix(app)
    assert undo(ran).startswith("nothing keeps the files as they were")


def test_without_a_cache_git_gives_back_what_it_has(app: Path) -> None:
    git(app.parent, "init", "-q")
    git(app.parent, "add", "app.py")
    git(app.parent, "commit", "-q", "-m", "first")
    ran = fix(app, "--no-cache")
    assert undo(ran) == "git restore -- app.py"
