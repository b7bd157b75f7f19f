"""Projects that are given together are judged as if each were given alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from support.command import taskleash

CALLER = """\
import asyncio

from helper import start


async def work():
    await asyncio.sleep(1)


def go():
    start(work())
"""
DROPS = """\
import asyncio


def start(work):
    return asyncio.create_task(work)
"""
KEEPS = """\
import asyncio

_tasks = set()


def start(work):
    task = asyncio.create_task(work)
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)
"""
OWNER = """\
import asyncio


class Owner:
    def start(self):
        self.beat = asyncio.create_task(self.run())

    async def run(self):
        while True:
            await asyncio.sleep(1)
"""
ENDER = """\
from owner import Owner


class Ender:
    def __init__(self, owner: Owner):
        self.owner = owner

    async def close(self):
        self.owner.beat.cancel()
"""


def write(folder: Path, files: dict[str, str], marker: str = "") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if marker == ".git":
        (folder / ".git").mkdir()
    elif marker:
        (folder / marker).write_text("", encoding="utf-8")
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")


def scan(folder: Path, *arguments: str) -> dict[str, Any]:
    ran = taskleash("scan", "--format", "json", *arguments, cwd=folder)
    assert (ran.status, ran.err) == (0, "")
    report: dict[str, Any] = json.loads(ran.out)
    return report


def risks(report: dict[str, Any]) -> dict[str, str]:
    return {f"{site['path']}:{site['line']}": site["risk"] for site in report["sites"]}


@pytest.fixture(params=[".git", "pyproject.toml"])
def repos(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Two repositories with modules of the same names."""
    write(tmp_path / "repos" / "one", {"app.py": CALLER, "helper.py": DROPS}, request.param)
    write(tmp_path / "repos" / "two", {"app.py": CALLER, "helper.py": KEEPS}, request.param)
    return tmp_path


def test_each_repository_is_judged_as_if_it_were_alone(repos: Path) -> None:
    one, two = scan(repos, "repos/one"), scan(repos, "repos/two")
    both = scan(repos, "repos/two", "repos/one")
    assert both["sites"] == one["sites"] + two["sites"]
    for count in ("files", "parsed", "sites", "high", "low", "none"):
        assert both["summary"][count] == one["summary"][count] + two["summary"][count]
    assert risks(both)["repos/one/app.py:11"] == "high"
    assert risks(both)["repos/two/helper.py:7"] == "none"


def test_a_second_run_says_the_same(repos: Path) -> None:
    first = scan(repos, "repos/one", "repos/two")
    again = scan(repos, "repos/one", "repos/two")
    assert again["sites"] == first["sites"]
    write(repos / "repos" / "two", {"helper.py": DROPS})
    changed = scan(repos, "repos/one", "repos/two")
    assert risks(changed)["repos/two/app.py:11"] == "high"
    assert changed["sites"] == scan(repos, "repos/one", "repos/two", "--no-cache")["sites"]


def test_files_of_two_repositories(repos: Path) -> None:
    report = scan(repos, "repos/one/helper.py", "repos/two/helper.py")
    assert risks(report) == {"repos/one/helper.py:5": "high", "repos/two/helper.py:7": "none"}


def test_the_folder_around_them_is_one_program_and_no_file_of_it_comes_twice(repos: Path) -> None:
    report = scan(repos, ".", "repos/two")
    paths = [(site["path"], site["line"]) for site in report["sites"]]
    assert len(paths) == len(set(paths))
    assert report["summary"]["files"] == 4
    assert risks(report)["repos/two/helper.py:7"] == "none"


def test_fixes_of_two_repositories(repos: Path) -> None:
    alone = taskleash("check", "--diff", "repos/one", cwd=repos)
    both = taskleash("check", "--diff", "repos/one", "repos/two", cwd=repos)
    assert "+" in both.out
    assert both.out == alone.out
    assert taskleash("check", "--fix", "repos/one", "repos/two", cwd=repos).status == 0
    assert set(risks(scan(repos, "repos/one", "repos/two")).values()) == {"none"}


@pytest.mark.parametrize("markers", [(".git", ""), (".git", "setup.py"), ("pyproject.toml", "")])
def test_paths_inside_one_project_are_one_program(markers: tuple[str, str], tmp_path: Path) -> None:
    outer, inner = markers
    write(tmp_path, {}, outer)
    write(tmp_path / "first", {"owner.py": OWNER}, inner)
    write(tmp_path / "second", {"ender.py": ENDER}, inner)
    together = scan(tmp_path, "first", "second")
    assert risks(together) == {"first/owner.py:6": "none"}
    assert risks(scan(tmp_path, "first/owner.py", "second/ender.py")) == {
        "first/owner.py:6": "none"
    }


def test_paths_without_any_project_are_one_program(tmp_path: Path) -> None:
    write(tmp_path / "first", {"owner.py": OWNER})
    write(tmp_path / "second", {"ender.py": ENDER})
    assert risks(scan(tmp_path, "first", "second")) == {"first/owner.py:6": "none"}


def test_the_project_that_is_given_decides(tmp_path: Path) -> None:
    write(tmp_path / "first", {"owner.py": OWNER}, ".git")
    write(tmp_path / "second", {"ender.py": ENDER}, ".git")
    assert risks(scan(tmp_path, "first", "second")) == {"first/owner.py:6": "low"}
    given = scan(tmp_path, "--project-root", ".", "first", "second")
    assert risks(given) == {"first/owner.py:6": "none"}
