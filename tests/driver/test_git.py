"""A git that hangs, is broken or refuses is one line, whatever it is asked for."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from support.command import taskleash
from support.git import Repository
from taskleash.driver import git

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="puts a script in git's place")

DROPPED = "import asyncio\nasyncio.create_task(work())\n"
FOREIGN = "fatal: detected dubious ownership in repository at '/x'"
OF_OTHERS = (
    "a repository that belongs to somebody else: allow it with"
    " `git config --global --add safe.directory FOLDER`"
)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "checkout")
    made.commit({"a.py": DROPPED})
    return made


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("#!/bin/sh\nexec /bin/sleep 600\n", "git has not answered for 1 seconds"),
        ("#!/nowhere/sh\n", "git cannot be started: no such file or directory"),
        (
            f'#!/bin/sh\necho "{FOREIGN}" >&2\nexit 128\n',
            f"git does not read {OF_OTHERS}",
        ),
        ("#!/bin/sh\nexit 1\n", "the current folder is in no git work tree"),
    ],
)
def test_it_is_told(
    repository: Repository,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    script: str,
    said: str,
) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "git").write_text(script, encoding="utf-8")
    (tmp_path / "bin" / "git").chmod(0o755)
    monkeypatch.setattr(git, "_SECONDS", 1.0)
    options = ("check", "--no-cache", "--diff-base", "HEAD")
    ran = taskleash(*options, cwd=repository.folder, PATH=str(tmp_path / "bin"))
    assert (ran.status, ran.out) == (2, "")
    assert ran.err == f"taskleash: --diff-base: {said}\n"


def test_a_fix_needs_none(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = taskleash("check", "--fix", cwd=repository.folder, PATH=str(tmp_path))
    assert ran.status == 0
    assert "Undo:    patch" in ran.out
