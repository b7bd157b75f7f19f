"""Configuration: the nearest file decides about a file, the command line over all of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.command import taskleash
from taskleash.driver.config.find import Configs

DROPPED = "import asyncio\nasyncio.create_task(work())\n"
LOW = "import asyncio\n\nasync def go(loop):\n    asyncio.run_coroutine_threadsafe(work(), loop)\n"


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def found(folder: Path, *arguments: str) -> list[str]:
    """The findings of a check as ``path CODE``."""
    ran = taskleash("check", "--format", "json", *arguments, cwd=folder)
    assert ran.err == ""
    report = json.loads(ran.out)
    sites = [f"{site['path']} {site['rule']}" for site in report["sites"]]
    return sorted([*sites, *(f"{error['path']} {error['code']}" for error in report["errors"])])


def read(folder: Path, *arguments: str) -> list[str]:
    """The files that a scan reads spawn sites in."""
    ran = taskleash("scan", "--format", "json", *arguments, cwd=folder)
    assert ran.status == 0
    assert not ran.err or ran.err.endswith(": nothing was checked\n")
    return sorted(site["path"] for site in json.loads(ran.out)["sites"])


def shown(folder: Path, *arguments: str) -> dict[str, str]:
    """What ``taskleash config`` prints of each key: value and source."""
    ran = taskleash("config", *arguments, cwd=folder)
    assert (ran.status, ran.err) == (0, "")
    lines = [line for line in ran.out.splitlines() if " = " in line]
    return dict(line.split(" = ", 1) for line in lines)


class TestFinding:
    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("pyproject.toml", "[tool.taskleash]\nignore = ['TL001']"),
            ("taskleash.toml", "ignore = ['TL001']"),
            (".taskleash.toml", "ignore = ['TL001']"),
            ("taskleash.toml", "\r\nignore = ['TL001']\r\n"),
            ("taskleash.toml", "\ufeffignore = ['TL001']"),
        ],
    )
    def test_a_file_above_the_scanned_one(self, tmp_path: Path, name: str, text: str) -> None:
        write(tmp_path, {"pkg/sub/a.py": DROPPED})
        assert found(tmp_path) == ["pkg/sub/a.py TL001"]
        write(tmp_path, {name: text})
        assert found(tmp_path) == []
        assert found(tmp_path / "pkg", "sub/a.py") == []
        assert found(tmp_path, "--isolated") == ["pkg/sub/a.py TL001"]

    def test_a_folder_at_any_depth(self, tmp_path: Path) -> None:
        write(tmp_path, {"taskleash.toml": "jobs = 3"})
        configs = Configs()
        config = configs.of(f"{tmp_path.as_posix()}{'/x' * 2000}")
        assert config.value("jobs") == 3
        assert config is configs.of(tmp_path.as_posix())

    def test_of_several_in_one_folder_the_one_of_our_own_name_counts(self, tmp_path: Path) -> None:
        write(
            tmp_path,
            {
                ".taskleash.toml": "jobs = 1",
                "taskleash.toml": "jobs = 2",
                "pyproject.toml": "[tool.taskleash]\njobs = 3",
            },
        )
        assert shown(tmp_path)["jobs"] == "1  # .taskleash.toml"
        (tmp_path / ".taskleash.toml").unlink()
        assert shown(tmp_path)["jobs"] == "2  # taskleash.toml"
        (tmp_path / "taskleash.toml").unlink()
        assert shown(tmp_path)["jobs"] == "3  # pyproject.toml"

    def test_the_nearest_file_counts_alone(self, tmp_path: Path) -> None:
        write(
            tmp_path,
            {
                "taskleash.toml": "ignore = ['TL001']",
                "a.py": DROPPED + LOW,
                "sub/a.py": DROPPED + LOW,
                "sub/taskleash.toml": "ignore = ['TL004']",
                "sub/deep/a.py": DROPPED + LOW,
                "sub/deep/pyproject.toml": "[project]\nname = 'no table of ours'",
            },
        )
        expected = ["a.py TL004", "sub/a.py TL001", "sub/deep/a.py TL001"]
        assert found(tmp_path) == expected
        assert found(tmp_path, "a.py", "sub/a.py", "sub/deep/a.py") == expected
        assert found(tmp_path / "sub") == ["a.py TL001", "deep/a.py TL001"]

    def test_the_run_is_that_of_the_current_folder(self, tmp_path: Path) -> None:
        write(tmp_path, {"sub/a.py": LOW, "sub/taskleash.toml": "fail-on = 'low'"})
        assert taskleash("check", "sub", cwd=tmp_path).status == 0
        assert taskleash("check", cwd=tmp_path / "sub").status == 1
        write(tmp_path, {"taskleash.toml": "fail-on = 'low'"})
        assert taskleash("check", "sub", cwd=tmp_path).status == 1
        assert taskleash("check", "--fail-on", "high", "sub", cwd=tmp_path).status == 0

    def test_of_a_file_on_standard_input(self, tmp_path: Path) -> None:
        write(tmp_path, {"sub/taskleash.toml": "ignore = ['TL001']"})
        for name, status in (("sub/a.py", 0), ("a.py", 1)):
            ran = taskleash("check", "--stdin-filename", name, cwd=tmp_path, text=DROPPED)
            assert ran.status == status


class TestExtend:
    def test_what_is_not_said_again_is_taken_over(self, tmp_path: Path) -> None:
        write(
            tmp_path,
            {
                "base/pyproject.toml": (
                    "[tool.taskleash]\nfail-on = 'low'\njobs = 1\nignore = ['TL001']\n"
                    "extend-exclude = ['gen']\nextend = '../root.toml'"
                ),
                "root.toml": "lang = 'zh'\njobs = 5",
                "taskleash.toml": "extend = 'base/pyproject.toml'\njobs = 2\nignore = ['TL004']\n"
                "extend-exclude = ['old']",
            },
        )
        settings = shown(tmp_path)
        assert settings["fail-on"] == '"low"  # base/pyproject.toml'
        assert settings["lang"] == '"zh"  # root.toml'
        assert settings["jobs"] == "2  # taskleash.toml"
        both = "# base/pyproject.toml, taskleash.toml"
        assert settings["ignore"] == f'["TL001", "TL004"]  {both}'
        assert settings["extend-exclude"] == f'["gen", "old"]  {both}'

    def test_paths_are_those_of_the_file_that_names_them(self, tmp_path: Path) -> None:
        (tmp_path / ".git").mkdir()
        write(
            tmp_path,
            {
                "base/taskleash.toml": "extend-exclude = ['a/x.py']",
                "base/a/x.py": DROPPED,
                "project/taskleash.toml": "extend = '../base/taskleash.toml'",
                "project/a/x.py": DROPPED,
            },
        )
        assert read(tmp_path) == ["project/a/x.py"]

    @pytest.mark.parametrize(
        ("base", "own", "codes"),
        [
            ("", "", ["TL001", "TL004"]),
            ("ignore = ['TL001']", "", ["TL004"]),
            ("ignore = ['TL001']", "select = ['TL00']", ["TL004"]),
            ("select = ['TL004']\nignore = ['TL001']", "select = ['TL00']", ["TL001", "TL004"]),
            ("select = ['TL004']", "extend-select = ['TL001']", ["TL001", "TL004"]),
            ("ignore = ['TL001']", "extend-select = ['TL001']", ["TL001", "TL004"]),
            ("select = ['TL004']", "select = []", []),
            ("select = ['TL00']", "ignore = ['TL004']", ["TL001"]),
        ],
    )
    def test_selections_build_on_each_other(
        self, tmp_path: Path, base: str, own: str, codes: list[str]
    ) -> None:
        write(tmp_path, {"a.py": DROPPED + LOW, "base.toml": base})
        write(tmp_path, {"taskleash.toml": f"extend = 'base.toml'\n{own}"})
        assert found(tmp_path) == [f"a.py {code}" for code in codes]


class TestSelection:
    @pytest.mark.parametrize(
        ("options", "codes"),
        [
            ("", ["TL004"]),
            ("--select TL001", ["TL001"]),
            ("--select ALL", ["TL001", "TL004"]),
            ("--extend-select TL001", ["TL001", "TL004"]),
            ("--ignore TL004", []),
            ("--select ALL --ignore TL001", ["TL004"]),
            ("--isolated", ["TL001", "TL004"]),
            ("--isolated --ignore TL001", ["TL004"]),
            ("--config select=['TL001']", ["TL001"]),
            ("--config select=['TL001'] --extend-select TL004", ["TL001", "TL004"]),
        ],
    )
    def test_of_the_command_line_is_the_stronger(
        self, tmp_path: Path, options: str, codes: list[str]
    ) -> None:
        write(tmp_path, {"a.py": DROPPED + LOW, "taskleash.toml": "select = ['TL004']"})
        assert found(tmp_path, *options.split()) == [f"a.py {code}" for code in codes]

    def test_a_rule_that_is_off_is_turned_on(self, tmp_path: Path) -> None:
        kept = "import asyncio\nclass A:\n    def go(self, work):\n"
        kept += "        self.t = asyncio.create_task(work())\n"
        kept += "    async def close(self):\n        self.t.cancel()\n"
        write(tmp_path, {"a.py": kept + DROPPED})
        assert found(tmp_path) == ["a.py TL001"]
        write(tmp_path, {"taskleash.toml": "extend-select = ['TL020']"})
        assert found(tmp_path) == ["a.py TL001", "a.py TL020"]


FILES = {"a.py": DROPPED, "tests/test_a.py": DROPPED, "tests/deep/b.py": DROPPED}


class TestPerFileIgnores:
    @pytest.mark.parametrize(
        ("pattern", "ignored"),
        [
            ("a.py", {"a.py"}),
            ("*.py", set(FILES)),
            ("test_*", {"tests/test_a.py"}),
            ("tests/*", {"tests/test_a.py", "tests/deep/b.py"}),
            ("./tests/deep/**", {"tests/deep/b.py"}),
            ("**/{a,b}.py", {"a.py", "tests/deep/b.py"}),
            ("!tests/**", {"a.py"}),
            ("tests", set()),
        ],
    )
    def test_name_files_as_excludes_do(
        self, tmp_path: Path, pattern: str, ignored: set[str]
    ) -> None:
        expected = sorted(f"{path} TL001" for path in set(FILES) - ignored)
        write(tmp_path, FILES)
        assert found(tmp_path, "--per-file-ignores", f"{pattern}:TL001") == expected
        write(tmp_path, {"taskleash.toml": f"per-file-ignores = {{'{pattern}' = ['TL0']}}"})
        assert found(tmp_path) == expected
        assert found(tmp_path / "tests", "..") == sorted(
            line.replace("tests/", "") if line.startswith("tests/") else str(tmp_path / line)
            for line in expected
        )

    def test_leave_other_rules_and_sites_alone(self, tmp_path: Path) -> None:
        write(tmp_path, {"a.py": DROPPED + LOW})
        option = ("--per-file-ignores", "a.py:TL001")
        assert found(tmp_path, *option) == ["a.py TL004"]
        assert read(tmp_path, *option) == ["a.py", "a.py"]

    def test_several_on_the_command_line(self, tmp_path: Path) -> None:
        write(tmp_path, {"a.py": DROPPED + LOW, "b.py": DROPPED + LOW, "c.py": DROPPED + LOW})
        options = ("--per-file-ignores", "a.py:TL001,TL004,b.py:TL004")
        assert found(tmp_path, *options, "--per-file-ignores=c.py:TL001") == [
            "b.py TL001",
            "c.py TL004",
        ]

    def test_of_a_file_that_cannot_be_analysed(self, tmp_path: Path) -> None:
        write(tmp_path, {"bad.py": "create_task(\n", "worse.py": "create_task((\n"})
        assert found(tmp_path, "--per-file-ignores", "bad.py:ALL") == ["worse.py TL000"]
        assert found(tmp_path, "--per-file-ignores", "bad.py:TL001") == [
            "bad.py TL000",
            "worse.py TL000",
        ]


class TestInvalidFiles:
    @pytest.mark.parametrize(
        ("text", "options", "shown"),
        [
            ("select = ['TL001']", "", True),
            ("ignore = ['ALL']", "", True),
            ("ignore = ['TL000']", "", False),
            ("ignore = ['TL000']", "--select TL001", False),
            ("ignore = ['TL000']", "--extend-select TL000", True),
        ],
    )
    def test_are_hidden_where_their_rule_is_ignored(
        self, tmp_path: Path, text: str, options: str, shown: bool
    ) -> None:
        write(tmp_path, {"bad.py": "create_task(\n", "taskleash.toml": text})
        assert found(tmp_path, *options.split()) == ["bad.py TL000"] * shown


class TestFiles:
    def test_excludes_are_relative_to_their_file(self, tmp_path: Path) -> None:
        write(
            tmp_path,
            {
                "gen/a.py": DROPPED,
                "sub/gen/a.py": DROPPED,
                "sub/a.py": DROPPED,
                "sub/taskleash.toml": "exclude = ['./gen/a.py']",
            },
        )
        assert read(tmp_path) == ["gen/a.py", "sub/a.py"]
        assert read(tmp_path / "sub") == ["a.py"]
        assert read(tmp_path / "sub" / "gen", "..") == [str(tmp_path / "sub" / "a.py")]

    def test_a_folder_of_wild_characters_is_taken_as_it_is(self, tmp_path: Path) -> None:
        folder = tmp_path / "a[b]{c}"
        write(folder, {"x/a.py": DROPPED, "y/a.py": DROPPED, "taskleash.toml": "exclude = ['x/*']"})
        assert read(folder) == ["y/a.py"]

    def test_a_folder_is_left_out_by_the_configuration_around_it(self, tmp_path: Path) -> None:
        write(
            tmp_path,
            {
                "taskleash.toml": "exclude = ['old']",
                "old/a.py": DROPPED,
                "old/taskleash.toml": "exclude = []",
                "a.py": DROPPED,
            },
        )
        assert read(tmp_path) == ["a.py"]
        assert read(tmp_path, "old/a.py") == ["old/a.py"]
        assert read(tmp_path, "--force-exclude", "old/a.py", "a.py") == ["a.py"]

    def test_excludes_of_the_command_line_are_relative_to_the_current_folder(
        self, tmp_path: Path
    ) -> None:
        write(tmp_path, {"sub/a.py": DROPPED, "sub/b.py": DROPPED, "sub/taskleash.toml": ""})
        assert read(tmp_path, "--extend-exclude", "sub/a.py") == ["sub/b.py"]
        assert read(tmp_path, "--extend-exclude", "sub/{a,b}.py,c.py") == []
        assert read(tmp_path, "--config", "extend-exclude=['sub/a.py']") == ["sub/b.py"]

    def test_includes_are_what_is_read_in_folders(self, tmp_path: Path) -> None:
        write(
            tmp_path,
            {
                "src/a.py": DROPPED,
                "src/b.txt": DROPPED,
                "c.py": DROPPED,
                "deep/e.pyx": DROPPED,
                "taskleash.toml": "include = ['src/*', '*.pyx']",
            },
        )
        assert read(tmp_path) == ["deep/e.pyx", "src/a.py", "src/b.txt"]
        assert read(tmp_path, "c.py") == ["c.py"]
        write(tmp_path, {"deep/taskleash.toml": "", ".gitignore": "b.*"})
        assert read(tmp_path) == ["src/a.py"]

    def test_forced_excludes_and_ignore_files_can_be_switched(self, tmp_path: Path) -> None:
        write(tmp_path, {"a.py": DROPPED, "b.py": DROPPED, ".gitignore": "a.py"})
        write(tmp_path, {"taskleash.toml": "respect-gitignore = false\nexclude = ['b.py']"})
        assert read(tmp_path) == ["a.py"]
        assert read(tmp_path, "--respect-gitignore") == []
        assert read(tmp_path, "b.py") == ["b.py"]
        write(tmp_path, {"taskleash.toml": "force-exclude = true\nexclude = ['b.py']"})
        assert read(tmp_path, "b.py") == []
        assert read(tmp_path, "--no-force-exclude", "b.py") == ["b.py"]

    OWNER = (
        "import asyncio\nfrom core.base import Base\n\nclass Owner(Base):\n"
        "    def start(self):\n        self._beat = asyncio.create_task(self._run())\n\n"
        "    async def _run(self):\n        while True:\n            await asyncio.sleep(1)\n"
    )
    BASE = "class Base:\n    async def close(self):\n        self._beat.cancel()\n"
    OTHER_BASE = "class Base:\n    pass\n"

    def test_imports_start_from_the_folders_that_are_named(self, tmp_path: Path) -> None:
        write(
            tmp_path,
            {"lib/python/core/base.py": self.BASE, "lib/python/app/owner.py": self.OWNER,
             "core/base.py": self.OTHER_BASE},
        )  # fmt: skip
        assert found(tmp_path) == ["lib/python/app/owner.py TL010"]
        (tmp_path / "lib" / "taskleash.toml").write_text("src = ['python']", encoding="utf-8")
        write(tmp_path, {"core/base.py": ""})
        assert found(tmp_path) == []

    def test_the_rest_of_a_given_project_is_evidence(self, tmp_path: Path) -> None:
        write(tmp_path, {"core/base.py": self.BASE, "app/owner.py": self.OWNER})
        write(tmp_path, {"app/pyproject.toml": ""})
        assert found(tmp_path, "app/owner.py") == ["app/owner.py TL010"]
        assert found(tmp_path, "--project-root", ".", "app/owner.py") == []
        assert found(tmp_path, "--project-root", ".", "app") == []
        assert found(tmp_path / "app", "--project-root", "..") == []


class TestKnownCalls:
    SPAWN = "from outside.tools import spawn\n\n\nasync def go(x):\n    spawn(x())\n"

    @pytest.mark.parametrize(
        ("text", "findings"),
        [
            ("", []),
            ("spawn-calls = ['outside.tools.spawn']", ["a.py TL001"]),
            ("spawn-calls = ['outside.tools.other']", []),
            ("spawn-calls = ['outside.tools.spawn']\nsafe-calls = ['outside.tools.spawn']", []),
        ],
    )
    def test_are_spawn_sites_or_safe(self, tmp_path: Path, text: str, findings: list[str]) -> None:
        write(tmp_path, {"a.py": self.SPAWN, "taskleash.toml": text})
        assert found(tmp_path) == findings


class TestCommandLine:
    def test_a_file_stands_for_all_that_would_be_found(self, tmp_path: Path) -> None:
        write(
            tmp_path,
            {
                "a.py": DROPPED,
                "sub/a.py": DROPPED,
                "sub/taskleash.toml": "ignore = ['TL001']",
                "ci/strict.toml": "extend-exclude = ['../a.py']",
            },
        )
        assert found(tmp_path, "--config", "ci/strict.toml") == ["sub/a.py TL001"]
        options = ("--config", "ci/strict.toml", "--config", "ignore=['TL001']")
        assert found(tmp_path, *options) == []

    def test_settings_are_stronger_than_files_and_options_than_both(self, tmp_path: Path) -> None:
        write(tmp_path, {"a.py": LOW, "taskleash.toml": "fail-on = 'high'"})
        low, high = ("--config", "fail-on = 'low'"), ("--fail-on", "high")
        assert taskleash("check", *low, cwd=tmp_path).status == 1
        assert taskleash("check", *low, *high, cwd=tmp_path).status == 0
        assert taskleash("check", *low, "--isolated", cwd=tmp_path).status == 1

    def test_a_file_may_have_an_equals_sign_in_its_name(self, tmp_path: Path) -> None:
        write(tmp_path, {"a=b.toml": "jobs = 3"})
        assert shown(tmp_path, "--config", "a=b.toml")["jobs"] == "3  # a=b.toml"


class TestReports:
    def test_the_format(self, tmp_path: Path) -> None:
        write(tmp_path, {"taskleash.toml": "format = 'concise'", "sub/a.py": DROPPED})
        for more in ((), ("--format", "json=report.json")):
            ran = taskleash("check", "--quiet", *more, cwd=tmp_path / "sub")
            assert ran.out.startswith("a.py:2:1: TL001 high ")
        report = json.loads((tmp_path / "sub" / "report.json").read_text(encoding="utf-8"))
        assert [site["rule"] for site in report["sites"]] == ["TL001"]
        ran = taskleash("check", "--quiet", "--format", "github", cwd=tmp_path / "sub")
        assert ran.out.startswith("::error ")

    def test_a_baseline(self, tmp_path: Path) -> None:
        write(tmp_path, {"taskleash.toml": "baseline = 'known.txt'", "sub/a.py": DROPPED})
        taskleash("check", "--write-baseline", "known.txt", cwd=tmp_path)
        assert taskleash("check", cwd=tmp_path).status == 0
        (tmp_path / "known.txt").unlink()
        ran = taskleash("check", cwd=tmp_path)
        assert (ran.status, ran.out, ran.err.count("\n")) == (2, "", 1)
        assert ran.err.startswith("taskleash: known.txt: ")
