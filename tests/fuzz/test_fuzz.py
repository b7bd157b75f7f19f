"""A few inputs of each kind: what `tests/fuzz/soak.py` does with very many."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from fuzz.cases import Case, Failure
from fuzz.children import OVER, Children
from fuzz.commands import fault
from fuzz.kinds import KINDS, SHARES, case, drawn
from fuzz.smaller import smaller
from fuzz.trial import tried
from support.command import Ran

#: what takes long is tried less often
_INPUTS = {"grafts": 6, "comments": 6, "grammar": 8, "cache": 4, "baseline": 8, "hostile_cache": 2}
_OF_OTHERS = 25


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


def test_a_failing_input_is_made_small() -> None:
    lines = [b"line %d\n" % number for number in range(100)]
    large = Case("bytes", 0, {"a.py": b"".join(lines), "b.py": b"y"})
    small = smaller(large, lambda one: b"line 57" in one.files.get("a.py", b""))
    assert small.files == {"a.py": b"line 57"}
