"""One defect, one finding: where it stands, what it names, what silences it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from support.command import Ran, taskleash
from support.git import Repository

BUS = """\
import asyncio


class Bus:
    def __init__(self):
        self._jobs = []

    def publish(self, message):
        return asyncio.create_task(self._send(message))

    async def _send(self, message):
        await asyncio.sleep(1)

    def log(self, message):
        self._jobs.append(asyncio.create_task(self._send(message)))

    def alarm(self, message):
        self._jobs.append(asyncio.create_task(self._send(message)))


async def first(bus: Bus):
    bus.publish("one"){first}


async def second(bus: Bus):
    bus.publish("two"){second}
"""
RETURNED, LOGGED, ALARMED, FIRST, SECOND = 9, 15, 18, 22, 26
RULES = ("--select", "TL003,TL013")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write(tmp_path)
    return tmp_path


def write(folder: Path, first: str = "", second: str = "") -> None:
    (folder / "bus.py").write_text(BUS.format(first=first, second=second))


def check(folder: Path, *arguments: str) -> Ran:
    return taskleash("check", "--isolated", "--no-cache", *RULES, *arguments, cwd=folder)


def reported(folder: Path, *arguments: str) -> dict[int, list[int]]:
    """The lines of the findings, each with those of its related places."""
    document = json.loads(check(folder, "--format", "json", *arguments).out)
    return {s["line"]: [p["line"] for p in s.get("related", [])] for s in document["sites"]}


BOTH = {LOGGED: [ALARMED], FIRST: [SECOND, RETURNED]}


def test_callers_and_the_function_are_one_finding_and_so_are_the_tasks_of_a_list(
    project: Path,
) -> None:
    assert reported(project) == BOTH


def test_the_inventory_keeps_every_site_with_its_risk(project: Path) -> None:
    ran = taskleash("scan", "--isolated", "--no-cache", "--format", "json", cwd=project)
    risks = {site["line"]: site["risk"] for site in json.loads(ran.out)["sites"]}
    assert risks == dict.fromkeys((RETURNED, LOGGED, ALARMED, FIRST, SECOND), "high")


def test_a_comment_moves_the_finding_to_the_next_place(project: Path) -> None:
    write(project, first="  # noqa: TL003")
    assert reported(project) == {LOGGED: [ALARMED], SECOND: [RETURNED]}
    write(project, first="  # noqa: TL003", second="  # noqa: TL003")
    assert reported(project) == {LOGGED: [ALARMED]}


def test_silenced_places_are_shown_each_by_itself(project: Path) -> None:
    write(project, first="  # noqa: TL003")
    shown = reported(project, "--show-suppressed")
    assert shown == {LOGGED: [ALARMED], FIRST: [], SECOND: [RETURNED]}


def test_counts_follow(project: Path) -> None:
    ran = check(project, "--statistics")
    assert "Found 2 findings: 2 high." in ran.out
    assert re.findall(r"^(\d+)\tTL", ran.out, re.MULTILINE) == ["1", "1"]


def test_fixes_follow(project: Path) -> None:
    ran = check(project, "--fix")
    assert "Fixed 2 findings in 1 file:" in ran.out
    assert ran.status == 0
    assert reported(project) == {}


def test_a_baseline_of_every_place_still_matches_and_a_new_drop_is_reported(project: Path) -> None:
    ran = check(project, "--write-baseline", "base.txt")
    assert "base.txt: 2 findings written" in ran.err
    listed = (project / "base.txt").read_text().splitlines()
    assert sum("TL003" in line for line in listed) == 3
    ran = check(project, "--baseline", "base.txt")
    assert (ran.status, ran.out) == (0, "All checks passed! (2 known findings in base.txt)\n")
    third = '\n\nasync def third(bus: Bus):\n    bus.publish("three")\n'
    (project / "bus.py").write_text(BUS.format(first="", second="") + third)
    assert reported(project, "--baseline", "base.txt") == {30: []}


def test_only_what_has_changed(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    write(tmp_path)
    repository.commit()
    write(tmp_path, second="  # changed")
    assert reported(tmp_path, "--diff-base", "HEAD") == {SECOND: []}


def test_text_names_the_other_places(project: Path) -> None:
    out = check(project, "--format", "full").out
    assert f"also      bus.py:{SECOND}: dropped here, too" in out
    assert f"          bus.py:{RETURNED}: started here" in out
    assert f"also      bus.py:{ALARMED}: the same of the task that is started here" in out


def test_sarif_relates_the_other_places(project: Path) -> None:
    document = json.loads(check(project, "--format", "sarif").out)
    related = {
        result["ruleId"]: [
            place["physicalLocation"]["region"]["startLine"] for place in result["relatedLocations"]
        ]
        for result in document["runs"][0]["results"]
    }
    assert related == {"TL003": [SECOND, RETURNED], "TL013": [ALARMED]}


def test_a_public_method_is_no_defect_where_only_a_test_drops_its_task(tmp_path: Path) -> None:
    (tmp_path / "bus.py").write_text(BUS.partition("async def first")[0])
    tests = tmp_path / "tests"
    tests.mkdir()
    (tests / "test_bus.py").write_text(
        "from bus import Bus\n\n\nasync def test_it():\n    Bus().publish(1)\n"
    )
    document = json.loads(check(tmp_path, "--format", "json").out)
    found = [(site["path"], site["line"], "related" in site) for site in document["sites"]]
    assert found == [("bus.py", LOGGED, True), ("tests/test_bus.py", 5, False)]
