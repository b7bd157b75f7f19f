"""Comparisons: which are decided by their constants, which are the same question asked again."""

from __future__ import annotations

import pytest

from taskleash.controlflow.assumptions import Assumptions, constant
from taskleash.controlflow.building import build
from taskleash.ir.lowering.extract import extract
from taskleash.ir.model import Call, FunctionFacts, If
from taskleash.ir.model import Test as Condition
from taskleash.ir.terms import TEXT, Constant, Parameter
from taskleash.source.loading import Source


def conditions(body: str) -> tuple[FunctionFacts, list[Condition]]:
    text = "def f(p, q):\n" + "".join(f"    {line}\n" for line in body.splitlines())
    facts = extract(Source("m.py", "m", text)).functions["f"]
    return facts, [item.test for item in facts.body.items if isinstance(item, If)]


@pytest.mark.parametrize(
    ("code", "holds"),
    [
        ("x = 0\nif x > 0:\n    p()", False),
        ("x = 0\nif x >= 0:\n    p()", True),
        ("x = -1\nif x == -1:\n    p()", True),
        ("x = 'a'\nif x != 'a':\n    p()", False),
        ("x = 'a'\nif x in ('a', 'b'):\n    p()", True),
        ("x = 'c'\nif x not in ('a', 'b'):\n    p()", True),
        ("x = 1 if p else 2\nif x > 0:\n    p()", True),
        ("x = 1 if p else 2\nif x > 1:\n    p()", None),
        ("x = 'a'\nif x > 0:\n    p()", None),
        ("x = 0\nx += 1\nif x == 0:\n    p()", None),
        ("x = 'a b'\nif x == 'a b':\n    p()", True),
        ("if p > 0:\n    p()", None),
    ],
)
def test_a_comparison_of_constants_is_decided(code: str, holds: bool | None) -> None:
    assert constant(conditions(code)[1][-1]) is holds


def test_a_parameter_is_compared_by_what_it_is_given() -> None:
    (test,) = conditions("if p > 0:\n    p()")[1]
    assert constant(test, {Parameter("p"): (Constant("0"),)}) is False
    assert constant(test, {Parameter("p"): (Constant("0"), Constant("1"))}) is None


@pytest.mark.parametrize(
    ("first", "between", "second", "contradicts"),
    [
        ("p == q", "", "p != q", True),
        ("p == q", "", "p == q", False),
        ("p == q", "q = p()", "p != q", False),
        ("p == 1", "", "p != 2", False),
        ("p in q", "", "p not in q", True),
        ("isinstance(p, int)", "", "not isinstance(p, int)", True),
        ("isinstance(p, int)", "", "not isinstance(p, str)", False),
        ("p.ready(1)", "", "not p.ready(1)", True),
        ("p.ready(1)", "", "not p.ready(2)", False),
    ],
)
def test_the_same_comparison_has_the_same_outcome(
    first: str, between: str, second: str, contradicts: bool
) -> None:
    code = f"if {first}:\n    p()\n{between}\nif {second}:\n    p()"
    facts, (before, after) = conditions(code)
    assumptions = Assumptions(facts, build(facts))

    held = frozenset(assumptions.implied(before, True))
    assert assumptions.contradicts(held, after, True) is contradicts


def test_which_words_are_logged_is_not_known() -> None:
    text = "def f(log):\n    log.info('it began')\n    log.info('it ended')\n    log.info('')\n"
    calls = extract(Source("m.py", "m", text)).functions["f"].events
    began, ended, empty = (call.args[0].value for call in calls if isinstance(call, Call))
    assert began == ended == (TEXT,)
    assert constant(Condition("other", began, op="==", other=ended)) is None
    assert constant(Condition("truth", began)) is True
    assert constant(Condition("truth", empty)) is False
