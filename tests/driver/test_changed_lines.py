"""`--diff-base`: only what lies in lines changed since a git revision."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from support.command import Ran, taskleash
from support.git import Repository

DROPPED = "asyncio.create_task(work())\n"
HEAD = "import asyncio\n"
OLD = HEAD + DROPPED


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "project")
    made.commit({"old.py": OLD, "other.py": OLD})
    return made


def check(repository: Repository, base: str = "HEAD", *arguments: str, folder: str = ".") -> Ran:
    options = ("--format", "concise", "--quiet", "--diff-base", base)
    return taskleash("check", *options, *arguments, cwd=repository.folder / folder)


def places(ran: Ran) -> list[str]:
    assert ran.err == ""
    return re.findall(r"^(.+:\d+):\d+: TL", ran.out, re.MULTILINE)


class TestNothing:
    def test_is_reported_of_an_unchanged_tree(self, repository: Repository) -> None:
        ran = check(repository)
        assert (ran.status, ran.out, ran.err) == (0, "", "")

    def test_is_reported_of_lines_that_only_moved(self, repository: Repository) -> None:
        repository.write({"old.py": "import os\n" * 5 + OLD})
        assert places(check(repository)) == []

    def test_is_reported_of_a_line_after_a_removed_one(self, repository: Repository) -> None:
        repository.commit({"old.py": HEAD + "x = 1\n" + DROPPED})
        repository.write({"old.py": OLD})
        assert places(check(repository)) == []

    def test_is_reported_of_a_renamed_file(self, repository: Repository) -> None:
        repository.commit({"long.py": HEAD + "x = 1\n" * 9 + DROPPED})
        repository.git("mv", "long.py", "new name.py")
        assert places(check(repository)) == []

    def test_is_reported_of_what_others_did_since(self, repository: Repository) -> None:
        repository.git("checkout", "--quiet", "-b", "topic")
        repository.commit({"topic.py": OLD})
        repository.git("checkout", "--quiet", "main")
        repository.commit({"old.py": OLD.replace("work", "play")})
        repository.git("checkout", "--quiet", "topic")
        assert places(check(repository, "main")) == ["topic.py:2"]


class TestChanges:
    def test_committed_staged_and_neither(self, repository: Repository) -> None:
        base = repository.git("rev-parse", "HEAD").strip()
        repository.commit({"old.py": OLD + DROPPED})
        repository.write({"staged.py": OLD})
        repository.git("add", "staged.py")
        repository.write({"other.py": DROPPED + OLD})
        assert places(check(repository, base)) == ["old.py:3", "other.py:1", "staged.py:2"]

    def test_of_any_line_of_a_call(self, repository: Repository) -> None:
        spread = "asyncio.create_task(\n    work(\n        {}\n    )\n)\n"
        repository.commit({"spread.py": HEAD + spread.format(1)})
        repository.write({"spread.py": HEAD + spread.format(2)})
        assert places(check(repository)) == ["spread.py:2"]

    def test_in_a_file_that_git_does_not_know(self, repository: Repository) -> None:
        repository.write({"new.py": OLD, ".gitignore": "ignored.py", "ignored.py": OLD})
        assert places(check(repository)) == ["new.py:2"]
        assert places(check(repository, "HEAD", "ignored.py")) == ["ignored.py:2"]

    @pytest.mark.parametrize("name", ["a b.py", 'quo"te\\.py', "消息.py", "tab\t.py", "b/+++ x.py"])
    def test_in_files_of_any_name(self, repository: Repository, name: str) -> None:
        repository.commit({name: OLD})
        repository.write({name: OLD + DROPPED})
        assert check(repository).out.count("TL001") == 1

    def test_that_look_like_headers(self, repository: Repository) -> None:
        text = '"""\n{}\n"""\n' + OLD
        repository.commit({"old.py": text.format("-- a/x.py\n++ b/x.py\n@@ -1 +1,9 @@")})
        repository.write({"old.py": text.format("++ b/other.py\n@@ -1 +1,99 @@") + DROPPED})
        assert places(check(repository)) == ["old.py:7"]

    def test_at_an_end_without_newline_and_with_windows_lines(self, repository: Repository) -> None:
        text = OLD.replace("\n", "\r\n")
        repository.commit({"old.py": text, "other.py": OLD.rstrip()})
        repository.write({"old.py": text + "asyncio.create_task(work())", "other.py": OLD})
        assert places(check(repository)) == ["old.py:3", "other.py:2"]

    def test_seen_from_a_folder_below(self, repository: Repository) -> None:
        repository.commit({"lib/deep.py": OLD})
        repository.write({"lib/deep.py": OLD + DROPPED})
        assert places(check(repository, folder="lib")) == ["deep.py:3"]

    def test_whatever_the_user_has_configured(self, repository: Repository) -> None:
        for key, value in (
            ("diff.noprefix", "true"), ("diff.mnemonicPrefix", "true"), ("color.ui", "always"),
            ("diff.external", "false"), ("diff.relative", "true"), ("core.quotePath", "false"),
            ("diff.interHunkContext", "50"),
        ):  # fmt: skip
            repository.git("config", key, value)
        repository.commit({".gitattributes": "*.py binary\n"})
        repository.write({"old.py": DROPPED + OLD + DROPPED})
        assert places(check(repository)) == ["old.py:1", "old.py:4"]

    def test_a_broken_file_is_reported_where_it_changed(self, repository: Repository) -> None:
        repository.commit({"bad.py": "create_task(\n"})
        assert places(check(repository)) == []
        repository.write({"bad.py": "create_task(\n# more\n"})
        assert places(check(repository)) == ["bad.py:1"]

    def test_an_unused_comment_is_reported_where_it_changed(self, repository: Repository) -> None:
        unused = "x = 1  # taskleash: ignore[TL001]\n"
        repository.commit({"old.py": OLD + unused})
        repository.write({"old.py": OLD + unused + "y = 2\n" + unused})
        assert places(check(repository, "HEAD", "--extend-select", "TL100")) == ["old.py:5"]

    def test_are_judged_with_what_did_not_change(self, repository: Repository) -> None:
        base = "class Base:\n    async def close(self):\n        self._beat.cancel()\n"
        owner = (
            "import asyncio\nfrom base import Base\n\n\nclass Owner(Base):\n"
            "    def start(self):\n        self._beat = asyncio.create_task(self._run())\n\n"
            "    async def _run(self):\n        while True:\n            await asyncio.sleep(1)\n"
        )
        repository.commit({"base.py": base})
        repository.write({"owner.py": owner})
        assert places(check(repository)) == []
        repository.write({"owner.py": owner.replace("_beat", "_pulse")})
        assert places(check(repository)) == ["owner.py:7"]

    def test_and_a_baseline_together(self, repository: Repository) -> None:
        taskleash("check", "--write-baseline", "base.txt", cwd=repository.folder)
        repository.write({"old.py": OLD.replace("import", "import  ")})
        assert places(check(repository, "HEAD", "--baseline", "base.txt")) == []


class TestProblems:
    def test_an_unknown_revision(self, repository: Repository) -> None:
        ran = check(repository, "origin/main")
        assert (ran.status, ran.out) == (2, "")
        assert ran.err == (
            "taskleash: --diff-base: origin/main: no such git revision: fetch it, or name another\n"
        )
        assert check(repository, "--output=x").status == 2

    def test_no_history_in_common(self, repository: Repository) -> None:
        repository.git("checkout", "--quiet", "--orphan", "alone")
        repository.commit(message="alone")
        ran = check(repository, "main")
        assert (ran.status, ran.err) == (2, (
            "taskleash: --diff-base: main: no commit in common with HEAD: fetch more of the "
            "history, as with `git fetch --unshallow`\n"
        ))  # fmt: skip

    def test_no_repository(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
        ran = taskleash("check", "--diff-base", "main", cwd=tmp_path)
        assert (ran.status, ran.err) == (2, (
            "taskleash: --diff-base: the current folder is in no git work tree\n"
        ))  # fmt: skip

    def test_no_git(self, repository: Repository) -> None:
        ran = taskleash("check", "--diff-base", "main", cwd=repository.folder, PATH="")
        assert (ran.status, ran.err) == (2, (
            "taskleash: --diff-base: git is not installed, or not on the PATH\n"
        ))  # fmt: skip
