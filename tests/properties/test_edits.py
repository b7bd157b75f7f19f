"""A scan after an edit says what a scan with an empty cache says, byte for byte."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest

from support.command import taskleash
from support.edits import Texts, edited, put
from support.programs import fixture_programs
from support.sweeps import parted

#: those of several files: an edit of one of them changes what is asked for of the others
PROGRAMS = [program for program in fixture_programs() if len(program.files) > 1]
SOME, OTHERS = parted(list(range(len(PROGRAMS))))


def said(folder: Path, *options: str) -> tuple[Any, str]:
    """The report of a scan, and for which question each file was read."""
    ran = taskleash(
        *("scan", "--isolated", "--format", "json", "--explain-files", *options, "."), cwd=folder
    )
    assert ran.status in (0, 1), ran.err
    report = json.loads(ran.out)
    del report["summary"]["seconds"]
    return report, ran.err


def compare_after_edits(texts: Texts, folder: Path, seed: str, edits: int) -> None:
    """Edit a program again and again, each time from what the runs so far have kept."""
    random, cache, done = Random(seed), str(folder.with_name("cache")), []
    put(folder, {}, texts)
    said(folder, "--cache-dir", cache)
    for _ in range(edits):
        name, after = edited(texts, random)
        put(folder, texts, after)
        texts = after
        done.append(name)
        found, expected = said(folder, "--cache-dir", cache), said(folder, "--no-cache")
        assert found == expected, (seed, done)


@pytest.mark.parametrize(
    "numbers",
    [
        pytest.param(SOME[:4], id="some"),
        pytest.param([*SOME[4:], *OTHERS], id="others", marks=pytest.mark.sweep),
    ],
)
def test_what_is_kept_changes_nothing(numbers: list[int], tmp_path: Path) -> None:
    for number in numbers:
        program = PROGRAMS[number]
        folder = tmp_path / str(number) / "program"
        compare_after_edits(dict(program.files), folder, f"{program.name} 1", 4)
