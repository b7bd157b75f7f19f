"""The baseline: known findings pass, new ones do not, and the file stays true to the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from support.command import Ran, taskleash
from support.git import Repository

HEAD = "import asyncio\n\n\n"
ONE = "async def {name}(store):\n    asyncio.create_task(store.save())\n\n\n"
TWO = f"{ONE.rstrip()}\n    asyncio.create_task(store.save())\n\n\n"
LOW = "async def low(loop):\n    asyncio.run_coroutine_threadsafe(work(), loop)\n"
SOUND = "async def sound(store):\n    await asyncio.create_task(store.save())\n"


def write(folder: Path, name: str, *functions: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEAD + "".join(functions), encoding="utf-8")


def one(name: str) -> str:
    return ONE.format(name=name)


def two(name: str) -> str:
    return TWO.format(name=name)


def check(folder: Path, *arguments: str) -> Ran:
    return taskleash("check", "--format", "concise", *arguments, cwd=folder)


def places(ran: Ran) -> list[str]:
    """What is reported: paths and lines."""
    return re.findall(r"^(\S+?:\d+):\d+: TL", ran.out, re.MULTILINE)


def lines(folder: Path, name: str = "base.txt") -> list[str]:
    """The entries of a baseline, without their fingerprints."""
    text = (folder / name).read_text(encoding="utf-8")
    return [line.rpartition(" ")[0] for line in text.splitlines() if not line.startswith("#")]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with two findings, which its baseline knows."""
    write(tmp_path, "src/a.py", one("first"), one("second"))
    assert check(tmp_path, "--write-baseline", "base.txt").status == 0
    return tmp_path


def known(folder: Path, *arguments: str) -> Ran:
    return check(folder, "--baseline", "base.txt", *arguments)


class TestWriting:
    def test_is_one_sorted_line_a_finding(self, tmp_path: Path) -> None:
        write(tmp_path, "b.py", two("main"), LOW, SOUND)
        write(tmp_path, "a b/ü%.py", one("main"))
        ran = check(tmp_path, "--write-baseline", "base.txt")
        assert (ran.status, ran.out) == (0, "All checks passed!\n")
        assert ran.err == "taskleash: base.txt: 4 findings written\n"
        assert lines(tmp_path) == [
            "a%20b/ü%25.py TL001 main",
            "b.py TL001 main",
            "b.py TL001 main",
            "b.py TL004 low",
        ]
        assert known(tmp_path).out == "All checks passed! (4 known findings in base.txt)\n"

    def test_again_changes_nothing(self, project: Path) -> None:
        before = (project / "base.txt").read_bytes()
        check(project, "--write-baseline", "base.txt")
        assert (project / "base.txt").read_bytes() == before

    def test_leaves_out_what_a_comment_silences(self, tmp_path: Path) -> None:
        write(tmp_path, "a.py", one("f").replace("())\n", "())  # noqa\n"))
        check(tmp_path, "--write-baseline", "base.txt")
        assert lines(tmp_path) == []

    def test_does_not_hide_a_file_that_cannot_be_analysed(self, tmp_path: Path) -> None:
        write(tmp_path, "a.py", "create_task(\n")
        ran = check(tmp_path, "--write-baseline", "base.txt")
        assert (ran.status, places(ran)) == (1, ["a.py:4"])

    def test_to_a_place_that_cannot_be_written_is_one_line(self, project: Path) -> None:
        ran = check(project, "--write-baseline", "src/a.py/base.txt")
        assert ran.status == 2
        assert ran.err.count("\n") == 1
        assert ran.err.startswith("taskleash: src/a.py/base.txt: cannot be written: ")


class TestChecking:
    def test_known_findings_pass(self, project: Path) -> None:
        ran = known(project, "--fail-on", "low")
        passed = "All checks passed! (2 known findings in base.txt)\n"
        assert (ran.status, ran.out, ran.err) == (0, passed, "")

    def test_what_is_held_back_is_counted_beside_what_is_found(self, project: Path) -> None:
        write(project, "src/a.py", one("first"), one("fresh"), one("second"))
        assert "\nFound 1 finding: 1 high (2 known findings in base.txt).\n" in known(project).out
        assert "known findings" not in check(project, "--baseline", "base.txt", "--quiet").out
        mended = check(project, "--baseline", "base.txt", "--fix")
        counts = "1 fixed, 0 remaining; 2 known findings in base.txt"
        assert mended.out.startswith(f"Found 1 finding ({counts}).\n")

    def test_what_changed_lines_do_not_have_is_not_counted(self, tmp_path: Path) -> None:
        repository = Repository(tmp_path)
        repository.commit({"a.py": one("first")})
        check(tmp_path, "--write-baseline", "base.txt")
        ran = check(tmp_path, "--baseline", "base.txt", "--diff-base", "HEAD")
        assert ran.out == "All checks passed!\n"

    def test_a_new_finding_does_not(self, project: Path) -> None:
        write(project, "src/a.py", one("first"), one("fresh"), one("second"))
        ran = known(project)
        assert (ran.status, places(ran), ran.err) == (1, ["src/a.py:9"], "")

    def test_a_twin_of_a_known_finding_is_new(self, project: Path) -> None:
        write(project, "src/a.py", two("first"), one("second"))
        ran = known(project)
        assert (ran.status, places(ran)) == (1, ["src/a.py:6"])

    def test_a_copy_in_another_file_is_new(self, project: Path) -> None:
        write(project, "src/A.py", one("first"))
        assert places(known(project)) == ["src/A.py:5"]
        assert places(known(project, "src/A.py")) == ["src/A.py:5"]

    def test_survives_edits_and_moves_inside_the_file(self, project: Path) -> None:
        write(project, "src/a.py", SOUND, one("second"), "X = 1\n\n\n", one("first"))
        assert (known(project).status, known(project).err) == (0, "")

    def test_survives_another_layout(self, project: Path) -> None:
        spread = one("first").replace("store.save()", "\n        store.save(  ),  # later\n    ")
        write(project, "src/a.py", spread, one("second"))
        assert (known(project).status, known(project).err) == (0, "")

    def test_survives_a_renamed_file(self, project: Path) -> None:
        (project / "src/a.py").rename(project / "src/z.py")
        assert (known(project).status, known(project).err) == (0, "")
        assert known(project, "src/z.py").status == 0

    def test_survives_a_move_to_another_file(self, project: Path) -> None:
        write(project, "src/a.py", one("second"))
        write(project, "src/b.py", one("first"))
        assert (known(project).status, known(project).err) == (0, "")
        # Seen alone, the new file may hold a copy.
        assert known(project, "src/b.py").status == 1

    def test_works_from_another_folder(self, project: Path) -> None:
        ran = taskleash("check", "--baseline", "../base.txt", cwd=project / "src")
        assert (ran.status, ran.err) == (0, "")

    def test_shows_what_it_knows_when_asked(self, project: Path) -> None:
        ran = known(project, "--show-suppressed")
        assert ran.status == 0
        assert [line.endswith(" (in the baseline)") for line in ran.out.splitlines()] == [
            True,
            True,
            False,
        ]
        assert ran.out.endswith("All checks passed! (2 known findings in base.txt)\n")


class TestStaleEntries:
    STALE = "taskleash: base.txt: 1 stale entry: remove with --prune-baseline\n"

    def test_are_told_and_fail_nothing(self, project: Path) -> None:
        write(project, "src/a.py", one("first"))
        ran = known(project)
        passed = "All checks passed! (1 known finding in base.txt)\n"
        assert (ran.status, ran.out, ran.err) == (0, passed, self.STALE)
        assert known(project, "--quiet").err == ""

    def test_of_one_of_two_twins(self, tmp_path: Path) -> None:
        write(tmp_path, "a.py", two("main"))
        check(tmp_path, "--write-baseline", "base.txt")
        write(tmp_path, "a.py", one("main"))
        assert (known(tmp_path).status, known(tmp_path).err) == (0, self.STALE)

    def test_of_a_file_that_is_gone(self, project: Path) -> None:
        (project / "src/a.py").unlink()
        write(project, "src/b.py", SOUND)
        assert known(project).err == self.STALE.replace("1 stale entry", "2 stale entries")

    def test_of_what_a_comment_silences_since(self, project: Path) -> None:
        write(project, "src/a.py", one("first"), one("second").replace("())\n", "())  # noqa\n"))
        assert known(project).err == self.STALE

    def test_are_none_in_files_that_were_not_looked_at(self, project: Path) -> None:
        write(project, "b.py", SOUND)
        assert known(project, "b.py").err == ""
        write(project, "src/a.py", "create_task(\n")
        assert known(project).err == ""

    def test_are_none_of_rules_that_are_not_selected(self, project: Path) -> None:
        assert known(project, "--select", "TL010").err == ""
        write(project, "src/a.py", one("first"))
        assert known(project, "--select", "TL010").err == self.STALE

    def test_are_pruned(self, project: Path) -> None:
        write(project, "src/a.py", one("second"))
        ran = known(project, "--prune-baseline")
        assert (ran.status, ran.err) == (0, "taskleash: base.txt: 1 stale entry removed\n")
        assert lines(project) == ["src/a.py TL001 second"]
        assert known(project).err == ""

    def test_pruning_keeps_what_was_not_looked_at(self, project: Path) -> None:
        write(project, "b.py", SOUND)
        before = (project / "base.txt").read_bytes()
        assert known(project, "--prune-baseline", "b.py").err == ""
        assert known(project, "--prune-baseline", "--select", "TL010").err == ""
        assert (project / "base.txt").read_bytes() == before

    def test_pruning_takes_in_nothing_new(self, project: Path) -> None:
        write(project, "src/a.py", one("fresh"), one("second"))
        ran = known(project, "--prune-baseline")
        assert (ran.status, lines(project)) == (1, ["src/a.py TL001 second"])

    def test_pruning_follows_renames(self, project: Path) -> None:
        (project / "src/a.py").rename(project / "src/z.py")
        assert known(project, "--prune-baseline").err == ""
        assert lines(project) == ["src/z.py TL001 first", "src/z.py TL001 second"]


EXPECTED = "expected a path, a rule, a scope and a fingerprint"
RENEW = ": renew the file with --write-baseline"


class TestBadFiles:
    @pytest.mark.parametrize(
        ("data", "message"),
        [
            (b"src/a.py TL001 first\n", f"base.txt:1: {EXPECTED}{RENEW}"),
            (b"# fine\n\n{\x1b: 1}\n", f"base.txt:3: {EXPECTED}{RENEW}"),
            (b"<<<<<<< HEAD\n", "base.txt:1: a merge conflict: keep the lines of both sides"),
            (b"\xff\xfe", "base.txt: not a baseline: it is not valid utf-8"),
        ],
    )
    def test_are_one_line(self, project: Path, data: bytes, message: str) -> None:
        (project / "base.txt").write_bytes(data)
        ran = known(project)
        assert (ran.status, ran.out, ran.err) == (2, "", f"taskleash: {message}\n")

    def test_that_do_not_exist(self, tmp_path: Path) -> None:
        assert known(tmp_path).err == (
            "taskleash: base.txt: no such baseline: write it with "
            "`taskleash check --write-baseline base.txt`\n"
        )

    def test_pruning_without_one(self, tmp_path: Path) -> None:
        ran = check(tmp_path, "--prune-baseline")
        assert ran.status == 2
        assert ran.err.startswith("taskleash: --prune-baseline needs --baseline FILE (see ")

    def test_an_empty_one_and_windows_lines_are_fine(self, project: Path) -> None:
        text = (project / "base.txt").read_bytes()
        (project / "base.txt").write_bytes(b"\xef\xbb\xbf" + text.replace(b"\n", b"\r\n"))
        assert known(project).status == 0
        (project / "base.txt").write_bytes(b"")
        assert known(project).status == 1
