"""The control-flow graph, shown as the events of each block and where control goes from there."""

from __future__ import annotations

import textwrap

import pytest

from taskleash.controlflow.building import build
from taskleash.controlflow.cfg import EXIT, ControlFlowGraph
from taskleash.ir.lowering.extract import extract
from taskleash.ir.model import Call, FunctionFacts
from taskleash.source.loading import Source


def function(text: str) -> FunctionFacts:
    """The first function of a text."""
    facts = extract(Source("m.py", "m", textwrap.dedent(text)))
    return next(f for f in facts.functions.values() if f.kind == "function")


def reached_from(graph: ControlFlowGraph, facts: FunctionFacts, name: str) -> set[str]:
    """The calls that control can come to next after the call of a name; EXIT for the end."""
    events = {i: e.text for i, e in enumerate(facts.events) if isinstance(e, Call)}
    found: set[str] = set()
    starts = [
        (number, graph.place_in(number, event))
        for event, text in events.items()
        if text == name
        for number in graph.blocks_of(event)
    ]
    pending = [(number, place + 1) for number, place in starts]
    for number, place in starts:
        raised = graph.raised_between(number, place - 1, place + 1)
        caught = graph.blocks[number].caught
        pending += [(edge.target, 0) for kind in raised for edge in caught.get(kind, ())]
    seen = set(pending)
    while pending:
        number, place = pending.pop()
        following = [e for e in graph.blocks[number].events[place:] if e in events]
        if following:
            found.add(events[following[0]])
            continue
        for edge in graph.successors(number):
            if edge.target == EXIT:
                found.add("EXIT")
            elif (edge.target, 0) not in seen:
                seen.add((edge.target, 0))
                pending.append((edge.target, 0))
    return found


PROGRAMS = {
    "a branch": (
        """
        def f(x):
            a()
            if x:
                b()
            c()
        """,
        {"a": {"b", "c"}, "b": {"c"}, "c": {"EXIT"}},
    ),
    "a loop may have no turn and comes back": (
        """
        def f(xs):
            a()
            for x in xs:
                b()
            c()
        """,
        {"a": {"b", "c"}, "b": {"b", "c"}},
    ),
    "a loop without a condition ends by a break only": (
        """
        def f(x):
            while True:
                a()
                if x:
                    break
                b()
            c()
        """,
        {"a": {"b", "c"}, "b": {"a"}},
    ),
    "a return goes through finally": (
        """
        def f(x):
            try:
                a()
                return
            finally:
                b()
            c()
        """,
        {"a": {"b"}, "b": {"EXIT"}},
    ),
    "a break goes through finally to what follows the loop": (
        """
        def f(xs):
            for x in xs:
                try:
                    a()
                    break
                finally:
                    b()
            c()
        """,
        {"b": {"c"}},
    ),
    "a call may raise into each handler that may catch it": (
        """
        def f(x):
            try:
                a()
                b()
            except ValueError:
                c()
            except Exception:
                d()
            e()
        """,
        {"a": {"b", "c", "d"}, "b": {"c", "d", "e"}, "c": {"e"}, "d": {"e"}},
    ),
    "what no handler catches leaves the function": (
        """
        def f(x):
            try:
                a()
            finally:
                b()
            c()
        """,
        {"a": {"b"}, "b": {"c"}},
    ),
    "a raise ends the path": (
        """
        def f(x):
            if x:
                a()
                raise ValueError
            b()
        """,
        {"a": set(), "b": {"EXIT"}},
    ),
    "what suppress catches goes on behind it": (
        """
        from contextlib import suppress

        def f(x):
            with suppress(KeyError):
                a()
                b()
            c()
        """,
        {"a": {"b", "c"}},
    ),
    "each case, and none of them": (
        """
        def f(x):
            match x:
                case 1:
                    a()
                case 2:
                    b()
            c()
        """,
        {"a": {"c"}, "b": {"c"}},
    ),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_where_control_goes(name: str) -> None:
    text, expected = PROGRAMS[name]
    facts = function(text)
    graph = build(facts)

    found = {call: reached_from(graph, facts, call) for call in expected}

    assert found == expected


def test_a_generator_may_be_left_at_any_of_several_yields() -> None:
    facts = function("def f(xs):\n    for x in xs:\n        a()\n        yield x\n    b()\n")

    assert reached_from(build(facts), facts, "a") == {"a", "b", "EXIT"}


def test_a_generator_with_one_yield_is_resumed() -> None:
    facts = function("def f():\n    a()\n    yield\n    b()\n")

    assert reached_from(build(facts), facts, "a") == {"b"}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("def f(x):\n    a()\n    b()\n", True),
        ("def f(x):\n    if x:\n        a()\n    b()\n", False),
        ("def f(x):\n    a()\n    if x:\n        b()\n", True),
        ("def f(x):\n    for y in x:\n        a()\n    b()\n", False),
        (
            "def f(x):\n    try:\n        c()\n        a()\n    except E:\n        pass\n    b()\n",
            False,
        ),
        ("def f(x):\n    if not x:\n        return\n    a()\n    b()\n", True),
    ],
)
def test_dominance(text: str, holds: bool) -> None:
    facts = function(text)
    events = {e.text: i for i, e in enumerate(facts.events) if isinstance(e, Call)}

    assert build(facts).dominates(events["a"], events["b"]) is holds


@pytest.mark.parametrize(
    ("text", "leads"),
    [
        ("def f():\n    a()\n    b()\n", "b"),
        ("def f(x):\n    a()\n    if x:\n        b()\n    c()\n", "c"),
        ("def f(x):\n    a()\n    if x:\n        return\n    b()\n    c()\n", ""),
        ("def f(x):\n    a()\n    while True:\n        if x:\n            b()\n", "b"),
        ("def f(x):\n    b()\n    a()\n    for y in x:\n        c()\n", ""),
        ("def f(x):\n    for y in x:\n        b()\n        a()\n    c()\n", "c"),
        ("def f():\n    try:\n        a()\n    finally:\n        b()\n    c()\n", "bc"),
    ],
)
def test_what_control_comes_to_in_any_case(text: str, leads: str) -> None:
    facts = function(text)
    events = {e.text: i for i, e in enumerate(facts.events) if isinstance(e, Call)}
    graph = build(facts)

    # Each is asked for between two others: what was found for those is not its answer.
    for name in "bcbc":
        if name in events:
            assert graph.leads_to(events["a"], [events[name]]) is (name in leads), name
    assert not graph.leads_to(events["a"], [])


def test_finally_within_finally_does_not_grow_without_bound() -> None:
    text = "def f(x):\n"
    for depth in range(12):
        indent = "    " * (depth + 1)
        text += f"{indent}try:\n{indent}    if x: return\n{indent}    a()\n{indent}finally:\n"
    text += "    " * 13 + "b()\n"
    facts = function(text)

    assert len(build(facts).blocks) < 4000
