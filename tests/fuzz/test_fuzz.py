"""A few inputs of each kind: what `tests/fuzz/soak.py` does with very many."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from fuzz.cases import Case, Failure
from fuzz.children import OVER, Children
from fuzz.commands import fault
from fuzz.kinds import KINDS, SHARES, case, drawn
from fuzz.smaller import smaller
from fuzz.trial import tried
from support.command import Ran, environment
from support.processes import SECONDS, children, wait_until_gone

#: what takes long is tried less often
_INPUTS = {"grafts": 6, "comments": 6, "grammar": 8, "cache": 4, "baseline": 8, "hostile_cache": 2}
_OF_OTHERS = 25
SOAK = Path(__file__).with_name("soak.py")


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_wrong_with_the_first_inputs(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for seed in range(_INPUTS.get(kind, _OF_OTHERS)):
        drawn_case = case(kind, seed)
        failure = tried(drawn_case)
        assert failure is None, f"{failure.what}\n{failure.detail}\n{drawn_case}"


@pytest.mark.parametrize("kind", KINDS)
def test_an_input_follows_from_its_kind_and_its_seed(kind: str) -> None:
    assert [case(kind, seed) for seed in range(5)] == [case(kind, seed) for seed in range(5)]
    assert len({str(case(kind, seed)) for seed in range(12)}) > 6


@pytest.mark.parametrize("kind", ["trace", "compare", "models"])
def test_an_input_does_not_follow_from_those_before_it(kind: str) -> None:
    forwards = [str(case(kind, seed)) for seed in range(400)]
    assert [str(case(kind, seed)) for seed in reversed(range(400))] == forwards[::-1]


def test_a_short_soak_has_inputs_of_every_kind() -> None:
    assert sum(SHARES.values()) == 1000
    assert {kind for kind, _ in drawn(0, 1000)} == set(KINDS)
    assert {kind for kind, _ in drawn(3000, 300)} >= set(KINDS[:5])


@pytest.mark.parametrize(
    ("ran", "what"),
    [
        (Ran(2, "", "taskleash: internal error: KeyError: 1\n"), "taskleash: internal error"),
        (Ran(1, "", "Traceback (most recent call last):\n"), "Traceback"),
        (Ran(130, "", ""), "exit status 130"),
        (Ran(2, "", ""), "exit status 2 without a reason"),
    ],
)
def test_what_no_run_may_do_is_a_failure(ran: Ran, what: str) -> None:
    failure = fault(ran)
    assert failure is not None
    assert failure.what.startswith(what)


@pytest.mark.parametrize("ran", [Ran(0, "", ""), Ran(1, "x", ""), Ran(2, "", "taskleash: no\n")])
def test_what_a_run_may_do_is_none(ran: Ran) -> None:
    assert fault(ran) is None


@pytest.mark.skipif(sys.platform == "win32", reason="has no clock of the processor's time")
def test_an_input_that_takes_too_long_is_a_failure_and_stops_no_other() -> None:
    long = Case("grammar", 0, {"app.py": b"create_task(f())\n" + b"x = f(1, [2])\n" * 60_000})
    short = Case("bytes", 0, {"app.py": b"x = 1\n"})
    with Children(1, bound=2.0) as children:
        found = [(job, failure) for job, failure, _ in children.tried(iter([long, short]))]
    assert found == [(long, Failure(OVER)), (short, None)]


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_soak_that_is_ended_ends_its_own(number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, SOAK, "--kind", "grammar", "--inputs", "100000", "--jobs", "1"],
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # As a shell has it for what it starts in the background.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    ) as soak:
        try:
            started = wait_for(lambda: trying(soak.pid))
            soak.send_signal(number)
            assert soak.wait(SECONDS) == (1 if number != signal.SIGKILL else -number)
        finally:
            soak.kill()
    assert not wait_until_gone(started)


def trying(soak: int) -> list[int]:
    """The processes below a soak, once one of them has a process group of its own."""
    found = children(soak)
    return found if any(os.getpgid(process) == process for process in found) else []


def wait_for(condition: Callable[[], list[int]]) -> list[int]:
    """What the condition gives, once that is something."""
    end = time.monotonic() + SECONDS
    while not (found := condition()):
        assert time.monotonic() < end
        time.sleep(0.05)
    return found


def test_a_failing_input_is_made_small() -> None:
    lines = [b"line %d\n" % number for number in range(100)]
    large = Case("bytes", 0, {"a.py": b"".join(lines), "b.py": b"y"})
    small = smaller(large, lambda one: b"line 57" in one.files.get("a.py", b""))
    assert small.files == {"a.py": b"line 57"}


def test_no_command_line_has_the_whole_machine_read() -> None:
    drawn_cases = (case("command_line", seed) for seed in range(3000))
    words = [word for each in drawn_cases for word in itertools.pairwise(each.commands[0])]
    assert {value for option, value in words if option == "--project-root"} >= {".", "../.."}
    assert ("--project-root", "/") not in words
