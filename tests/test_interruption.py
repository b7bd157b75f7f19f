"""Signals that end a run, in this process: who hears of them, how often, and what is put back."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from taskleash.driver.time_limit import TimeOver, bounded
from taskleash.interruption import Terminated, signals_end_the_block

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="has no such signals")
ENDING = [] if sys.platform == "win32" else [signal.SIGTERM, signal.SIGHUP]


@pytest.fixture(autouse=True)
def defaults() -> Iterator[None]:
    """The signals mean what they mean to a command, whatever the tests are run by."""
    before = {number: signal.signal(number, signal.SIG_DFL) for number in ENDING}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", ENDING)
def test_a_signal_ends_the_block_and_nothing_stays(number: int) -> None:
    hook = sys.unraisablehook
    with pytest.raises(Terminated) as ended, signals_end_the_block():
        signal.raise_signal(number)
    assert ended.value.signal == number
    assert [signal.getsignal(each) for each in ENDING] == [signal.SIG_DFL] * 2
    assert sys.unraisablehook is hook


def test_what_is_tidied_up_is_not_broken_off_by_the_next_signal() -> None:
    tidied = []

    def work() -> None:
        try:
            signal.raise_signal(signal.SIGHUP)
        finally:
            signal.raise_signal(signal.SIGTERM)
            tidied.append(True)

    with pytest.raises(Terminated) as ended, signals_end_the_block():
        work()
    assert tidied
    assert ended.value.signal == signal.SIGHUP


def test_what_the_caller_ignores_stays_ignored() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with signals_end_the_block():
        signal.raise_signal(signal.SIGHUP)
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN


def test_another_thread_leaves_signals_alone() -> None:
    found: list[object] = []

    def work() -> None:
        with signals_end_the_block(), bounded(0.0):
            found.append((signal.getsignal(signal.SIGTERM), signal.getitimer(signal.ITIMER_REAL)))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [(signal.SIG_DFL, (0.0, 0.0))]


class Destructor:
    """Runs something where nobody can catch what it raises."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __del__(self) -> None:
        signal.raise_signal(self.number)


@pytest.mark.parametrize("number", [signal.SIGINT, *ENDING])
def test_a_signal_that_falls_into_a_destructor_ends_the_block_all_the_same(
    number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[threading.Timer] = []
    monkeypatch.setattr(threading.Timer, "start", lambda timer: begun.append(timer))

    def work() -> None:
        Destructor(number)
        (timer,) = begun
        # Its thread would do so after a moment.
        timer.function(*timer.args)
        raise AssertionError("the block goes on")

    with pytest.raises((Terminated, KeyboardInterrupt)), signals_end_the_block():
        work()
    assert begun[0].daemon


def test_other_faults_of_destructors_are_told_as_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[object] = []
    monkeypatch.setattr(sys, "__unraisablehook__", told.append)
    fault = SimpleNamespace(exc_type=ValueError, exc_value=ValueError(), exc_traceback=None)
    with signals_end_the_block():
        sys.unraisablehook(fault)  # type: ignore[arg-type]
    assert told == [fault]


def test_a_run_without_a_limit_has_no_timer() -> None:
    with bounded(float("inf")):
        assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    with bounded(1000.0):
        assert signal.getitimer(signal.ITIMER_REAL)[0] > 1000.0
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_what_takes_far_too_long_is_broken_off() -> None:
    before = signal.getsignal(signal.SIGALRM)
    with pytest.raises(TimeOver, match="the time limit of 20 s is long over"), bounded(20.0):
        signal.raise_signal(signal.SIGALRM)
    assert signal.getsignal(signal.SIGALRM) is before
