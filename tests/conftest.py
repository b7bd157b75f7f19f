"""What holds for all tests."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from support.bytecode import keep_bytecode

# Before anything large is imported.
keep_bytecode()

from support.drawing import register_profiles  # noqa: E402
from support.registry import unreachable  # noqa: E402

register_profiles()
_NUMBERS = count()
#: what only runs where it is asked for, and why
_OF_THEIR_OWN = {
    "corpus": "scans whole packages",
    "sweep": "the rest of what the suite tries a part of",
    "network": "downloads pinned packages",
    "browser": "drives a Chromium",
    "cluster": "starts the scheduler of a cluster and its workers",
}


def pytest_configure() -> None:
    """Signals mean to the programs that tests run what they mean on a terminal.

    What a shell starts in the background, or a service, has them ignored, and so has all it starts.
    """
    for name, handler in (("SIGINT", signal.default_int_handler), ("SIGHUP", signal.SIG_DFL)):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, handler)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One process for each core that this one may use: xdist counts those of the machine."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def pytest_collection_finish() -> None:
    """The tests themselves are millions of objects that stay: the collector leaves them alone."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def all_caches(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the user's cache folders of all tests are."""
    return tmp_path_factory.mktemp("caches")


@pytest.fixture(autouse=True)
def user_caches(all_caches: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test has a user's cache folder of its own: none finds what another one kept."""
    # It is made by who needs it: most tests do not, and there are thousands.
    monkeypatch.setenv("XDG_CACHE_HOME", str(all_caches / str(next(_NUMBERS))))


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    """A thread that goes on after its test would decide how workers start in all later ones."""
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """What takes long is left for its own command, what needs the registry for when it answers."""
    marker = next(filter(item.get_closest_marker, _OF_THEIR_OWN), None)
    if marker is not None and marker not in item.config.getoption("markexpr"):
        pytest.skip(f"{_OF_THEIR_OWN[marker]}: pytest -m {marker}")
    if item.get_closest_marker("network") and (reason := unreachable()):
        pytest.skip(reason)
