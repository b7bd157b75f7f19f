"""What a checkout cannot do: keep a run busy for ever, or fill the memory.

The bounds of time are generous: each of these took hours, or did not end.
"""

from __future__ import annotations

import itertools
import json
import os
import sys
import time
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from support.command import Ran, python, taskleash
from support.workers import new_workers
from taskleash.driver import configured, joined
from taskleash.driver.parsing import processes as confined

DROPPED = "import asyncio\nasyncio.create_task(work())\n"
FOUND = "good.py:2:1: TL001 high"
TOO_DEEP = "nested too deeply to be analysed: split the code or exclude the file"

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX's special files")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "good.py").write_text(DROPPED, encoding="utf-8")
    return tmp_path


def checked(project: Path, *arguments: str) -> Ran:
    start = time.process_time()
    ran = taskleash("check", "--no-cache", "--format", "concise", *arguments, cwd=project)
    assert time.process_time() - start < 30
    assert "internal error" not in ran.out + ran.err
    return ran


def refused(project: Path, *arguments: str) -> str:
    """The one line that a run is refused with."""
    ran = checked(project, *arguments)
    assert (ran.status, ran.out) == (2, "")
    (line,) = ran.err.splitlines()
    assert len(line) < 300
    return line


class TestPatterns:
    HOSTILE = ("*a" * 60 + "b", "**/" * 60 + "b", "**/a*/" * 60 + "b", "[a]*" * 60 + "b")

    @pytest.fixture
    def deep(self, project: Path) -> Path:
        folder = project / "/".join(["a" * 50] * 10)
        folder.mkdir(parents=True)
        (folder / ("a" * 200 + ".py")).write_text(DROPPED, encoding="utf-8")
        return project

    def test_ignore_files(self, deep: Path) -> None:
        (deep / ".gitignore").write_text("\n".join(self.HOSTILE), encoding="utf-8")
        assert FOUND in checked(deep).out

    @pytest.mark.parametrize(
        "settings",
        [
            "exclude = [" + '"a*b", ' * 10_001 + "]",
            "[per-file-ignores]\n" + "".join(f'"a*{n}" = []\n' for n in range(10_001)),
        ],
        ids=["a list", "a table"],
    )
    def test_more_patterns_than_anybody_has(self, project: Path, settings: str) -> None:
        (project / "taskleash.toml").write_text(settings, encoding="utf-8")
        ran = checked(project)
        assert ran.status == 2
        assert "expected at most 10000" in ran.err
        assert "10001" in ran.err

    def test_an_ignore_file_of_more_lines_than_anybody_has_counts_as_none(
        self, project: Path
    ) -> None:
        (project / ".gitignore").write_text("*.py\n" * 20_001, encoding="utf-8")
        assert FOUND in checked(project).out

    def test_excludes(self, deep: Path) -> None:
        patterns = (*self.HOSTILE, "{a,a}" * 60 + "b", "x/" + "{a*,a}" * 60 + "b")
        listed = ", ".join(f'"{pattern}"' for pattern in patterns)
        (deep / "taskleash.toml").write_text(
            f'extend-exclude = [{listed}]\n[per-file-ignores]\n"{patterns[-1]}" = ["TL001"]\n',
            encoding="utf-8",
        )
        assert FOUND in checked(deep).out

    @pytest.mark.parametrize("pattern", ["[" * 1_900_000, "[]" * 900_000, "{a}" * 600_000])
    def test_long_ones(self, project: Path, pattern: str) -> None:
        (project / ".gitignore").write_text(pattern, encoding="utf-8")
        assert FOUND in checked(project).out
        (project / "taskleash.toml").write_text(f'exclude = ["{pattern}"]\n', encoding="utf-8")
        assert refused(project).endswith("longer than any path")

    def test_one_that_is_as_long_as_a_path(self, project: Path) -> None:
        (project / ".gitignore").write_text("[g]ood.py" + "*" * 4000, encoding="utf-8")
        assert "Nothing was checked." in checked(project).out

    def test_many_brackets_that_nothing_closes(self, project: Path) -> None:
        listed = ", ".join(f'"{"[" * 4000}"' for _ in range(450))
        (project / "taskleash.toml").write_text(f"exclude = [{listed}]\n", encoding="utf-8")
        assert "a [ is not closed" in refused(project)


@posix
class TestSpecialFiles:
    @pytest.mark.parametrize("name", [".gitignore", "pyproject.toml", ".git/info/exclude", "x.py"])
    @pytest.mark.parametrize("kind", ["pipe", "/dev/zero"])
    def test_one_that_is_found_is_passed_over(self, project: Path, name: str, kind: str) -> None:
        (project / ".git" / "info").mkdir()
        self.make(project / name, kind)
        ran = checked(project)
        assert (ran.status, ran.err) == (1, "")
        assert FOUND in ran.out

    @pytest.mark.parametrize("kind", ["pipe", "/dev/zero"])
    def test_one_that_is_named_is_an_error_of_that_file(self, project: Path, kind: str) -> None:
        self.make(project / "x.py", kind)
        ran = checked(project, "x.py", "good.py")
        assert ran.status == 1
        assert "x.py:1:1: TL000 high the file cannot be read: not a regular file" in ran.out
        assert FOUND in ran.out

    @pytest.mark.parametrize("kind", ["pipe", "/dev/zero"])
    def test_a_baseline_or_flags(self, project: Path, kind: str) -> None:
        self.make(project / "known.json", kind)
        line = refused(project, "--baseline", "known.json")
        assert line == "taskleash: known.json: cannot be read: not a regular file"
        (project / "taskleash.toml").write_text('flags-from = ["known.json"]\n', encoding="utf-8")
        line = refused(project, "--config", "taskleash.toml")
        assert line == "taskleash: flags-from: known.json: cannot be read: not a regular file"

    @staticmethod
    def make(path: Path, kind: str) -> None:
        if kind == "pipe":
            os.mkfifo(path)
        else:
            path.symlink_to(kind)


class TestHugeFiles:
    @pytest.mark.parametrize("name", ["x.py", ".gitignore", "taskleash.toml", "flags.yaml"])
    def test_no_file_is_read_whatever_its_size(self, project: Path, name: str) -> None:
        (project / "pyproject.toml").write_text("[tool.taskleash]\n", encoding="utf-8")
        with (project / name).open("wb") as file:
            file.truncate(1 << 36)
        arguments = ["--config", 'flags-from = ["flags.yaml"]'] if name == "flags.yaml" else []
        ran = checked(project, *arguments)
        if name in ("x.py", ".gitignore"):
            assert FOUND in ran.out
            assert ("x.py:1:1: TL000 high the file cannot be read: larger than" in ran.out) == (
                name == "x.py"
            )
        else:
            assert ran.status == 2
            assert ran.err.startswith("taskleash: ")
            assert "larger than 2 megabytes" in ran.err


class TestSettings:
    def flags(self, project: Path, name: str, text: str) -> Ran:
        (project / name).write_text(text, encoding="utf-8")
        return checked(project, "--config", f'flags-from = ["{name}"]')

    def test_merges_of_merges(self, project: Path) -> None:
        lines = ["a0: &a0 {x: 1, y: 2}"]
        for n in range(40):
            lines.append(f"a{n + 1}: &a{n + 1}\n  <<: [{', '.join([f'*a{n}'] * 9)}]\n  k{n}: 1")
        ran = self.flags(project, "flags.yaml", "\n".join(lines))
        assert (ran.status, ran.out) == (2, "")
        assert "too much is merged" in ran.err

    def test_aliases_of_aliases(self, project: Path) -> None:
        lines = ["a0: &a0 {x: true}"]
        lines += [f"a{n + 1}: &a{n + 1} {{p: *a{n}, q: *a{n}, r: *a{n}}}" for n in range(60)]
        assert FOUND in self.flags(project, "flags.yaml", "\n".join(lines)).out

    def test_merges_as_people_write_them(self, project: Path) -> None:
        text = "base: &base {on: false}\nmore: &more {off: true}\nall:\n  <<: [*base, *more]\n"
        assert FOUND in self.flags(project, "flags.yaml", text).out
        assert FOUND in self.flags(project, "own.yaml", "a: &a\n  <<: *a\n  b: true\n").out

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("flags.json", '{"a":' * 50_000 + "1" + "}" * 50_000),
            ("flags.yaml", "{a: " * 50_000 + "1" + "}" * 50_000),
            ("flags.yaml", "- " * 50_000 + "1"),
            ("flags.toml", "a = " + "[" * 50_000 + "]" * 50_000),
            ("flags.toml", "a" + ".a" * 200_000 + " = 1"),
            ("flags.toml", "[a" + ".a" * 200_000 + "]"),
            ("flags.toml", "x = {a" + ".a" * 200_000 + " = 1}"),
            ("flags.toml", "\"=\" . '='" + ".a" * 200_000 + " = 1"),
            ("flags.toml", 'x = ["""a"b""", {a' + " . a" * 200_000 + " = 1}]"),
        ],
    )
    def test_deep_ones(self, project: Path, name: str, text: str) -> None:
        ran = self.flags(project, name, text)
        assert (ran.status, ran.out) == (2, "")
        assert "nested too deeply" in ran.err

    def test_a_configuration(self, project: Path) -> None:
        settings = "severity = {TL" + ".a" * 200_000 + ' = "low"}\n'
        (project / "taskleash.toml").write_text(settings, encoding="utf-8")
        line = refused(project)
        assert line == "taskleash: taskleash.toml: invalid TOML: nested too deeply"

    def test_dots_that_part_no_keys(self, project: Path) -> None:
        dots = "a" + ".a" * 2_000
        lines = (
            f"# it's {dots}", f"x = '''a'\n{dots}'''  # '{dots}'",
            f'y = """\\"""{dots}""""', f"z = [\"{dots}\", '{dots}']",
        )  # fmt: skip
        assert FOUND in self.flags(project, "flags.toml", "\n".join(lines)).out

    def test_references_to_references(self, project: Path) -> None:
        """The last of them would stand for some billion gigabytes."""
        names = ["A", *(f"A{n}" for n in range(60))]
        text = "".join(f"{b}=${{{a}}}${{{a}}}\n" for a, b in itertools.pairwise(names))
        assert FOUND in self.flags(project, ".env", f"A=aaaaaaaa\n{text}").out

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("flags.json", json.dumps({"a": "N"}).replace('"N"', "1" * 5000)),
            ("flags.toml", f"a = {'1' * 5000}"),
            ("flags.toml", f"a = 0x{'f' * 5000}"),
            ("flags.yaml", f"a: {'1' * 5000}"),
            ("flags.yaml", f"a: 0x{'f' * 5000}"),
            ("flags.yaml", f"a: 1{':59' * 5000}"),
        ],
    )
    def test_huge_numbers(self, project: Path, name: str, text: str) -> None:
        ran = self.flags(project, name, text)
        assert (ran.status, ran.out) == (2, "")
        assert ran.err.endswith("a number of too many digits\n")

    @pytest.mark.parametrize("number", ["1" * 5000, "0x" + "f" * 5000])
    def test_huge_numbers_of_a_configuration(self, project: Path, number: str) -> None:
        (project / "taskleash.toml").write_text(f"jobs = {number}\n", encoding="utf-8")
        line = refused(project)
        assert line == "taskleash: taskleash.toml: a number of too many digits"

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("pyproject.toml", f'[project]\nrequires-python = ">=3.{"9" * 5000}"\n'),
            (".editorconfig", f"[*]\nmax_line_length = {'9' * 5000}\n"),
        ],
    )
    def test_huge_numbers_of_other_tools(self, project: Path, name: str, text: str) -> None:
        (project / name).write_text(text, encoding="utf-8")
        assert checked(project, "--fix").status == 0
        assert "_background_tasks" in (project / "good.py").read_text(encoding="utf-8")

    def test_workers_without_number(self, project: Path) -> None:
        """A configuration that came with the code starts no more than there are cores."""
        (project / "taskleash.toml").write_text("jobs = 500\n", encoding="utf-8")
        asked: list[int] = []
        first = joined.parsers

        def counted(jobs: int, *others: Any) -> Any:
            asked.append(jobs)
            return first(jobs, *others)

        with (
            patch.object(configured, "cores", lambda: 3),
            patch.object(joined, "parsers", counted),
        ):
            checked(project)
            checked(project, "--jobs", "5")
            checked(project, "--config", "taskleash.toml", "good.py")
            (project / "taskleash.toml").write_text("jobs = 2\n", encoding="utf-8")
            checked(project)
        assert asked == [3, 5, 500, 2]

    def test_flags_without_number(self, project: Path) -> None:
        listed = "\n".join(f"x{number} = true" for number in range(60_000))
        (project / "taskleash.toml").write_text(f"[flags]\n{listed}\n", encoding="utf-8")
        for number in range(30):
            (project / f"f{number}.py").write_text("x = 1\n", encoding="utf-8")
        assert FOUND in checked(project).out

    def test_words_like_many_flags(self, project: Path) -> None:
        """None is suggested where each of many would be compared with each of many."""
        words = "\n".join(f"enable_one_{number} = 1" for number in range(6_000))
        (project / "good.py").write_text(f"{DROPPED}{words}\n", encoding="utf-8")
        for count, told in ((1, "nothing, did you mean `enable_one_0`?\n"), (900, "nothing\n")):
            listed = "\n".join(f"enable_ona_{number} = true" for number in range(count))
            (project / "taskleash.toml").write_text(f"[flags]\n{listed}\n", encoding="utf-8")
            ran = checked(project)
            assert FOUND in ran.out
            assert ran.err.count(told) == count


class TestComments:
    def test_many_that_are_misspelt(self, project: Path) -> None:
        text = DROPPED + "# taskleash: ignor\n" * 200_000
        (project / "good.py").write_text(text, encoding="utf-8")
        ran = checked(project)
        assert FOUND in ran.out
        assert "good.py:200002: `taskleash: ignor` silences nothing" in ran.err


class TestParser:
    @pytest.mark.parametrize(
        "pattern",
        ["A(" * 12 + "a" + ")" * 12, "{1: " * 12 + "a" + "}" * 12, "(" * 12 + "a" + ",)" * 12],
    )
    def test_patterns_are_told_before_they_are_parsed(self, project: Path, pattern: str) -> None:
        text = f"create_task\nmatch x:\n    case {pattern}:\n        pass\n"
        for number in range(6):
            (project / f"bad{number}.py").write_text(text, encoding="utf-8")
        start = time.monotonic()
        ran = checked(project)
        assert time.monotonic() - start < 60
        lines = [line for line in ran.out.splitlines() if line.startswith("bad")]
        assert lines == [f"bad{number}.py:3:1: TL000 high {TOO_DEEP}" for number in range(6)]
        assert FOUND in ran.out

    def test_a_long_list_of_numbers_is_read(self, project: Path) -> None:
        numbers = "".join(f"    {number},\n" for number in range(300_000))
        text = f"import asyncio\nx = [\n{numbers}]\nasyncio.create_task(work())\n"
        (project / "long.py").write_text(text, encoding="utf-8")
        ran = checked(project)
        assert "long.py:300004:1: TL001 high" in ran.out

    @pytest.mark.skipif(sys.platform != "linux", reason="keeps no process to a bound")
    @pytest.mark.parametrize("spawning", [True, False])
    def test_a_file_whose_tree_would_fill_the_memory(
        self, project: Path, monkeypatch: pytest.MonkeyPatch, spawning: bool
    ) -> None:
        monkeypatch.setattr(confined, "MOST_BYTES", 200 << 20)
        first = DROPPED if spawning else "def create_task(): pass\n"
        (project / "huge.py").write_text(first + "x\n" * 200_000, encoding="utf-8")
        with new_workers():
            ran = checked(project)
        assert ran.status == 1
        assert FOUND in ran.out
        (line,) = [line for line in ran.out.splitlines() if line.startswith("huge.py")]
        assert line.startswith("huge.py:1:1: TL000 high the parser ")
        assert "split the code or exclude the file" in line
        assert ran.err == ""

    @pytest.mark.parametrize(
        "encoding", ["idna", "utf-7", "punycode", "unicode_escape", "hz", "cp037", "a" * 90_000]
    )
    def test_odd_encodings_are_one_line_each(self, project: Path, encoding: str) -> None:
        (project / "odd.py").write_bytes(f"#coding:{encoding}\nx = 1\n".encode())
        ran = checked(project)
        (line,) = [line for line in ran.out.splitlines() if line.startswith("odd.py")]
        assert line.startswith("odd.py:1:9: TL000 high ")
        assert len(line) < 200


class TestTimeLimit:
    def test_files_that_no_time_was_left_for_are_named(self, project: Path) -> None:
        (project / "other.py").write_text(DROPPED, encoding="utf-8")
        for command in ("check", "scan"):
            ran = taskleash(command, "--time-limit", "0.0001", "--format", "concise", cwd=project)
            assert ran.status == 2
            assert (
                "good.py:1:1: TL000 high not analysed: the time limit of the run was over"
                in ran.out
            )
            assert ran.err == (
                "taskleash: the time limit of 0.0001 s is over, 2 files were not analysed: "
                "good.py, other.py: raise --time-limit, or check fewer files at once\n"
            )
        # Nothing of that is remembered.
        assert FOUND in taskleash("check", "--format", "concise", cwd=project).out

    def test_nothing_is_fixed_then(self, project: Path) -> None:
        ran = taskleash("check", "--fix", "--time-limit", "0.0001", cwd=project)
        assert (ran.status, ran.out) == (2, "")
        assert ran.err.startswith("taskleash: nothing is fixed: the time limit of 0.0001 s is over")
        assert (project / "good.py").read_text(encoding="utf-8") == DROPPED

    def test_files_beside_the_asked_ones_count(self, project: Path) -> None:
        (project / "base.py").write_text(
            "import asyncio\ndef start(): return asyncio.create_task(work())\n", encoding="utf-8"
        )
        (project / "user.py").write_text("import base\nbase.start()\n", encoding="utf-8")
        ran = taskleash("check", "--time-limit", "0.0001", "user.py", cwd=project)
        assert ran.status == 2
        assert "base.py" in ran.err

    def test_a_run_that_goes_on_all_the_same_is_broken_off(self, project: Path) -> None:
        code = (
            "import sys, time\n"
            "import taskleash.driver.time_limit as limit, taskleash.driver.run as run\n"
            "limit._GRACE_SECONDS = 0.2\n"
            "run.analyse_roots = lambda *_, **__: time.sleep(1000)\n"
            "sys.argv = ['taskleash', 'check', '--time-limit', '0.1']\n"
            "from taskleash.__main__ import main\n"
            "main()\n"
        )
        start = time.monotonic()
        ran = python("-c", code, cwd=project)
        assert time.monotonic() - start < 500
        assert ran.status == 2
        assert ran.err == (
            "taskleash: the time limit of 0.1 s is long over, nothing is reported: "
            "raise --time-limit, or check fewer files at once\n"
        )
