"""What the outcome of a condition shows, by what those of its parts do."""

from __future__ import annotations

from collections.abc import Callable

from taskleash.ir.model import Call, FunctionFacts, Test
from taskleash.ir.terms import Result


def shows(test: Test, holds: bool, tells: Callable[[Test, bool], bool]) -> bool:
    """Whether the outcome of a condition shows something.

    ``tells`` says it of the outcome of a part that is neither negated nor put together of others.
    Where all parts had to come out so, one of them is enough to show it, else each has to.
    """
    if test.kind == "not":
        return shows(test.parts[0], not holds, tells)
    if test.kind in ("and", "or"):
        found = (shows(part, holds, tells) for part in test.parts)
        return any(found) if (test.kind == "and") == holds else all(found)
    return tells(test, holds)


def is_of_its_class(test: Test, facts: FunctionFacts) -> bool:
    """Whether a condition asks of what a class has made just there whether it is of that class."""
    if test.op != "isinstance" or len(test.value) != 1 or not isinstance(test.value[0], Result):
        return False
    made = facts.events[test.value[0].event]
    return isinstance(made, Call) and made.func == test.other
