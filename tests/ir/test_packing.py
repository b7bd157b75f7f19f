"""Facts come out of their packing as they went in."""

from __future__ import annotations

from dataclasses import is_dataclass
from pathlib import Path

import pytest

from support.sweeps import swept
from taskleash.driver.cache.verdicts import VERDICTS
from taskleash.driver.parsing.deep import LINKER_MEGABYTES, with_deep_stack
from taskleash.ir import model
from taskleash.ir.lowering.extract import extract
from taskleash.ir.model import Await, Block, If, ModuleFacts
from taskleash.ir.packing.packed import FACTS
from taskleash.ir.packing.packing import BadPacking
from taskleash.ir.terms import Attribute, Item, Parameter, Term
from taskleash.sentences import Said, sentence
from taskleash.source.loading import Source, decode
from taskleash.verdict.model import Evidence

FIXTURES = Path(__file__).resolve().parent.parent.parent / "fixtures"
_DEPTH = 5000


def facts_of(path: Path) -> ModuleFacts:
    return extract(Source(path.name, path.stem, decode(path.read_bytes())))


@pytest.mark.parametrize(
    "path", swept(sorted(FIXTURES.rglob("*.py"))), ids=lambda path: str(path.relative_to(FIXTURES))
)
def test_the_facts_of_each_fixture(path: Path) -> None:
    facts = facts_of(path)
    again = FACTS.unpack(FACTS.pack(facts))
    assert again == facts
    # Equality overlooks what `True == 1` hides.
    assert repr(again) == repr(facts)


def test_every_class_of_the_model_can_be_packed() -> None:
    classes = [c for c in vars(model).values() if isinstance(c, type) and is_dataclass(c)]
    assert {cls.__name__ for cls in classes} == {c.__name__ for c in FACTS._indices}


def test_control_flow_that_is_nested_very_deeply_is_read_on_any_stack() -> None:
    block = Block((0,))
    for _ in range(_DEPTH):
        block = Block((If(model.Test("truth"), block, Block()),))
    packed = with_deep_stack(lambda: FACTS.pack(block), LINKER_MEGABYTES)
    again = FACTS.unpack(packed)
    for _ in range(_DEPTH):
        (branch,) = again.items
        assert (branch.test, branch.orelse) == (model.Test("truth"), Block())
        again = branch.then
    assert again == Block((0,))


def test_terms_that_are_nested_very_deeply_are_read_on_any_stack() -> None:
    term: Term = Parameter("x")
    for _ in range(_DEPTH):
        term = Attribute(term, "next")
    assert FACTS.unpack(FACTS.pack(Await((1, 1, 1, 1), (term,)))).value[0] is term


def test_equal_values_are_one_object_when_they_are_read() -> None:
    parts = [model.Await((line, 1, line, 2), ()) for line in (1000, 1000)]
    first, second = FACTS.unpack(FACTS.pack(tuple(parts)))

    assert parts[0].pos is not parts[1].pos
    assert first.pos is second.pos


def test_a_number_does_not_become_a_truth_value() -> None:
    term = Item(Parameter("x"), 1)
    parts = (model.Decorator("x", (term,), True), model.Decorator("y", (), False))
    again = FACTS.unpack(FACTS.pack(parts))

    assert [type(d.called) for d in again] == [bool, bool]
    assert again[0].value == (term,)


def test_a_word_that_the_model_does_not_have_is_no_packing() -> None:
    packed = FACTS.pack(model.Test("truth"))
    assert FACTS.unpack(packed) == model.Test("truth")
    with pytest.raises(BadPacking):
        FACTS.unpack(packed.replace(b"truth", b"trust"))


@pytest.mark.parametrize("data", [b"", b"\0", b"[", b"not packed", FACTS.pack(Block((1,)))[:-3]])
def test_bytes_that_are_no_packing(data: bytes) -> None:
    with pytest.raises(BadPacking):
        FACTS.unpack(data)


def test_what_few_rows_say_of_very_much_is_no_packing() -> None:
    """Each sentence has the one before it in it twice: as text it would fill the memory."""
    said: Said = sentence("so be it")
    assert VERDICTS.unpack(VERDICTS.pack(steps_of(said))) == steps_of(said)
    for _ in range(14):
        said = sentence("{first} and {second}", first=said, second=said)
    with pytest.raises(BadPacking):
        VERDICTS.unpack(VERDICTS.pack(steps_of(said)))


def steps_of(said: Said) -> tuple[Evidence, ...]:
    return (Evidence("a.py", 1, 1, said),)
