"""Records do what dataclasses of the standard library do; only their methods are made later."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
from collections.abc import Callable
from dataclasses import field
from functools import cached_property
from typing import Any

import pytest

from taskleash import records


def made(dataclass: Any, frozen: bool) -> Any:
    """The same classes by a decorator, one inheriting from the other."""
    decorator = dataclass(frozen=True) if frozen else dataclass

    @decorator
    class Point:
        """A point."""

        x: int
        y: int = 2
        tags: list[str] = field(default_factory=list)

        @cached_property
        def total(self) -> int:
            return self.x + self.y

    @decorator
    class Named(Point):
        """A point with a name, which says itself what it looks like."""

        name: str = ""

        def __repr__(self) -> str:
            return f"<{self.name}>"

    return Point, Named


def outcome(of: Callable[[], Any]) -> Any:
    """What comes of a call, so that it can be compared."""
    try:
        found = of()
    except Exception as error:
        return type(error), str(error)
    shown = "" if type(found).__repr__ is object.__repr__ else repr(found)
    return shown, getattr(found, "__dict__", None)


CALLS: dict[str, Callable[[Any, Any], Any]] = {
    "positional": lambda point, named: point(1, 3, ["a"]),
    "by name": lambda point, named: point(y=3, x=1),
    "defaults": lambda point, named: point(1),
    "lists of their own": lambda point, named: point(1).tags is point(1).tags,
    "nothing given": lambda point, named: point(),
    "too many": lambda point, named: point(1, 2, [], 4),
    "unknown": lambda point, named: point(1, z=4),
    "given twice": lambda point, named: point(1, x=4),
    "inherited": lambda point, named: named(1, name="a"),
    "equal": lambda point, named: point(1) == point(1, 2),
    "not equal": lambda point, named: point(1) == point(2),
    "not of one class": lambda point, named: point(1) == named(1),
    "not of a class": lambda point, named: point(1) == 1,
    "hash": lambda point, named: hash(point(1, 2, ())) == hash(point(1, 2, ())),
    "set": lambda point, named: setattr(point(1), "x", 2),
    "set another": lambda point, named: setattr(point(1), "z", 2),
    "set in a subclass": lambda point, named: setattr(named(1), "x", 2),
    "delete": lambda point, named: delattr(point(1), "x"),
    "replaced": lambda point, named: dataclasses.replace(named(1), x=5),
    "as a dictionary": lambda point, named: dataclasses.asdict(named(1)),
    "copied": lambda point, named: copy.deepcopy(named(1, tags=["a"])),
    "kept": lambda point, named: point(1).total,
    "matched": lambda point, named: point.__match_args__,
    "documented": lambda point, named: point.__doc__,
    "signature once it is used": lambda point, named: (
        [point(1) for _ in range(30)] and str(inspect.signature(point.__init__))
    ),
}


@pytest.mark.parametrize("frozen", [True, False])
@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("times", [1, 50])
def test_a_record_does_what_a_dataclass_does(name: str, frozen: bool, times: int) -> None:
    ours, theirs = made(records.dataclass, frozen), made(dataclasses.dataclass, frozen)
    for _ in range(times):
        assert outcome(lambda: CALLS[name](*ours)) == outcome(lambda: CALLS[name](*theirs))


@records.dataclass(frozen=True)
class Sent:
    """What is pickled."""

    value: int


def test_a_record_is_pickled() -> None:
    assert pickle.loads(pickle.dumps(Sent(1))) == Sent(1)


def test_other_parameters_are_those_of_a_dataclass() -> None:
    @records.dataclass(frozen=True, order=True)
    class Ordered:
        value: int

    assert Ordered(1) < Ordered(2)


def test_nothing_is_compiled_for_a_record_that_is_made_a_few_times(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    point, _ = made(records.dataclass, True)

    def refuse(*args: object, **options: object) -> None:
        raise AssertionError("a class was processed")

    monkeypatch.setattr(dataclasses, "dataclass", refuse)
    assert point(1, y=5).y == 5
