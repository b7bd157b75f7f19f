"""Names are found in an index of each module: what it gives is what a look at every event gives."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.programs import Program, fixture_programs
from taskleash.ir.lowering.extract import extract
from taskleash.ir.model import Call, Store
from taskleash.ir.terms import Attribute, Global, Nested
from taskleash.semantics.lookup import CallSite, given_in
from taskleash.semantics.program import Program as Linked
from taskleash.source.loading import Source

PROGRAMS = [program for program in fixture_programs() if len(program.files) > 1]
TEXT = """
import jobs
from jobs import work

def caller(self, other):
    work()
    jobs.work(other)
    self.work = other.work
    made = work()
    table[0]()
    (work or other)(work)
    return made
"""


def linked(program: Program) -> Linked:
    return Linked([extract(source) for source in program.sources()])


def calls(program: Linked) -> Iterator[tuple[CallSite, str]]:
    for function in program.functions():
        for index, event in enumerate(function.events):
            if isinstance(event, Call):
                yield (function, index), event.text.rpartition(".")[2]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_every_call_is_found_by_its_name_in_order(program: Program) -> None:
    whole = linked(program)
    written = list(calls(whole))

    for name in {name for _, name in written}:
        assert list(whole.lookup.calls(name)) == [site for site, n in written if n == name]
    assert whole.lookup.calls("no such name") == ()


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_every_attribute_is_found_where_it_is_stored_and_read(program: Program) -> None:
    whole = linked(program)
    stores = [
        (event.target.name, function, event.target.base)
        for function in whole.functions()
        for event in function.events
        if isinstance(event, Store) and isinstance(event.target, Attribute)
    ]

    for name, function, base in stores:
        assert (function, base) in list(whole.lookup.stores(name))
        assert function in [home for home, _ in whole.lookup.attributes(name)]
    assert list(whole.lookup.stores("no such name")) == []


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_every_name_among_arguments_is_found(program: Program) -> None:
    whole = linked(program)
    for module in whole.modules:
        found = {
            (function, each.event, each.term)
            for name in module.written.given
            for function, each in given_in(module, name)
        }
        assert found == {
            (function, index, term)
            for function in module.functions.values()
            for index, call in function.calls()
            for arg in call.args
            for term in arg.value
            if isinstance(term, (Attribute, Global, Nested))
        }


def found(*matters: str, dropped: tuple[str, ...] = ()) -> list[str]:
    """The calls of the text that are asked for, as they are written."""
    program = Linked([extract(Source("app.py", "app", TEXT))])
    sites = program.lookup.calls_of(frozenset(matters), frozenset(dropped))
    lines = TEXT.splitlines()
    return [lines[function.call(index).statement[0] - 1].strip() for function, index in sites]


def test_a_call_is_asked_for_by_its_name_or_where_that_tells_nothing() -> None:
    odd = ["table[0]()", "(work or other)(work)"]

    assert found() == odd
    assert found("work") == ["work()", "jobs.work(other)", "made = work()", *odd]


def test_a_name_may_matter_only_where_the_result_is_dropped() -> None:
    assert found(dropped=("work",)) == [
        "work()",
        "jobs.work(other)",
        "table[0]()",
        "(work or other)(work)",
    ]
