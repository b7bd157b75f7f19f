"""What the outcome of a condition shows: all that its parts can have come out as is tried."""

from __future__ import annotations

import itertools

import pytest

from taskleash.controlflow.implied import shows
from taskleash.ir.model import Test as Condition

A, B = (Condition("truth", text=name) for name in "ab")


def value(test: Condition, outcomes: dict[str, bool]) -> bool:
    if test.kind == "not":
        return not value(test.parts[0], outcomes)
    if test.kind in ("and", "or"):
        join = all if test.kind == "and" else any
        return join(value(part, outcomes) for part in test.parts)
    return outcomes[test.text]


def of(kind: str, *parts: Condition) -> Condition:
    return Condition(kind, parts=parts)


@pytest.mark.parametrize("holds", [True, False])
@pytest.mark.parametrize(
    "test",
    [
        A,
        of("not", A),
        of("and", A, B),
        of("or", A, B),
        of("not", of("and", A, B)),
        of("not", of("or", A, of("not", B))),
        of("and", of("not", A), of("or", A, B)),
    ],
)
def test_what_is_shown_is_so_whatever_else_is_the_case(test: Condition, holds: bool) -> None:
    cases = [
        dict(zip("ab", each, strict=True)) for each in itertools.product((False, True), repeat=2)
    ]
    possible = [case for case in cases if value(test, case) is holds]
    is_a = shows(test, holds, lambda part, outcome: part.text == "a" and outcome)
    if is_a:
        assert all(case["a"] for case in possible)


@pytest.mark.parametrize(
    ("test", "holds", "is_shown"),
    [
        (of("and", A, B), True, True),
        (of("and", A, B), False, False),
        (of("or", A, B), True, False),
        (of("or", A, of("and", B, A)), True, True),
        (of("not", of("or", of("not", A), B)), True, True),
        (of("not", A), True, False),
    ],
)
def test_of_a_conjunction_one_part_is_enough(test: Condition, holds: bool, is_shown: bool) -> None:
    assert shows(test, holds, lambda part, outcome: part.text == "a" and outcome) is is_shown
