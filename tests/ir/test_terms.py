"""Equal terms are one object, and no term ever changes."""

from __future__ import annotations

import copy
import pickle

import pytest

from taskleash.ir.model import Await
from taskleash.ir.packing.packed import FACTS
from taskleash.ir.terms import (
    TERM_CLASSES,
    Attribute,
    Awaited,
    Built,
    Constant,
    Display,
    Element,
    Entered,
    Global,
    Item,
    Local,
    Nested,
    Outer,
    Parameter,
    Result,
    Spread,
    Super,
    Term,
    last_name,
)


def every_kind() -> list[Term]:
    """One term of each kind, each made anew, of strings that nobody else has."""
    name = "".join(["na", "me"])
    base = Parameter(name)
    return [
        Constant(name),
        Global(name),
        base,
        Local(name),
        Outer("".join(["f.", "g"]), name),
        Attribute(base, name),
        Element(base),
        Item(base, 1000),
        Result(1000),
        Awaited(base),
        Entered(base),
        Display(1000),
        Spread(base),
        Nested(name),
        Super(),
    ]


def test_there_is_an_example_of_every_kind() -> None:
    assert tuple(map(type, every_kind())) == TERM_CLASSES


def test_equal_terms_are_one_object() -> None:
    for first, second in zip(every_kind(), every_kind(), strict=True):
        assert first is second


def test_terms_of_different_kinds_or_parts_are_not_equal() -> None:
    others = [Global("b"), Item(Super(), 2), Item(Super(), 1), Attribute(Super(), "b"), Result(1)]
    assert len({*every_kind(), *others}) == len(every_kind()) + len(others)


@pytest.mark.parametrize("term", every_kind(), ids=lambda term: type(term).__name__)
def test_a_copy_is_the_same_object(term: Term) -> None:
    assert copy.copy(term) is term
    assert copy.deepcopy([term])[0] is term
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(term, protocol)) is term
    assert FACTS.unpack(FACTS.pack(Await((1, 1, 1, 2), (term,)))).value[0] is term


@pytest.mark.parametrize("term", every_kind(), ids=lambda term: type(term).__name__)
def test_a_term_cannot_be_changed(term: Term) -> None:
    for name in (*term.__match_args__, "other"):
        with pytest.raises(AttributeError, match=name):
            setattr(term, name, "x")
        with pytest.raises(AttributeError, match=name):
            delattr(term, name)
    assert not hasattr(term, "__dict__")


def test_a_term_is_shown_as_it_is_made() -> None:
    term = Item(Attribute(Parameter("self"), "tasks"), 1)
    assert repr(term) == "Item(Attribute(Parameter('self'), 'tasks'), 1)"
    assert repr(Super()) == "Super()"


def test_terms_can_be_matched() -> None:
    match Attribute(Element(Global("tasks")), "cancel"):
        case Attribute(Element(base), name):
            assert (base, name) == (Global("tasks"), "cancel")
        case other:
            pytest.fail(repr(other))


def test_those_that_are_built_on_others_are_all_of_one_group() -> None:
    built = {type(term) for term in every_kind() if "base" in term.__match_args__}
    assert built == {type(term) for term in every_kind() if isinstance(term, Built)}


def test_the_last_name() -> None:
    named = [type(term) for term in every_kind() if last_name(term)]
    assert named == [Global, Parameter, Local, Outer, Attribute]
    assert last_name(Attribute(Global("asyncio"), "Task")) == "Task"
