"""Two of the packages that `tests/corpus/scan.py` scans in every way."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.scan import lost, tried
from support.packages import unpacked


@pytest.mark.corpus
@pytest.mark.network
@pytest.mark.parametrize("requirement", ["nats-py==2.16.0", "kopf==1.45.2"])
def test_nothing_around_a_run_changes_what_it_says(tmp_path: Path, requirement: str) -> None:
    tally = tried(unpacked(requirement, tmp_path))
    assert tally.wrong == []
    assert tally.sites > 10


def test_a_file_that_was_not_read_is_missed(tmp_path: Path) -> None:
    (tmp_path / "package" / "build").mkdir(parents=True)
    for name in ("a.py", "package/b.pyi", "package/c.txt", "package/build/d.py", "license"):
        (tmp_path / name).touch()
    assert list(lost(tmp_path, 2)) == []
    assert list(lost(tmp_path, 1)) == ["2 files are there, 1 were read"]
