"""Verdicts hang on no order: of definitions, of files, of the questions that are asked."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.drawing import steady
from support.order import with_definitions_in_order
from support.programs import Program, differences, fixture_programs, marked, sites
from support.sweeps import swept
from taskleash.dormancy.event_mentions import Mentions
from taskleash.ir.lowering.extract import extract
from taskleash.lifecycle.lifetime import Lifetimes
from taskleash.semantics.calls import Calls
from taskleash.semantics.inference import Inference
from taskleash.semantics.program import Program as Linked
from taskleash.source.loading import Source
from taskleash.verdict.judge import judge
from taskleash.verdict.model import Site

FIXTURES = fixture_programs()
SEVERAL = [program for program in FIXTURES if len(program.files) > 1]


def tangled(random: Random) -> Program:
    """A program of factories, classes and attributes that all hang on each other."""
    size = random.randint(2, 5)
    any_of = lambda: random.randrange(size)  # noqa: E731
    text = ["import asyncio", "async def work():\n    while True:\n        await asyncio.sleep(1)"]
    for number in range(size):
        bases = sorted({f"Kind{any_of()}" for _ in range(random.randint(0, 2))})
        ending = random.choice(["self.task.cancel()", "pass", "await self.other.finish()"])
        text.append(
            f"class Kind{number}({', '.join(bases)}):\n"
            f"    def begin{number}(self):\n"
            f"        self.other = make{any_of()}({number})\n"
            f"        self.task = asyncio.create_task(work())\n"
            f"    async def finish(self):\n"
            f"        {ending}\n"
            f"    async def close(self):\n"
            f"        await self.finish()"
        )
        text.append(
            f"def make{number}(n):\n"
            f"    if n == {number}:\n"
            f"        return Kind{any_of()}()\n"
            f"    if n:\n"
            f"        return make{any_of()}(n - 1)\n"
            f"    return make{any_of()}(n).{random.choice(['other', 'other.other'])}"
        )
    text.append(
        f"class Owner:\n"
        f"    def __init__(self, n):\n"
        f"        self.kind = make{any_of()}(n)\n"
        f"    def start(self):\n"
        f"        self.kind.task = asyncio.create_task(work())\n"
        f"    async def close(self):\n"
        f"        await self.kind.finish()"
    )
    return Program("tangled", {"tangled.py": "\n\n".join(text) + "\n"})


@pytest.mark.parametrize("program", swept(FIXTURES, 2), ids=lambda program: program.name)
def test_the_order_of_definitions_in_fixtures(program: Program) -> None:
    marks = marked(program)
    for seed in range(2):
        assert differences(marks, with_definitions_in_order(marks, Random(seed))) == []


@steady(40)
@given(st.integers(0, 10_000))
def test_the_order_of_definitions_that_hang_on_each_other(seed: int) -> None:
    marks = marked(tangled(Random(seed)))
    assert differences(marks, with_definitions_in_order(marks, Random(seed + 1))) == []


def judged(program: Program, random: Random) -> list[tuple[object, ...]]:
    """The verdicts of a program whose files are sorted in any order, by module."""
    names = {source.module: source for source in program.sources()}
    folders = random.sample(range(10, 99), len(names))
    moved = {
        f"f{folder}/{source.path}": Source(f"f{folder}/{source.path}", source.module, source.text)
        for folder, source in zip(folders, names.values(), strict=True)
    }
    modules = {path: source.module for path, source in moved.items()}
    found = judge([extract(source) for source in moved.values()])
    return sorted(verdict(site, modules[site.path]) for site in found)


def verdict(site: Site, module: str) -> tuple[object, ...]:
    return module, site.span, site.risk, site.handle, site.ending, site.lifetime, str(site.defect)


@pytest.mark.parametrize("program", swept(SEVERAL, 3), ids=lambda program: program.name)
def test_the_order_of_files(program: Program) -> None:
    assert judged(program, Random(1)) == judged(program, Random(2)) == judged(program, Random(3))


def answers(program: Program, random: Random) -> dict[str, str]:
    """What a program says of every term and function, asked in any order."""
    linked = Linked([extract(source) for source in program.sources()])
    calls = Calls(linked, Inference(linked))
    lifetimes, mentions = Lifetimes(calls), Mentions(calls)
    questions: list[tuple[str, Callable[[], object]]] = []
    for function in linked.functions():
        questions.append((f"lifetime of {function}", partial(lifetimes.of, function)))
        questions.append((f"callers of {function}", partial(calls.callers, function)))
        questions.append((f"returned by {function}", partial(calls.inference.returned, function)))
        for index in range(len(function.events)):
            at = partial(mentions.at, function, index)
            questions.append((f"mentioned at {index} of {function}", at))
        for term in (*function.uses.roles, *function.uses.derived):
            types = partial(calls.inference.types, function, term)
            questions.append((f"type of {term} in {function}", types))
            questions.append((f"{term} of {function}", partial(calls.targets, function, term)))
    random.shuffle(questions)
    return {name: repr(question()) for name, question in questions}


@pytest.mark.parametrize("program", swept(FIXTURES), ids=lambda program: program.name)
def test_the_order_of_questions(program: Program) -> None:
    assert answers(program, Random(1)) == answers(program, Random(2))


@steady(40)
@given(st.integers(0, 10_000))
def test_the_order_of_questions_that_hang_on_each_other(seed: int) -> None:
    program = tangled(Random(seed))
    assert answers(program, Random(seed)) == answers(program, Random(seed + 1))


@pytest.mark.parametrize("program", swept(FIXTURES, 1), ids=lambda program: program.name)
def test_the_same_objects_elsewhere_in_memory(program: Program) -> None:
    # Terms, functions and classes are hashed by where they are: sets of them have no order.
    assert sites(program) == sites(program)
