from __future__ import annotations

import multiprocessing
import sys
from pathlib import Path

import pytest

from support.patience import patience
from taskleash.driver.inputs import Input
from taskleash.driver.parsing import worker
from taskleash.driver.parsing.parse import Broken, Parsed
from taskleash.driver.parsing.processes import Forked, StartedPython
from taskleash.driver.parsing.spare import Spare
from taskleash.driver.parsing.worker import DIED, TOO_SLOW
from taskleash.driver.parsing.workers import Workers
from taskleash.source.discovery import File

# The native parser tries several readings of each level, and each branch is a level of its stack.
ENDLESS = ("x = " + "f(" * 190 + "a" + ")" * 190 + "\n") * 100
OVERFLOWING = "if a: pass\n" + "elif a: pass\n" * 100_000


@pytest.fixture(params=["forked", "started"], autouse=True)
def kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Which workers there are, whatever this process would choose."""
    if request.param == "forked" and sys.platform != "linux":
        pytest.skip("forking is only safe on Linux")
    made = Forked if request.param == "forked" else StartedPython
    monkeypatch.setattr("taskleash.driver.parsing.workers.start", lambda of_many: made())
    return str(request.param)


def given(path: str, text: str) -> Input:
    return Input(File(path, path.removesuffix(".py"), f"/nowhere/{path}", 0), text.encode())


def ignore(done: int, total: int) -> None:
    return None


def in_short(outcomes: dict[str, Parsed]) -> dict[str, str]:
    return {
        path: outcome.message if isinstance(outcome, Broken) else f"facts of {outcome.path}"
        for path, outcome in outcomes.items()
    }


def test_each_input_has_an_outcome() -> None:
    with Workers(2, ignore) as workers:
        outcomes = workers.parse([given("a.py", "x = 1\n"), given("b.py", "x = = 1\n")])
    assert in_short(outcomes)["a.py"] == "facts of a.py"
    assert in_short(outcomes)["b.py"].startswith("syntax error: ")


@pytest.mark.parametrize(
    ("text", "message"), [(OVERFLOWING, DIED), (ENDLESS, TOO_SLOW)], ids=["overflow", "endless"]
)
def test_a_file_that_the_parser_fails_at_costs_no_other(
    text: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The parser dies of the one in the end, the other would take it hours.
    monkeypatch.setattr(worker, "patience_for", patience(0.5 if message == TOO_SLOW else 300.0))
    inputs = [given("good.py", "x = 1\n"), given("bad.py", text), given("last.py", "")]
    with Workers(1, ignore) as workers:
        outcomes = workers.parse(inputs)
    assert in_short(outcomes) == {
        "good.py": "facts of good.py",
        "bad.py": message,
        "last.py": "facts of last.py",
    }


def test_a_worker_that_dies_between_two_files_is_replaced(kind: str) -> None:
    if kind == "started":
        pytest.skip("only forked processes can be found to end them")

    def end_workers(done: int, total: int) -> None:
        for process in multiprocessing.active_children():
            process.kill()
            process.join()

    with Workers(1, end_workers) as workers:
        outcomes = workers.parse([given(f"{name}.py", "x = 1\n") for name in "abc"])
    assert sorted(in_short(outcomes).values()) == [f"facts of {name}.py" for name in "abc"]


def test_what_was_begun_is_given_to_who_asks_for_it_and_nobody_else() -> None:
    with Workers(1, ignore) as workers:
        workers.begin(given("ahead.py", "x = 1\n"))
        assert list(workers.parse([given("other.py", "y = 1\n")])) == ["other.py"]
        outcomes = workers.parse([given("late.py", "z = 1\n"), given("ahead.py", "x = 1\n")])
    assert in_short(outcomes) == {name: f"facts of {name}" for name in ("late.py", "ahead.py")}


def test_a_file_that_was_begun_and_ends_the_parser_costs_no_other() -> None:
    with Workers(1, ignore) as workers:
        workers.begin(given("deep.py", OVERFLOWING))
        outcomes = workers.parse([given("deep.py", ""), given("other.py", "y = 1\n")])
    assert isinstance(outcomes["deep.py"], Broken)
    assert in_short(outcomes)["other.py"] == "facts of other.py"


def test_no_process_is_left_after_the_block(kind: str) -> None:
    if kind == "started":
        pytest.skip("only forked processes can be found to count them")
    with Workers(2, ignore) as workers:
        workers.parse([given("a.py", "x = 1\n"), given("b.py", "#" * 200_000)])
        assert len(multiprocessing.active_children()) == 2
    assert multiprocessing.active_children() == []


def test_progress_counts_all_rounds() -> None:
    seen: list[tuple[int, int]] = []
    with Workers(1, lambda done, total: seen.append((done, total))) as workers:
        workers.parse([given("a.py", ""), given("b.py", "")])
        workers.parse([given("c.py", "")])
    assert seen == [(1, 2), (2, 2), (3, 3)]


def test_a_file_that_vanished_before_it_was_read(tmp_path: Path) -> None:
    gone = Input(File("gone.py", "gone", str(tmp_path / "gone.py"), 10))
    with Workers(1, ignore) as workers:
        outcomes = workers.parse([gone, given("a.py", "")])
    assert in_short(outcomes) == {
        "gone.py": "the file vanished before it was read",
        "a.py": "facts of a.py",
    }


class TestASpareWorker:
    def test_goes_from_one_run_to_the_next(
        self, kind: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        started: list[bool] = []
        make = Forked if kind == "forked" else StartedPython

        def start(of_many: bool) -> Forked | StartedPython:
            started.append(of_many)
            return make()

        monkeypatch.setattr("taskleash.driver.parsing.workers.start", start)
        spare = Spare()
        for name in ("a.py", "b.py", "c.py"):
            with Workers(1, ignore, spare=spare) as workers:
                workers.begin(given(name, "x = 1\n"))
                assert in_short(workers.parse([given(name, "")])) == {name: f"facts of {name}"}
        assert len(started) == 1
        end(spare)

    def test_is_replaced_where_it_died_in_between(self) -> None:
        spare = Spare()
        with Workers(1, ignore, spare=spare) as workers:
            workers.parse([given("a.py", "x = 1\n")])
        worker = spare.take()
        assert worker is not None
        worker.kill()
        spare.leave(worker)
        with Workers(1, ignore, spare=spare) as workers:
            outcomes = workers.parse([given("b.py", "y = 1\n")])
        assert in_short(outcomes) == {"b.py": "facts of b.py"}
        end(spare)

    def test_is_not_kept_while_it_is_at_work(self) -> None:
        spare = Spare()
        with Workers(1, ignore, spare=spare) as workers:
            workers.begin(given("endless.py", ENDLESS))
        assert spare.take() is None


def end(spare: Spare) -> None:
    worker = spare.take()
    assert worker is not None
    worker.kill()
