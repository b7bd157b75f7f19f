"""Files that the command line names may be damaged, or come from strangers: a trace, a report."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from support.command import taskleash
from taskleash.trace.file import document
from taskleash.trace.model import (
    Alarm,
    Caller,
    Counts,
    Location,
    Trace,
    TracedLoop,
    TracedProcess,
    TracedSite,
    Wait,
)

LEAKY = "import asyncio\n\n\nasync def f():\n    asyncio.create_task(work())\n"
SECRET = "hunter2"
_PLACE = Location("a.py", 5, 5, "f")
_COUNTS = Counts(started=2, collected=1)
_SITE = TracedSite(
    _PLACE, ("work",), "spawn", False, _COUNTS, (Caller(_PLACE, _COUNTS),),
    (Wait("timer", "sleep", "a.py", 5, 0.5),),
)  # fmt: skip
TRACE = Trace(
    ("python", "a.py"), 0, 1.5, 30, (TracedProcess(1, ("python",), "3.11", True),),
    (TracedLoop(1, "asyncio", True, ((0.5, 1, 1),)),), (_SITE,), ((0.5, 1),),
    (Alarm(0.5, 40, (("a.py:5", 40),)),), ("a note",),
)  # fmt: skip


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "checkout"
    folder.mkdir()
    (folder / "a.py").write_text(LEAKY)
    return folder


def spoiled(value: Any) -> Iterator[Any]:
    """The value with one part of it of another type, for each part."""
    for other in (SECRET, [], {"x": SECRET}, float("inf"), None):
        if type(other) is not type(value):
            yield other
    if not isinstance(value, dict | list):
        return
    for key, part in value.items() if isinstance(value, dict) else enumerate(value):
        for changed in spoiled(part):
            whole = deepcopy(value)
            whole[key] = changed
            yield whole


def test_a_trace_with_one_part_of_another_kind(project: Path) -> None:
    whole = json.loads(json.dumps(document(TRACE)))
    spoils = list(spoiled(whole))
    assert len(spoils) > 200
    # The summary is for people and not read; where a text belongs, any text is right.
    for spoil in spoils:
        (project / "t.json").write_text(json.dumps(spoil))
        ran = taskleash("scan", "--no-cache", "--trace", "t.json", "a.py", cwd=project)
        assert ran.status in (0, 2), spoil
        assert "internal error" not in ran.err, spoil
        if ran.status == 2:
            assert ran.err.startswith("taskleash: --trace: t.json: ")
            assert SECRET not in ran.err


@pytest.mark.skipif(sys.platform == "win32", reason="has no named pipes in folders")
@pytest.mark.parametrize("option", ["--trace", "--compare"])
def test_a_pipe_that_nobody_writes_to(project: Path, option: str) -> None:
    os.mkfifo(project / "pipe")
    ran = taskleash("scan", "--no-cache", option, "pipe", cwd=project)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith(f"taskleash: {option}: pipe: ")


@pytest.mark.parametrize("form", ["table", "full", "markdown", "html", "json", "concise"])
def test_an_earlier_report_says_no_command(project: Path, form: str) -> None:
    past = {
        "path": "::error::x\x1b[31m", "line": 3, "rule": "TL001", "risk": "high",
        "task": "\ud800`|<b>\n##[error]y", "fingerprint": "0" * 16,
    }  # fmt: skip
    (project / "old.json").write_text(json.dumps({"sites": [past]}))
    arguments = ("--no-cache", "--compare", "old.json", "--format", form)
    ran = taskleash("scan", *arguments, cwd=project)
    assert ran.status == 0
    assert "\x1b" not in ran.out
    assert not [line for line in ran.out.splitlines() if line.startswith(("::", "##["))]


@pytest.mark.parametrize(
    "damage",
    [
        {"line": True}, {"line": "3"}, {"line": 1.5}, {"path": None}, {"risk": ["high"]},
        {"task": {}}, {"rule": 1}, {"fingerprint": 0},
    ],
)  # fmt: skip
def test_an_earlier_report_with_one_part_of_another_kind(
    project: Path, damage: dict[str, Any]
) -> None:
    past = {"path": "a.py", "line": 3, "rule": "TL001", "risk": "high", "task": "work",
            "fingerprint": "0" * 16}  # fmt: skip
    (project / "old.json").write_text(json.dumps({"sites": [{**past, **damage}]}))
    ran = taskleash("scan", "--no-cache", "--compare", "old.json", cwd=project)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("taskleash: --compare: old.json: no report: ")


class TestTheRevision:
    """The page names the commit that is checked out: what looks like one elsewhere is none."""

    COMMIT = "0123456789" * 4

    def revision(self, project: Path) -> str:
        ran = taskleash("scan", "--no-cache", "--format", "html", cwd=project)
        assert ran.status == 0
        return self.COMMIT[:10] if self.COMMIT[:10] in ran.out else ""

    def test_it_is_shown(self, project: Path) -> None:
        (project / ".git" / "refs" / "heads").mkdir(parents=True)
        (project / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
        (project / ".git" / "refs" / "heads" / "main").write_text(f"{self.COMMIT}\n")
        assert self.revision(project)

    def test_of_a_work_tree(self, project: Path, tmp_path: Path) -> None:
        git = tmp_path / "whole" / ".git"
        (git / "worktrees" / "checkout").mkdir(parents=True)
        (git / "worktrees" / "checkout" / "commondir").write_text("../..\n")
        (git / "worktrees" / "checkout" / "HEAD").write_text("ref: refs/heads/main\n")
        (git / "packed-refs").write_text(f"# pack-refs\n{self.COMMIT} refs/heads/main\n")
        (project / ".git").write_text(f"gitdir: {git}/worktrees/checkout\n")
        assert self.revision(project)

    @pytest.mark.skipif(sys.platform == "win32", reason="needs a privilege for links")
    def test_no_link_of_gits_folder_is_followed_out_of_it(
        self, project: Path, tmp_path: Path
    ) -> None:
        (tmp_path / "token").write_text(self.COMMIT)
        (project / ".git").mkdir()
        (project / ".git" / "HEAD").symlink_to(tmp_path / "token")
        assert not self.revision(project)

    @pytest.mark.parametrize("name", ["token", "refs/../token", "refs/x/../../token"])
    def test_no_shared_folder_that_is_none(self, project: Path, tmp_path: Path, name: str) -> None:
        (tmp_path / "token").write_text(self.COMMIT)
        (tmp_path / "refs" / "x").mkdir(parents=True)
        (project / "meta").mkdir()
        (project / "meta" / "commondir").write_text(f"{tmp_path}\n")
        (project / "meta" / "HEAD").write_text(f"ref: {name}\n")
        (project / ".git").write_text("gitdir: meta\n")
        assert not self.revision(project)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a privilege for links")
class TestPatchesThatUndo:
    def test_none_is_kept_in_a_folder_that_is_a_link(self, project: Path) -> None:
        (project / ".git").mkdir()
        data = project / "data"
        data.mkdir()
        for number in range(60):
            (data / f"{number}.txt").write_text("")
        (project / "cache").mkdir()
        (project / "cache" / "undo").symlink_to(data)
        ran = taskleash("check", "--fix", "--cache-dir", "cache", "a.py", cwd=project)
        assert (ran.status, "patch" in ran.out) == (0, False)
        assert len(list(data.iterdir())) == 60

    @pytest.mark.skipif(sys.platform == "win32", reason="has no such modes")
    @pytest.mark.parametrize(("mode", "below", "is_kept"), [
        (0o755, 0o755, True), (0o775, 0o700, True), (0o777, 0o700, False), (0o700, 0o720, False),
        (0o700, 0o702, False),
    ])  # fmt: skip
    def test_none_is_kept_where_others_could_put_theirs(
        self, project: Path, mode: int, below: int, is_kept: bool
    ) -> None:
        (project / "cache" / "undo").mkdir(parents=True)
        (project / "cache" / "undo").chmod(below)
        (project / "cache").chmod(mode)
        ran = taskleash("check", "--fix", "--cache-dir", "cache", "a.py", cwd=project)
        assert (ran.status, "nothing keeps the files" in ran.out) == (0, not is_kept)
        assert len(list((project / "cache" / "undo").iterdir())) == is_kept

    @pytest.mark.skipif(sys.platform == "win32", reason="has no users by number")
    def test_none_is_kept_in_a_folder_of_another_user(self, project: Path) -> None:
        below = project / "cache" / "undo"
        below.mkdir(parents=True)
        try:
            os.chown(below, 54321, -1)
        except PermissionError:
            pytest.skip("only root can give a folder away")
        ran = taskleash("check", "--fix", "--cache-dir", "cache", "a.py", cwd=project)
        assert (ran.status, list(below.iterdir())) == (0, [])

    def test_a_folder_that_is_called_as_an_old_one_keeps_none_from_being_kept(
        self, project: Path
    ) -> None:
        below = project / "cache" / "undo"
        (below / "2019-01-01T00-00-00-7.patch" / "x").mkdir(parents=True)
        for number in range(60):
            (below / f"2020-01-01T00-00-{number:02}-7.patch").write_text("")
        ran = taskleash("check", "--fix", "--cache-dir", "cache", "a.py", cwd=project)
        assert (ran.status, "Undo:" in ran.out) == (0, True)

    def test_only_patches_are_removed(self, project: Path) -> None:
        below = project / "cache" / "undo"
        below.mkdir(parents=True)
        for number in range(60):
            (below / f"{number}.txt").write_text("")
            (below / f"2020-01-01T00-00-{number:02}-7.patch").write_text("")
        assert taskleash("check", "--fix", "--cache-dir", "cache", "a.py", cwd=project).status == 0
        names = [path.name for path in below.iterdir()]
        assert sum(name.endswith(".txt") for name in names) == 60
        assert sum(name.endswith(".patch") for name in names) == 50
