"""Whether a coroutine ends by itself.

It is endless where a loop without a condition has no exit that normal operation reaches: exits in
handlers of errors and cancellation do not count. A loop with an exit of its own is *unknown*.
"""

from __future__ import annotations

from taskleash.facts.catalogue import ENDLESS_ITERATORS
from taskleash.facts.model import Await, Block, Call, Exit, If, Loop, Switch, Try
from taskleash.link.calls import Calls
from taskleash.link.entities import External, Function

_MAX_DEPTH = 4
_EXPECTED = ("Timeout", "Empty", "Stop", "Closed", "EOF", "Shutdown", "ShutDown", "EndOf")
#: from the shortest to the longest
_ORDER = ("short", "unknown", "endless")


class Lifetimes:
    """Answers, with memory, how long functions run."""

    def __init__(self, calls: Calls) -> None:
        self.calls = calls
        self._known: dict[Function, str] = {}

    def of(self, function: Function, depth: int = 0) -> str:
        """``short``, ``endless`` or ``unknown``."""
        known = self._known.get(function)
        if known is not None:
            return known
        self._known[function] = "short"
        if _is_abstract(function):
            self._known[function] = "unknown"
            return "unknown"
        found = self._block(function, function.facts.body, depth)
        self._known[function] = found
        return found

    def _block(self, function: Function, block: Block, depth: int) -> str:
        found = "short"
        for item in block.items:
            if isinstance(item, int):
                found = longest(found, self._event(function, item, depth))
            elif isinstance(item, Loop):
                found = longest(found, self._loop(function, item, depth))
            elif isinstance(item, If):
                found = longest(found, self._branches(function, (item.then, item.orelse), depth))
            elif isinstance(item, Switch):
                found = longest(found, self._branches(function, item.cases, depth))
            elif isinstance(item, Try):
                for inner in (item.body, item.orelse, item.final):
                    found = longest(found, self._block(function, inner, depth))
        return found

    def _branches(self, function: Function, blocks: tuple[Block, ...], depth: int) -> str:
        found = [self._block(function, block, depth) for block in blocks if block.items]
        if "endless" in found and len(found) < len(blocks):
            return "unknown"
        return max(found, key=_ORDER.index, default="short")

    def _loop(self, function: Function, loop: Loop, depth: int) -> str:
        inner = self._block(function, loop.body, depth)
        if loop.kind == "comprehension":
            return "short"
        if loop.kind == "async for":
            return "unknown"
        if loop.kind == "for" and not self._forever(function, loop):
            return "short" if inner == "short" else "unknown"
        if loop.kind == "for" or loop.test.kind == "true":
            return "unknown" if _leaves(loop.body) else "endless"
        return "unknown"

    def _forever(self, function: Function, loop: Loop) -> bool:
        return any(
            isinstance(callee, External) and callee.dotted in ENDLESS_ITERATORS
            for term in loop.test.value
            if term[0] == "s"
            for callee in self.calls.callees(function, function.call(term[1]))
        )

    def _event(self, function: Function, index: int, depth: int) -> str:
        event = function.events[index]
        if depth >= _MAX_DEPTH or not isinstance(event, Await):
            return "short"
        found = "short"
        for term in event.value:
            if term[0] != "s" or not isinstance(function.events[term[1]], Call):
                continue
            for callee in self.calls.callees(function, function.call(term[1])):
                if isinstance(callee, Function) and callee is not function:
                    found = longest(found, self.of(callee, depth + 1))
        return found


def longest(first: str, second: str) -> str:
    """The longer of two lifetimes."""
    return max(first, second, key=_ORDER.index)


def _is_abstract(function: Function) -> bool:
    """Whether the body is left to subclasses: nothing but ``...`` or a raise."""
    items = function.facts.body.items
    raises = bool(items) and isinstance(items[-1], Exit) and items[-1].kind == "raise"
    return "abstractmethod" in function.decorators or (
        raises and all(isinstance(item, int | Exit) for item in items)
    )


def _is_expected(exception: str) -> bool:
    """Whether an exception tells of an ordinary end: a timeout, an empty queue, a closed stream."""
    name = exception.rpartition(".")[2]
    return any(word in name for word in _EXPECTED)


def _leaves(block: Block, nested: bool = False) -> bool:
    """Whether normal operation can leave the loop from this part of its body."""
    for item in block.items:
        if isinstance(item, Exit):
            if item.kind == "return" or (item.kind == "break" and not nested):
                return True
        elif isinstance(item, If):
            if _leaves(item.then, nested) or _leaves(item.orelse, nested):
                return True
        elif isinstance(item, Loop):
            if _leaves(item.body, True):
                return True
        elif isinstance(item, Try):
            expected = [h.body for h in item.handlers if any(map(_is_expected, h.types))]
            if any(_leaves(b, nested) for b in (item.body, item.orelse, item.final, *expected)):
                return True
        elif isinstance(item, Switch) and any(_leaves(case, nested) for case in item.cases):
            return True
    return False
