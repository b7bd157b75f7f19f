"""The order of definitions, of methods and of files says nothing about a task."""

from __future__ import annotations

import re
from itertools import islice

import libcst as cst
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle.compare import combinations
from oracle.model import Combination, Written
from oracle.writing import write
from support.drawing import steady
from support.programs import Program, differences, each_file, fixture_programs, marked
from support.sweeps import swept
from support.writing import written_programs

Statement = cst.SimpleStatementLine | cst.BaseCompoundStatement


def generated(written: Written) -> Program:
    """A generated program, with marks of this test's own in place of its."""
    text = re.sub(r"  # @.*", "", written.text)
    return marked(Program(str(written.combination), {"generated.py": text}))


GENERATED = list(islice(combinations(7), 60))


def movable(body: list[Statement]) -> list[int]:
    """The places of functions that may stand in any order: undecorated, each name once."""
    names = [node.name.value for node in body if isinstance(node, cst.FunctionDef)]
    return [
        place
        for place, node in enumerate(body)
        if isinstance(node, cst.FunctionDef)
        and not node.decorators
        and names.count(node.name.value) == 1
    ]


def turned(body: list[Statement], by: int) -> list[Statement]:
    """The statements with the functions that may be moved in another order."""
    places = movable(body)
    found = list(body)
    order = places[::-1] if by < 0 else places[by:] + places[:by]
    for place, taken in zip(places, order, strict=True):
        found[place] = body[taken]
    return found


class _Turning(cst.CSTTransformer):
    """Functions of the module, or methods of its classes, in another order."""

    def __init__(self, by: int, methods: bool) -> None:
        super().__init__()
        self.by, self.methods = by, methods

    def leave_ClassDef(  # noqa: N802 - as libcst names it
        self, original_node: cst.ClassDef, updated_node: cst.ClassDef
    ) -> cst.ClassDef:
        if not self.methods or not isinstance(updated_node.body, cst.IndentedBlock):
            return updated_node
        body = turned(list(updated_node.body.body), self.by)  # type: ignore[arg-type]
        return updated_node.with_changes(body=updated_node.body.with_changes(body=body))

    def leave_Module(  # noqa: N802
        self, original_node: cst.Module, updated_node: cst.Module
    ) -> cst.Module:
        return updated_node.with_changes(body=turned(list(updated_node.body), self.by))  # type: ignore[arg-type]


def reordered(program: Program, by: int, methods: bool) -> Program:
    """The program with its functions turned by so many places, or back to front where negative."""
    return each_file(program, lambda text: cst.parse_module(text).visit(_Turning(by, methods)).code)


def assert_same(before: Program, after: Program) -> None:
    if before.files != after.files and (changed := differences(before, after)):
        pytest.fail("\n".join([*changed, repr(after)]), pytrace=False)


@pytest.mark.parametrize("program", swept(fixture_programs(), 3), ids=lambda program: program.name)
def test_the_definitions_of_a_fixture_back_to_front(program: Program) -> None:
    before = marked(program)
    assert_same(before, reordered(before, -1, methods=True))


@pytest.mark.parametrize("written", swept(GENERATED), ids=lambda written: str(written.combination))
def test_the_definitions_of_a_generated_program_back_to_front(written: Written) -> None:
    program = generated(written)
    assert_same(program, reordered(program, -1, methods=True))


@steady(30)
@given(written_programs(), st.integers(1, 5), st.booleans())
def test_the_definitions_of_a_written_program(program: Program, by: int, methods: bool) -> None:
    assert_same(program, reordered(program, by, methods))


# -- definitions that need one another

_MUTUAL = (
    "ending=await",
    "ending=nothing",
    "ending=cancel",
    "binding=list; ending=gather all",
    "binding=dropped; ending=nothing",
    "control=if",
    "hop=passed 2",
)


@pytest.mark.parametrize("forms", _MUTUAL)
def test_factories_that_call_each_other(forms: str) -> None:
    program = generated(write(Combination.parsed(f"spawn=returned by one of two; {forms}")))
    orders = [reordered(program, by, methods=False) for by in (-1, 1, 2, 3)]
    assert [line for after in orders for line in differences(program, after)] == []
