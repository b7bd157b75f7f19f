"""A program with one ending less is never judged safer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, zip_longest

import pytest
from hypothesis import given

from oracle.compare import combinations
from oracle.model import Written
from support.drawing import steady
from support.programs import Program, fixture_programs, marked, verdicts
from support.rewrites.removing import endings, without_ending
from support.sweeps import swept
from support.writing import written_programs

RISKS = ("none", "low", "high")
PROGRAMS = fixture_programs()
GENERATED = list(islice(combinations(11), 80))


def safer(before: Program, after: Program) -> list[str]:
    """The sites whose risk falls, and those that vanish."""
    found = []
    for mark, earlier in verdicts(before).items():
        for old, new in zip_longest(earlier, verdicts(after).get(mark, ())):
            if new is None or RISKS.index(new.risk) < RISKS.index(old.risk):
                found.append(f"@{mark}: {old} became {new}")
    return found


def without_each(program: Program) -> Iterator[Program]:
    for path, text in program.files.items():
        for index in range(len(endings(text))):
            yield without_ending(program, path, index)


@pytest.mark.parametrize("program", swept(PROGRAMS), ids=lambda program: program.name)
def test_a_fixture_without_one_of_its_endings(program: Program) -> None:
    before = marked(program)
    wrong = [line for after in without_each(before) for line in safer(before, after)]
    if wrong:
        pytest.fail("\n".join(wrong), pytrace=False)


@steady(15)
@given(written_programs())
def test_a_program_without_one_of_its_endings(program: Program) -> None:
    for after in without_each(program):
        assert safer(program, after) == []


@pytest.mark.parametrize("written", swept(GENERATED, 2), ids=lambda each: str(each.combination))
def test_a_generated_program_without_one_of_its_endings(written: Written) -> None:
    program = marked(Program("generated", {"generated.py": re.sub(r"  # @.*", "", written.text)}))
    for after in without_each(program):
        assert safer(program, after) == []


def test_the_fixtures_have_endings_to_take_away() -> None:
    assert sum(len(endings(text)) for p in PROGRAMS for text in p.files.values()) > 80
