"""Real packages: the cache and the number of workers change nothing of what is said about them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from support.command import taskleash
from support.packages import unpacked

PACKAGES = ["sanic==25.12.1", "nats-py==2.16.0", "telethon==1.45.0"]
_SECONDS = re.compile(r'"seconds": [0-9.e-]+')


@pytest.mark.corpus
@pytest.mark.network
@pytest.mark.parametrize("requirement", PACKAGES)
def test_cold_warm_one_job_and_two_jobs_give_the_same_bytes(
    tmp_path: Path, requirement: str
) -> None:
    folder = unpacked(requirement, tmp_path / "package")
    cache = f"--cache-dir={tmp_path / 'cache'}"
    without = scanned_bytes(folder, "--no-cache", "--jobs", "1")
    assert '"line"' in without
    assert scanned_bytes(folder, "--no-cache", "--jobs", "2") == without
    assert scanned_bytes(folder, cache, "--jobs", "2") == without
    assert scanned_bytes(folder, cache) == without
    # What was parsed, asked and judged is known, but not that this is the same program.
    (folder / "one_more.py").write_text("x = 1\n", encoding="utf-8")
    assert scanned_bytes(folder, cache) == scanned_bytes(folder, "--no-cache")


def scanned_bytes(folder: Path, *options: str) -> str:
    """The JSON report of a scan, as written but for the time it took."""
    ran = taskleash("scan", "--isolated", "--format", "json", *options, cwd=folder)
    assert (ran.status, ran.err) == (0, "")
    report, count = _SECONDS.subn("", ran.out)
    assert count == 1
    return report
