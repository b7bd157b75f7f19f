"""A cache that a pipeline restores beside a fresh checkout: other times, perhaps another folder."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from support.command import taskleash

FIXTURES = Path(__file__).resolve().parent.parent.parent / "fixtures"


def scan(folder: Path, cache: Path) -> dict[str, Any]:
    """The JSON report of a scan with a cache, without the time it took."""
    ran = taskleash("scan", "--format", "json", "--cache-dir", str(cache), cwd=folder)
    assert (ran.status, ran.err) == (0, "")
    report: dict[str, Any] = json.loads(ran.out)
    del report["summary"]["seconds"]
    return report


def checkout(folder: Path, age: float) -> Path:
    """A project as a pipeline has it: every file is as old as the checkout."""
    shutil.copytree(FIXTURES / "linked", folder)
    (folder / "pyproject.toml").write_text("", encoding="utf-8")
    then = time.time() - age
    for path in folder.rglob("*"):
        os.utime(path, (then, then))
    return folder


def fail(*arguments: object) -> None:
    raise AssertionError("done again")


def forbid_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("taskleash.driver.parsing.workers.Workers.parse", fail)
    monkeypatch.setattr("taskleash.demand.undecided.demand", fail)
    monkeypatch.setattr("taskleash.verdict.judge.judge", fail)


@pytest.mark.parametrize("place", ["builds/1", "builds/2"], ids=["same-folder", "another-folder"])
def test_a_restored_cache_serves_a_fresh_checkout(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = scan(checkout(tmp_path / "builds/1", age=9000), tmp_path / "cache")
    assert first["sites"]
    # What a pipeline saves and restores is a copy of the folder.
    shutil.copytree(tmp_path / "cache", tmp_path / "restored")
    shutil.rmtree(tmp_path / "builds")
    fresh = checkout(tmp_path / place, age=10)
    forbid_work(monkeypatch)
    assert scan(fresh, tmp_path / "restored") == first


def test_a_restored_cache_stays_bounded(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    sizes = []
    for run in range(6):
        folder = checkout(tmp_path / f"builds/{run % 2}", age=1000 - run)
        scan(folder, cache)
        shutil.rmtree(folder)
        sizes.append(sum(path.stat().st_size for path in cache.iterdir()))
    assert sizes[-1] <= sizes[1]
