"""Where in a function's control flow an event stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from taskleash.facts.catalogue import CANCELLATIONS
from taskleash.facts.model import (
    Await,
    Block,
    Call,
    Exit,
    FunctionFacts,
    Give,
    Handler,
    If,
    Loop,
    Switch,
    Term,
    Test,
    Try,
)

if TYPE_CHECKING:
    from taskleash.link.entities import Function


@dataclass(frozen=True)
class Frame:
    """One level of nesting around an event: the control flow item and the branch taken in it.

    ``branch`` is then, else, body, orelse, final, case or ``handler``; ``order`` numbers the item
    among the items of the function in source order.
    """

    item: Any
    branch: str
    handler: Handler | None = None


class Contexts:
    """The nesting of every event of one function, and the exits in source order."""

    def __init__(self, function: FunctionFacts) -> None:
        self._events = function.events
        self.around: dict[int, tuple[Frame, ...]] = {}
        self.exits: list[tuple[int, Exit, tuple[Frame, ...]]] = []
        self._conditions: Counter[str] = Counter()
        self._last = -1
        self._walk(function.body, ())
        self._spans: dict[int, tuple[int, int]] = {}
        self._find_spans(function.body)

    def _walk(self, block: Block, around: tuple[Frame, ...]) -> None:
        for item in block.items:
            if isinstance(item, int):
                self.around[item] = around
                self._last = max(self._last, item)
            elif isinstance(item, Exit):
                self.exits.append((self._last, item, around))
            else:
                self._conditions[condition_text(item)] += 1
                for branch, inner, handler in branches(item):
                    self._walk(inner, (*around, Frame(item, branch, handler)))

    def span(self, item: object) -> tuple[int, int] | None:
        """The first and the last event in a piece of control flow that is plain.

        Control comes out of it below and nowhere else, and no condition in it, or none that is
        asked again, decides whether it does.
        """
        return self._spans.get(id(item))

    def _find_spans(self, block: Block) -> tuple[int, int] | None:
        """The first and the last event in a block where all of it is plain."""
        first, last, is_plain = self._last + 1, -1, True
        for item in block.items:
            span = (item, item) if isinstance(item, int) else self._find_span(item)
            if span is None:
                is_plain = False
            else:
                first, last = min(first, span[0]), max(last, span[1])
        return (first, last) if is_plain else None

    def _find_span(self, item: Any) -> tuple[int, int] | None:
        spans = [self._find_spans(block) for _, block, _ in branches(item)]
        if isinstance(item, Exit) or (isinstance(item, Loop) and not item.kind.endswith("for")):
            return None
        if self._conditions[condition_text(item)] > 1 and condition_text(item):
            return None
        found = [span for span in spans if span is not None]
        if not found or len(found) < len(spans):
            return None
        self._spans[id(item)] = (min(s[0] for s in found), max(s[1] for s in found))
        return self._spans[id(item)]

    @cached_property
    def awaited_after_cancel(self) -> frozenset[int]:
        """The awaits of a task that was cancelled just before: they raise its cancellation here."""
        cancelled: set[Term] = set()
        found = set()
        for index, event in enumerate(self._events):
            if isinstance(event, Call):
                cancelled.update(
                    func[1] for func in event.func if func[0] == "a" and func[2] == "cancel"
                )
            elif isinstance(event, Await) and cancelled.intersection(event.value):
                found.add(index)
        return frozenset(found)

    @cached_property
    def repeated_conditions(self) -> frozenset[str]:
        """The conditions that are asked more than once, as written."""
        return frozenset(text for text, count in self._conditions.items() if text and count > 1)


def condition_text(item: Any) -> str:
    """The condition of a branch or loop as written, without a leading ``not``."""
    test = getattr(item, "test", None)
    while test is not None and test.kind == "not":
        test = test.parts[0]
    return test.text if test is not None else ""


def branches(item: Any) -> Iterator[tuple[str, Block, Handler | None]]:
    """The named blocks of a piece of control flow, in source order."""
    if isinstance(item, If):
        yield "then", item.then, None
        yield "else", item.orelse, None
    elif isinstance(item, Loop):
        yield "body", item.body, None
        yield "orelse", item.orelse, None
    elif isinstance(item, Try):
        yield "body", item.body, None
        for handler in item.handlers:
            yield "handler", handler.body, handler
        yield "orelse", item.orelse, None
        yield "final", item.final, None
    elif isinstance(item, Switch):
        for case in item.cases:
            yield "case", case, None


def around(function: Function, index: int) -> tuple[Frame, ...]:
    """The nesting of an event, outermost first."""
    return function.contexts.around.get(index, ())


def in_loop(function: Function, index: int) -> Loop | None:
    """The innermost loop whose body holds the event."""
    for frame in reversed(around(function, index)):
        if isinstance(frame.item, Loop) and frame.branch == "body":
            return frame.item
    return None


def in_cleanup(function: Function, index: int) -> bool:
    """Whether an event stands in a ``finally`` or in a handler of cancellation."""
    return any(
        frame.branch == "final"
        or (frame.handler is not None and catches_cancellation(frame.handler))
        for frame in around(function, index)
    )


def catches_cancellation(handler: Handler) -> bool:
    """Whether an except clause catches a task's cancellation."""
    return not handler.types or any(
        name in CANCELLATIONS or name.rpartition(".")[2] in ("CancelledError", "BaseException")
        for name in handler.types
    )


def after_yield(function: Function, index: int) -> bool:
    """Whether an event comes after the first ``yield`` of its function."""
    first = next(
        (
            number
            for number, event in enumerate(function.events)
            if isinstance(event, Give) and event.kind == "yield"
        ),
        None,
    )
    return first is not None and index > first


def tests(test: Test) -> Iterator[Test]:
    """A condition and all conditions inside it."""
    yield test
    for part in test.parts:
        yield from tests(part)
