"""Searches along the paths of a function: how many states they take, and what they find."""

from __future__ import annotations

import textwrap

import pytest

from taskleash.controlflow.exceptions import raised_by
from taskleash.controlflow.paths import EndingEvent, PathOutcome, Paths
from taskleash.ir.lowering.extract import extract
from taskleash.ir.model import Call
from taskleash.source.loading import Source


def searched(body: str) -> PathOutcome:
    """The search of a function from its call of ``spawn`` to those of ``end``."""
    text = "def f(self):\n" + textwrap.indent(textwrap.dedent(body), "    ")
    module = extract(Source("m.py", "m", text))
    facts = next(f for f in module.functions.values() if f.kind == "function")
    calls = {i: e.text for i, e in enumerate(facts.events) if isinstance(e, Call)}
    spawns = [index for index, text in calls.items() if text == "spawn"]
    endings = [EndingEvent(index) for index, text in calls.items() if text == "end"]
    return Paths(facts, raised_by(facts.events)).search(spawns, endings, set())


def asked_twice(number: int) -> str:
    return f"if self.a{number}:\n    x()\nif self.a{number}:\n    y()\n"


@pytest.mark.parametrize("end", ["end()", "pass"])
def test_what_is_never_asked_again_does_not_multiply_paths(end: str) -> None:
    body = "".join(map(asked_twice, range(40)))
    found = searched(f"spawn()\n{body}{end}\n")
    assert found.is_complete
    assert bool(found.leaks) is (end == "pass")


def test_a_way_on_which_less_is_known_stands_for_those_on_which_more_is() -> None:
    # The first branch leads past all conditions, so that what it leaves open covers the others.
    asked = "".join(f"    if self.a{n}:\n        x()\n" for n in range(10))
    again = "".join(f"if self.a{n}:\n    y()\n" for n in range(10))
    body = f"spawn()\nif self.fast:\n    pass\nelse:\n{asked}{again}end()\n"
    found = searched(body)
    assert found.is_complete
    assert not found.leaks


def test_conditions_that_agree_are_one_path_all_the_same() -> None:
    body = "if self.a:\n    spawn()\nelif self.b:\n    x()\nif self.c:\n    y()\n"
    assert not searched(f"{body}if self.a:\n    end()\n").leaks
    assert searched(f"{body}self.a = 0\nif self.a:\n    end()\n").leaks
