"""Files mended in other processes: the same comes of them, and one that dies costs its file."""

from __future__ import annotations

from multiprocessing.connection import Connection, Pipe
from pathlib import Path

import pytest

from taskleash.driver.analysis import analyse
from taskleash.driver.fixing import fixed_program as program
from taskleash.driver.fixing import menders
from taskleash.driver.fixing.fix import Fixing, fixing
from taskleash.driver.fixing.fixed_program import FixedProgram
from taskleash.driver.fixing.menders import Menders
from taskleash.driver.fixing.orders import Filled, Order
from taskleash.driver.parsing.parse import unpacked
from taskleash.driver.settings import Settings
from taskleash.fixes.choice import FixChoice
from taskleash.fixes.making import Made, Wanted
from taskleash.fixes.model import Manner

TEXT = "import asyncio\n\n\nasync def go(work):\n    asyncio.create_task(work())\n"


class Dying:
    """A process that is gone before it answers."""

    greets = False

    def __init__(self) -> None:
        self.connection: Connection
        self.connection, theirs = Pipe()
        theirs.close()

    @property
    def is_alive(self) -> bool:
        return False

    def was_killed(self) -> bool:
        return False

    def kill(self) -> None:
        self.connection.close()


@pytest.fixture
def always_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(menders, "_WORTH_A_PROCESS", 1)


def settings(folder: Path) -> Settings:
    return Settings(paths=(str(folder),), cache=False, jobs=2)


def orders(folder: Path, *names: str) -> list[Order]:
    for name in names:
        (folder / f"{name}.py").write_text(TEXT)
    read = FixedProgram(analyse(settings(folder), with_facts=True))
    return [
        Order(read.analysis.asked[t.site.path], Wanted(TEXT, (t,)), Manner())
        for t in read.scan(FixChoice()).targets
    ]


def filled(given: list[Order]) -> dict[str, Filled]:
    with Menders(2) as pool:
        return {Path(order.path).stem: each for order, each in pool.fill(given)}


def test_another_process_makes_the_same_of_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = orders(tmp_path, "a", "b", "c")
    here = filled(given)
    monkeypatch.setattr(menders, "_WORTH_A_PROCESS", 1)
    there = filled(given)
    assert {name: each.made for name, each in there.items()} == {
        name: each.made for name, each in here.items()
    }
    assert "_background_tasks.add(task)" in there["b"].made.text
    assert there["b"].data.decode() == there["b"].made.text
    facts = unpacked(there["b"].facts, is_own=True)
    assert getattr(facts, "path", "").endswith("b.py")


@pytest.mark.usefixtures("always_apart")
def test_a_file_that_a_process_dies_of_is_left_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = orders(tmp_path, "a", "b")
    monkeypatch.setattr(menders, "StartedPython", Dying)
    found = filled(given)
    assert {str(each.made.objection)[:19] for each in found.values()} == {"the parser died of "}
    assert {each.made for each in found.values()} == {
        Made(TEXT, objection=next(iter(found.values())).made.objection)
    }


@pytest.mark.usefixtures("always_apart")
def test_what_was_made_apart_is_not_parsed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(item: object) -> None:
        raise AssertionError(item)

    (tmp_path / "a.py").write_text(TEXT)
    monkeypatch.setattr(program, "parse", refused)
    made: Fixing = fixing(settings(tmp_path))
    assert [len(file.places) for file in made.files] == [1]
