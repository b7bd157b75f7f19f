"""What stands for the bytes of many files, read by this process and a copy of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from taskleash.driver.cache import digests as module
from taskleash.driver.cache.digests import FEW, UNREADABLE, digests
from taskleash.driver.cache.keys import digest


@pytest.fixture
def paths(tmp_path: Path) -> list[str]:
    """So many files that two processes read them, all of them different; the last one is gone."""
    for number in range(FEW + 1):
        (tmp_path / f"{number}.py").write_text(f"x = {number}\n", encoding="utf-8")
    return [str(tmp_path / f"{number}.py") for number in range(FEW + 2)]


def expected(paths: list[str]) -> list[bytes]:
    return [*(digest(Path(path).read_bytes()) for path in paths[:-1]), UNREADABLE]


@pytest.mark.parametrize("jobs", [1, 2])
def test_each_file_has_its_own_in_the_order_asked_for(paths: list[str], jobs: int) -> None:
    assert digests(paths, jobs) == expected(paths)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no copies of processes on this system")
def test_a_copy_that_dies_leaves_its_part_to_this_process(
    paths: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    copies: list[int] = []
    fork = os.fork

    def noted() -> int:
        copies.append(fork())
        return copies[-1]

    monkeypatch.setattr(os, "fork", noted)
    monkeypatch.setattr(module, "_send", lambda end, data: os.write(end, data[:100]))
    assert digests(paths, 2) == expected(paths)
    for copy in copies:
        with pytest.raises(ChildProcessError):
            os.waitpid(copy, os.WNOHANG)
