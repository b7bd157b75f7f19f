"""Whether a coroutine ends by itself.

It is endless where a loop without a condition has no exit that normal operation reaches: exits in
handlers of errors and cancellation do not count. A loop with an exit of its own is *unknown*.
"""

from __future__ import annotations

from taskleash.facts.catalogue import ENDLESS_ITERATORS
from taskleash.facts.model import Await, Block, Call, Exit, If, Loop, Switch, Try
from taskleash.link.calls import Calls
from taskleash.link.entities import External, Function
from taskleash.link.recall import Recall
from taskleash.link.teardown import words

_EXPECTED = ("Timeout", "Empty", "Stop", "Closed", "EOF", "Shutdown", "ShutDown", "EndOf")
#: words in the name of a coroutine that may run as long as its program
_RUNNING_WORDS = frozenset(
    {
        "consume", "daemon", "forever", "listen", "loop", "main", "monitor", "poll", "run",
        "runner", "serve", "start", "watch", "worker",
    }
)  # fmt: skip
#: from the shortest to the longest
_ORDER = ("short", "unknown", "endless")


class Lifetimes:
    """Answers, with memory, how long functions run."""

    def __init__(self, calls: Calls) -> None:
        self.calls = calls
        self._known: Recall[Function, str] = Recall()

    def of(self, function: Function) -> str:
        """``short``, ``endless`` or ``unknown``."""
        return self._known.get(function, lambda: self._find(function), "short")

    def _find(self, function: Function) -> str:
        if is_abstract(function):
            return by_name(function.name)
        return self._block(function, function.facts.body)

    def _block(self, function: Function, block: Block) -> str:
        found = "short"
        for item in block.items:
            if isinstance(item, int):
                found = longest(found, self._event(function, item))
            elif isinstance(item, Loop):
                found = longest(found, self._loop(function, item))
            elif isinstance(item, If):
                found = longest(found, self._branches(function, (item.then, item.orelse)))
            elif isinstance(item, Switch):
                found = longest(found, self._branches(function, item.cases))
            elif isinstance(item, Try):
                found = longest(found, self._try(function, item))
        return found

    def _try(self, function: Function, item: Try) -> str:
        body = self._block(function, item.body)
        if body == "endless" and any(_is_expected(t) for h in item.handlers for t in h.types):
            body = "unknown"
        for inner in (item.orelse, item.final):
            body = longest(body, self._block(function, inner))
        return body

    def _branches(self, function: Function, blocks: tuple[Block, ...]) -> str:
        found = [self._block(function, block) for block in blocks if block.items]
        if "endless" in found and len(found) < len(blocks):
            return "unknown"
        return max(found, key=_ORDER.index, default="short")

    def _loop(self, function: Function, loop: Loop) -> str:
        inner = self._block(function, loop.body)
        if loop.kind == "comprehension":
            return "short"
        if loop.kind == "async for":
            return "unknown"
        if loop.kind == "for" and not self._forever(function, loop):
            return inner if inner != "endless" else "unknown"
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

    def _event(self, function: Function, index: int) -> str:
        event = function.events[index]
        if not isinstance(event, Await):
            return "short"
        found = "short"
        for term in event.value:
            if term[0] != "s" or not isinstance(function.events[term[1]], Call):
                continue
            for callee in self.calls.callees(function, function.call(term[1])):
                if isinstance(callee, Function) and callee is not function:
                    inner = self.of(callee)
                    found = longest(found, inner if inner == "endless" else "short")
        return found


def by_name(name: str) -> str:
    """How long a coroutine is taken to run of which only the name is known."""
    return "short" if _RUNNING_WORDS.isdisjoint(words(name)) else "unknown"


def longest(first: str, second: str) -> str:
    """The longer of two lifetimes."""
    return max(first, second, key=_ORDER.index)


def is_abstract(function: Function) -> bool:
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
