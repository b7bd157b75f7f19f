from __future__ import annotations

import random
import re
import time

import pytest

from taskleash.source.excludes import compile_excludes
from taskleash.source.globs import (
    Automaton,
    Either,
    Many,
    One,
    Step,
    is_simple,
    literal,
    matcher,
    matchers,
    regex,
)


def steps(drawn: random.Random, depth: int = 2) -> list[Step]:
    found: list[Step] = []
    for _ in range(drawn.randint(0, 4)):
        kind = drawn.random()
        of = drawn.choice(["a", "b", "/", "[^/]", "."])
        if kind < 0.3:
            found.append(Many(of))
        elif kind < 0.5 and depth:
            options = [tuple(steps(drawn, depth - 1)) for _ in range(drawn.randint(1, 3))]
            found.append(Either(tuple(options)))
        else:
            found.append(One(of))
    return found


@pytest.mark.parametrize("seed", range(20))
def test_the_automaton_and_the_expression_match_the_same(seed: int) -> None:
    drawn = random.Random(seed)
    for _ in range(100):
        pattern = steps(drawn)
        automaton, expression = Automaton(pattern), re.compile(regex(pattern), re.DOTALL)
        for _ in range(20):
            text = "".join(drawn.choice("ab/\n") for _ in range(drawn.randint(0, 8)))
            assert automaton.matches(text) == bool(expression.fullmatch(text)), (pattern, text)


@pytest.mark.parametrize("simple", [["a"], []])
def test_a_pattern_of_many_stars_counts_beside_simple_ones(simple: list[str]) -> None:
    stars = [step for char in "bcdefgh" for step in (Many("[^/]"), *literal(char))]
    assert not is_simple(stars)
    any_of = matchers([stars, *map(literal, simple)])
    found = [text for text in ("a", "b-c-d-efgh", "bcdefg") if any(one(text) for one in any_of)]
    assert found == [*simple, "b-c-d-efgh"]


def test_states_that_are_forgotten_are_found_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("taskleash.source.globs._ROOM", 3)
    pattern = [Many("."), One("a"), One("."), One("."), One("."), Many("b")]
    automaton, expression = Automaton(pattern), re.compile(regex(pattern), re.DOTALL)
    drawn = random.Random(1)
    for _ in range(500):
        text = "".join(drawn.choice("ab") for _ in range(10))
        assert automaton.matches(text) == bool(expression.fullmatch(text))


@pytest.mark.parametrize(
    "glob",
    [
        "*a" * 40 + "b",
        "**/" * 40 + "b",
        "**/a/" * 40 + "b",
        "{a,a}" * 40 + "b",
        "{a,a*}" * 40 + "b",
        "{a*,{a*,{a*}}}" * 20 + "b",
        "[a]*" * 60 + "b",
        "{" * 5000 + "a" + "}" * 5000,
        "?" * 5000 + "*" * 5000 + "a*b*c",
    ],
)
def test_no_pattern_takes_time_that_is_out_of_proportion(glob: str) -> None:
    start = time.process_time()
    excludes = compile_excludes([glob, f"x/{glob}"], "/current")
    for length in (10, 100, 1000):
        excludes.match("/current/x/" + "a/" * length, "a" * length)
    assert time.process_time() - start < 20


def test_a_few_wildcards_make_an_expression() -> None:
    assert getattr(matcher([Many("."), One("a")]), "__self__", None).__class__ is re.Pattern
