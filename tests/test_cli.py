"""The command line: options, exit statuses, what goes where."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from support.command import Ran, python, taskleash, unmeasured
from taskleash import __version__

ROOT = Path(__file__).resolve().parent.parent
DROPPED = "import asyncio\nasyncio.create_task(work())\n"
SOUND = "import asyncio\n\nasync def go():\n    await asyncio.create_task(work())\n"
LOW = "import asyncio\n\nasync def go(loop):\n    asyncio.run_coroutine_threadsafe(work(), loop)\n"
TL001 = (
    "TL001 high [*] task `work` is dropped: nothing can stop it or wait for it, and whether it can"
    " vanish half-way is not known"
)

OWNER = """
import asyncio
from base import Base

class Owner(Base):
    def start(self):
        self._beat = asyncio.create_task(self._run())

    async def _run(self):
        while True:
            await asyncio.sleep(1)
"""
BASE = """
class Base:
    async def close(self):
        self._beat.cancel()
"""
IMPORTED = """
import runpy, sys
sys.argv = ["taskleash", *sys.argv[1:]]
try:
    runpy.run_module("taskleash", run_name="__main__")
except SystemExit as end:
    assert not end.code, end.code
print("\\n".join(sys.modules), file=sys.stderr)
"""
OTHER_START_METHOD = """
import multiprocessing, sys, threading
if __name__ == "__main__":
    multiprocessing.set_start_method(sys.argv.pop(1))
    # Workers are forked only where there is no other thread.
    threading.Thread(target=threading.Event().wait, daemon=True).start()
    from taskleash.__main__ import main
    main()
"""


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")


def said(ran: Ran) -> tuple[int, str]:
    """The status of a run that failed, and its one line."""
    assert ran.out == ""
    assert ran.err.count("\n") == 1
    return ran.status, ran.err.rstrip("\n")


def without_seconds(report: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(report)
    del document["summary"]["seconds"]
    return document


class TestExitStatus:
    @pytest.mark.parametrize(
        ("text", "options", "status"),
        [
            (DROPPED, "", 1),
            (DROPPED, "--fail-on low", 1),
            (DROPPED, "--fail-on never", 0),
            (DROPPED, "--exit-zero", 0),
            (DROPPED, "-e", 0),
            (DROPPED, "--ignore TL001", 0),
            (DROPPED, "--select TL002", 0),
            (LOW, "", 0),
            (LOW, "--fail-on low", 1),
            (SOUND, "--fail-on low", 0),
            (DROPPED.replace(")\n", ")  # noqa\n"), "", 0),
            ("x = (\n", "", 1),
            ("x = (\n", "--fail-on never", 0),
            ("x = (\n", "--exit-zero", 0),
        ],
    )
    def test_of_check(self, tmp_path: Path, text: str, options: str, status: int) -> None:
        write(tmp_path, m=text + "# create_task")
        assert taskleash("check", *options.split(), cwd=tmp_path).status == status

    def test_of_scan_is_zero_whatever_it_finds(self, tmp_path: Path) -> None:
        write(tmp_path, bad="create_task(\n", high=DROPPED)
        ran = taskleash("scan", "--format", "concise", cwd=tmp_path)
        assert ran.status == 0
        assert {"bad.py", "high.py"} <= {line.partition(":")[0] for line in ran.out.splitlines()}


class TestWrongUsage:
    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ("check nowhere", "nowhere: no such file or folder"),
            ("scan nowhere", "nowhere: no such file or folder"),
            ("check --select TL9", "unknown rule `TL9` (see `taskleash rule --all`)"),
            (
                "check --ignore TL001,TL0001",
                "unknown rule `TL0001`, did you mean `TL001`? (see `taskleash rule --all`)",
            ),
            ("rule TL9", "unknown rule `TL9` (see `taskleash rule --all`)"),
            (
                "rule",
                "give either the code of a rule or --all (see `taskleash rule --help`)",
            ),
        ],
    )
    def test_is_one_line(self, tmp_path: Path, arguments: str, message: str) -> None:
        ran = taskleash(*arguments.split(), cwd=tmp_path)
        assert said(ran) == (2, f"taskleash: {message}")

    @pytest.mark.parametrize(
        ("arguments", "beginning", "end"),
        [
            ("scan --fomat json", "no such option", "(see `taskleash scan --help`)"),
            ("chekc", "no such command 'chekc'", "(see `taskleash --help`)"),
            ("check --fail-on hgih", "invalid value for '--fail-on'", "`taskleash check --help`)"),
            ("check --jobs -1", "invalid value for '-j' / '--jobs'", "`taskleash check --help`)"),
        ],
    )
    def test_of_options_is_one_line(
        self, tmp_path: Path, arguments: str, beginning: str, end: str
    ) -> None:
        status, line = said(taskleash(*arguments.split(), cwd=tmp_path))
        assert status == 2
        assert line.startswith(f"taskleash: {beginning}")
        assert line.endswith(end)

    def test_alone_gives_the_help(self, tmp_path: Path) -> None:
        ran = taskleash(cwd=tmp_path)
        assert (ran.status, ran.out) == (2, "")
        assert [name for name in ("scan", "check", "rule") if f"\n  {name} " not in ran.err] == []

    @pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps a folder that is in use")
    def test_in_a_folder_that_is_gone(self, tmp_path: Path) -> None:
        gone = tmp_path / "gone"
        gone.mkdir()
        script = "import os; os.rmdir(os.getcwd()); from taskleash.__main__ import main; main()"
        ran = python("-c", script, "scan", cwd=gone)
        line = "taskleash: the current folder no longer exists: change to one that does"
        assert said(ran) == (2, line)


class TestSelection:
    @pytest.fixture
    def project(self, tmp_path: Path) -> Path:
        write(tmp_path, high=DROPPED, low=LOW, bad="create_task(\n")
        return tmp_path

    @pytest.mark.parametrize(
        ("options", "codes"),
        [
            ("", ["TL000", "TL001", "TL004"]),
            ("--select ALL", ["TL000", "TL001", "TL004"]),
            ("--select TL001,TL004", ["TL000", "TL001", "TL004"]),
            ("--select TL001 --select TL004", ["TL000", "TL001", "TL004"]),
            ("--select=TL004", ["TL000", "TL004"]),
            ("--ignore TL00", ["TL000"]),
            ("--ignore TL001,TL000", ["TL004"]),
            ("--select TL0 --ignore TL004 --ignore=TL000", ["TL001"]),
        ],
    )
    def test_by_code_and_prefix(self, project: Path, options: str, codes: list[str]) -> None:
        ran = taskleash("check", "--format", "json", *options.split(), cwd=project)
        report = json.loads(ran.out)
        rules = [error["code"] for error in report["errors"]]
        rules += [site["rule"] for site in report["sites"]]
        assert sorted(rules) == codes

    def test_a_scan_lists_sites_without_a_selected_rule(self, project: Path) -> None:
        ran = taskleash("scan", "--select", "TL004", "--format", "json", cwd=project)
        assert [site["rule"] for site in json.loads(ran.out)["sites"]] == [None, "TL004"]

    @pytest.mark.parametrize(
        ("options", "files"),
        [
            ("", ["bad.py", "high.py", "low.py"]),
            ("--exclude high.py,bad.py", ["low.py"]),
            ("--extend-exclude high.py --extend-exclude bad.py", ["low.py"]),
            ("--exclude *.py high.py", ["high.py"]),
            ("--exclude *.py --force-exclude high.py", []),
        ],
    )
    def test_by_path(self, project: Path, options: str, files: list[str]) -> None:
        ran = taskleash("scan", "--format", "json", *options.split(), cwd=project)
        report = json.loads(ran.out)
        assert sorted(e["path"] for e in report["sites"] + report["errors"]) == files


class TestStandardInput:
    @pytest.mark.parametrize(
        ("arguments", "name"),
        [
            (["-"], "-"),
            (["--stdin-filename", "pkg/new.py"], "pkg/new.py"),
            (["--stdin-filename", "pkg/new.py", "-"], "pkg/new.py"),
        ],
    )
    def test_has_a_name(self, tmp_path: Path, arguments: list[str], name: str) -> None:
        ran = taskleash("check", "--format", "concise", *arguments, cwd=tmp_path, text=DROPPED)
        assert (ran.status, ran.err) == (1, "")
        assert ran.out.splitlines()[0] == f"{name}:2:1: {TL001}"

    def test_stands_for_the_file_of_that_name(self, tmp_path: Path) -> None:
        write(tmp_path, m=SOUND)
        silenced = DROPPED.replace(")\n", ")  # noqa: TL001\n")
        for text, status in ((DROPPED, 1), (silenced, 0)):
            ran = taskleash("check", "--stdin-filename", "m.py", cwd=tmp_path, text=text)
            assert ran.status == status

    def test_comes_before_other_paths(self, tmp_path: Path) -> None:
        ran = taskleash("check", "--stdin-filename", "a.py", "b.py", cwd=tmp_path, text=SOUND)
        assert ran.status == 0
        assert ran.err == "taskleash: b.py: ignored in favour of standard input\n"

    def test_is_left_out_where_its_name_is_excluded_by_force(self, tmp_path: Path) -> None:
        options = ("--exclude", "m.py", "--stdin-filename", "m.py")
        assert taskleash("check", *options, cwd=tmp_path, text=DROPPED).status == 1
        ran = taskleash("check", "--force-exclude", *options, cwd=tmp_path, text=DROPPED)
        assert ran.status == 0

    def test_that_is_broken_is_a_finding(self, tmp_path: Path) -> None:
        ran = taskleash(
            "check", "--format", "concise", "-", cwd=tmp_path, text="create_task = = 1\n"
        )
        assert ran.status == 1
        assert ran.out.startswith("-:1:15: TL000 high syntax error: ")

    def test_uses_the_project_as_evidence(self, tmp_path: Path) -> None:
        (tmp_path / "pyproject.toml").touch()
        write(tmp_path, base=BASE)
        options = ("--fail-on", "low", "--stdin-filename", "owner.py")
        assert taskleash("check", *options, cwd=tmp_path, text=OWNER).status == 0


class TestPartOfAProject:
    @pytest.fixture
    def project(self, tmp_path: Path) -> Path:
        (tmp_path / "pyproject.toml").touch()
        write(tmp_path, owner=OWNER, base=BASE, dropped=DROPPED)
        write(tmp_path, broken="class Other(Owner):\n    _beat = = create_task(beat())\n")
        return tmp_path

    def scanned(self, project: Path, *paths: str) -> dict[str, Any]:
        ran = taskleash("scan", "--format", "json", *paths, cwd=project)
        assert ran.err == ""
        return without_seconds(ran.out)

    def test_is_judged_with_the_rest_as_evidence(self, project: Path) -> None:
        report = self.scanned(project, "owner.py")
        assert [(s["path"], s["ending"]) for s in report["sites"]] == [("owner.py", "cancelled")]
        assert report["errors"] == []
        assert report["summary"]["files"] == 1

    def test_is_judged_worse_without_it(self, project: Path) -> None:
        (project / "base.py").unlink()
        report = self.scanned(project, "owner.py")
        assert [(s["path"], s["ending"]) for s in report["sites"]] == [("owner.py", "none")]

    def test_may_be_a_list_of_files_in_any_order(self, project: Path) -> None:
        names = ["broken.py", "dropped.py", "owner.py"]
        report = self.scanned(project, *names)
        assert report == self.scanned(project, *reversed(names), "./owner.py")
        assert [site["path"] for site in report["sites"]] == ["dropped.py", "owner.py"]
        assert [error["path"] for error in report["errors"]] == ["broken.py"]


class TestWorkers:
    @pytest.fixture
    def project(self, tmp_path: Path) -> Path:
        padding = f"#{'-' * 90}\n" * 500
        write(tmp_path, **{f"m{number}": DROPPED + padding for number in range(5)})
        write(tmp_path, bad="create_task(\n" + padding, owner=OWNER, base=BASE)
        return tmp_path

    def test_any_number_of_them_gives_the_same_report(self, project: Path) -> None:
        reports = [
            without_seconds(taskleash("scan", "--format", "json", *options, cwd=project).out)
            for options in ((), ("--jobs", "1"), ("-j", "7"))
        ]
        assert reports[0] == reports[1] == reports[2]
        assert (len(reports[0]["sites"]), len(reports[0]["errors"])) == (6, 1)

    @pytest.mark.parametrize("method", ["spawn", "forkserver"])
    def test_they_can_be_started_in_any_way(self, project: Path, method: str) -> None:
        script = project / "start.txt"
        script.write_text(OTHER_START_METHOD, encoding="utf-8")
        arguments = ("scan", "--format", "json", "--jobs", "2")
        ran = python(str(script), method, *arguments, cwd=project)
        assert (ran.status, ran.err) == (0, "")
        plain = taskleash(*arguments, cwd=project)
        assert without_seconds(ran.out) == without_seconds(plain.out)


class TestOutput:
    @pytest.fixture
    def project(self, tmp_path: Path) -> Path:
        write(tmp_path, m=DROPPED)
        return tmp_path

    def test_goes_to_a_file_in_a_new_folder(self, project: Path) -> None:
        ran = taskleash("check", "--format", "concise", "-o", "a/b/report.txt", cwd=project)
        assert ran == Ran(1, "", "")
        report = (project / "a" / "b" / "report.txt").read_text(encoding="utf-8")
        assert report.splitlines() == [
            f"m.py:2:1: {TL001}",
            "Found 1 finding: 1 high.",
            "[*] 1 fixable with `--fix`.",
        ]

    def test_cannot_go_to_a_folder(self, project: Path) -> None:
        (project / "sub").mkdir()
        ran = taskleash("scan", "--output-file", "sub", cwd=project)
        assert said(ran) == (2, "taskleash: sub: cannot be written: is a directory")

    def test_without_the_summary(self, project: Path) -> None:
        ran = taskleash("check", "--format", "concise", "--quiet", cwd=project)
        assert ran.out == f"m.py:2:1: {TL001}\n"

    def test_as_statistics(self, project: Path) -> None:
        ran = taskleash("check", "--statistics", cwd=project)
        assert ran.out.splitlines()[0] == "1\tTL001\t[*] discarded-task"

    @pytest.mark.parametrize(
        ("variables", "options", "colored"),
        [
            ({}, [], False),
            ({}, ["--color", "always"], True),
            ({"FORCE_COLOR": "1"}, [], True),
            ({"FORCE_COLOR": "1"}, ["--color", "never"], False),
            ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, [], False),
            ({"NO_COLOR": "1"}, ["--color", "always"], True),
            ({"NO_COLOR": "", "FORCE_COLOR": "1"}, [], True),
        ],
    )
    def test_is_coloured_on_demand(
        self, project: Path, variables: dict[str, str], options: list[str], colored: bool
    ) -> None:
        ran = taskleash("scan", *options, cwd=project, **variables)
        assert ("\x1b[" in ran.out) == colored

    def test_to_a_file_has_no_colour_of_the_terminal(self, project: Path) -> None:
        taskleash("scan", "-o", "r", cwd=project, FORCE_COLOR="1")
        assert "\x1b[" not in (project / "r").read_text(encoding="utf-8")

    def test_does_without_the_symbols_that_an_encoding_lacks(self, project: Path) -> None:
        write(project, m=DROPPED.replace("work()", "wörk()"))
        for form in ("table", "full", "concise"):
            ran = taskleash("scan", "--format", form, cwd=project, encoding="ascii")
            assert (ran.status, ran.err) == (0, "")
            assert ran.out.isascii()
            assert "w\\xf6rk" in ran.out

    def test_of_documents_is_utf_8_in_every_encoding(self, project: Path) -> None:
        write(project, m=DROPPED.replace("work()", "wörk()"))
        document = taskleash("scan", "--format", "json", cwd=project, encoding="ascii").out
        assert [site["task"] for site in json.loads(document)["sites"]] == ["wörk"]
        assert "🔴" in taskleash("scan", "--format", "markdown", cwd=project, encoding="ascii").out

    @pytest.mark.skipif(sys.platform != "linux", reason="needs names that are only bytes")
    def test_names_files_that_have_no_text_for_a_name(self, project: Path) -> None:
        (project / os.fsdecode(b"\xff.py")).write_text(DROPPED, encoding="utf-8")
        ran = taskleash("scan", "--format", "concise", cwd=project)
        assert (ran.status, ran.err) == (0, "")
        assert f"\\udcff.py:2:1: {TL001}" in ran.out
        paths = [
            site["path"]
            for site in json.loads(taskleash("scan", "--format=json", cwd=project).out)["sites"]
        ]
        assert paths == ["m.py", "\udcff.py"]


class TestWhatIsImported:
    HEAVY = (
        "click",
        "libcst",
        "rich.console",
        "multiprocessing",
        "concurrent",
        "taskleash.semantics",
    )

    def imported(self, *arguments: str, cwd: Path) -> set[str]:
        ran = python("-c", IMPORTED, *arguments, cwd=cwd, env=unmeasured())
        assert ran.status == 0, ran.err
        return {name for name in self.HEAVY if name in ran.err.splitlines()}

    def test_by_the_version(self, tmp_path: Path) -> None:
        assert taskleash("--version", cwd=tmp_path).out == f"taskleash {__version__}\n"
        assert taskleash("-V", cwd=tmp_path).out == f"taskleash {__version__}\n"
        assert self.imported("--version", cwd=tmp_path) == set()

    def test_by_a_scan_with_nothing_to_parse(self, tmp_path: Path) -> None:
        write(tmp_path, m="import asyncio\nx = 1\n")
        assert self.imported("scan", cwd=tmp_path) == {"click"}
        assert self.imported("check", cwd=tmp_path) == {"click"}

    def test_by_a_scan_whose_verdicts_are_known(self, tmp_path: Path) -> None:
        code, cache = tmp_path / "code", str(tmp_path / "cache")
        code.mkdir()
        write(code, m=DROPPED)
        options = ("scan", "--cache-dir", cache)
        assert taskleash(*options, cwd=code).status == 0
        for form in ("table", "full", "concise", "json"):
            found = self.imported(*options, "--format", form, cwd=code)
            # A file that changed a moment ago is looked at again, with its facts at hand.
            assert found <= {"click", "rich.console"}, form

    def test_by_a_scan_that_parses(self, tmp_path: Path) -> None:
        write(tmp_path, m=DROPPED)
        found = self.imported("scan", cwd=tmp_path)
        assert {"multiprocessing", "taskleash.semantics"} <= found
        # Another process parses.
        assert "libcst" not in found


class TestRulePages:
    def test_of_one_rule_in_either_case(self, tmp_path: Path) -> None:
        page = taskleash("rule", "TL001", cwd=tmp_path)
        assert page.status == 0
        assert page.out.startswith("discarded-task (TL001)\n")
        assert taskleash("rule", "tl001", cwd=tmp_path) == page

    def test_of_all_rules(self, tmp_path: Path) -> None:
        pages = taskleash("rule", "--all", cwd=tmp_path).out
        assert taskleash("rule", "TL001", cwd=tmp_path).out in pages
        assert taskleash("rule", "TL015", cwd=tmp_path).out in pages
