"""What is kept of modules from one program to the next changes no answer."""

from __future__ import annotations

import pytest

from support.programs import Program, fixture_programs
from taskleash.demand.undecided import demand
from taskleash.ir.lowering.extract import extract
from taskleash.semantics.calls import Calls
from taskleash.semantics.indexed import IndexedModules
from taskleash.semantics.inference import Inference
from taskleash.semantics.program import Program as Linked
from taskleash.source.loading import Source
from taskleash.verdict.judge import judge

LINKED = [program for program in fixture_programs() if len(program.files) > 1]


@pytest.mark.parametrize("program", LINKED, ids=lambda program: program.name)
def test_a_program_that_grew_is_judged_like_one_read_at_once(program: Program) -> None:
    facts = [extract(source) for source in program.sources()]
    indexed = IndexedModules()

    for size in range(1, len(facts) + 1):
        demand(facts[:size], indexed=indexed)

    assert judge(facts, indexed=indexed) == judge(facts)


def test_another_text_of_a_file_is_not_taken_for_the_first() -> None:
    spawning = "import asyncio\n\nasync def main():\n    asyncio.create_task(main())\n"
    first, second = (
        extract(Source("app.py", "app", text)) for text in (spawning, "x = 1\n" + spawning)
    )
    indexed = IndexedModules()
    judge([first], indexed=indexed)

    (site,) = judge([second], indexed=indexed)

    assert site.span.line == 5


def test_what_is_let_go_of_is_found_out_again() -> None:
    text = "import asyncio\n\nasync def main():\n    asyncio.create_task(main())\n"
    first, second = (extract(Source(f"{name}.py", name, text)) for name in ("a", "b"))
    indexed = IndexedModules()
    judged = judge([first, second], indexed=indexed)
    known = indexed.of(first), indexed.of(second)

    indexed.retain([second])

    assert indexed.of(second) is known[1]
    assert vars(known[0]) == {}
    assert judge([first, second], indexed=indexed) == judged


HANDING_ON = """
import jobs
from jobs import work as renamed

class Callable:
    def __call__(self): ...

class Worker:
    def run(self):
        use(self.step)
        use(renamed)
        use(jobs.work)

    def step(self): ...

class Owner:
    def __init__(self):
        self.held = Callable()

    def hand_on(self):
        use(self.held)
        use(Worker().step)

def use(given): ...
"""


@pytest.mark.parametrize(
    ("name", "lines"), [("step", [9, 21]), ("work", [10, 11]), ("__call__", [20])]
)
def test_who_is_given_a_function(name: str, lines: list[int]) -> None:
    texts = {"app": HANDING_ON.lstrip(), "jobs": "def work(): ...\n"}
    facts = [extract(Source(f"{module}.py", module, text)) for module, text in texts.items()]
    program = Linked(facts)
    calls = Calls(program, Inference(program))
    (function,) = (f for f in program.functions() if f.name == name)

    found = calls.references(function)

    assert [holder.call(index).pos[0] for holder, index in found] == lines
