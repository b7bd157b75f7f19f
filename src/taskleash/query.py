"""Questions whose answers are worked out on demand, remembered, and may depend on each other.

A `Query` is a function of a key that is worked out once for each key. Where answers depend on each
other in a circle, they are the least fixpoint: all of them start at the bottom and grow until
nothing changes, in rounds in which each is made from the answers of the round before. So they hang
neither on the question by which the circle was entered nor on the order in which its members are
asked. Nothing that was made from an unfinished answer is remembered.

The circles are the strongly connected components of the open questions, found as in Tarjan's
algorithm. A chain of questions may have any length: where it gets too deep for Python's stack, the
finding of all open ones is given up, the last one is answered first, and they are begun anew.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import Any, Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Answer = TypeVar("Answer")
_Item = TypeVar("_Item")

#: how many questions are answered inside each other before they are begun anew
_DEEPEST = 25
_MISSING: Any = object()


class CircularQuestion(Exception):
    """A question asks for itself, by way of others, where that is not provided for."""


class _Open:
    """An unfinished answer.

    ``low`` is the lowest position on the stack of unfinished answers that it hangs on. ``asked``
    are the unfinished answers that it was last made from, ``askers`` those that were made from it.
    """

    __slots__ = ("asked", "askers", "is_cyclic", "key", "low", "position", "query", "value")

    def __init__(self, query: Query[Any, Any], key: Hashable, position: int) -> None:
        self.query = query
        self.key = key
        self.position = self.low = position
        self.value: Any = query.bottom
        self.is_cyclic = False
        # Few answers hang on an unfinished one: most need neither.
        self.asked: dict[_Open, None] | None = None
        self.askers: dict[_Open, None] | None = None

    def hangs_on(self, other: _Open) -> None:
        """Note that this answer is made from another one as that is now."""
        other.is_cyclic = True
        self.low = min(self.low, other.low)
        if self.asked is None:
            self.asked = {}
        if other.askers is None:
            other.askers = {}
        self.asked[other] = other.askers[self] = None


class _TooDeep(Exception):
    """A question comes up for which there is no room, while others are ``running``."""

    def __init__(self, query: Query[Any, Any], key: Hashable, running: list[_Open]) -> None:
        self.query = query
        self.key = key
        self.running = running


class Questions:
    """The open questions of all queries that may ask one another.

    They may also ask those of a layer ``below``, which never ask back: there each of them is a
    question from outside.
    """

    def __init__(self, below: Questions | None = None) -> None:
        self._below = below
        self._queries: list[Query[Any, Any]] = []
        self._unfinished: list[_Open] = []
        self._running: list[_Open] = []
        self._asking: _Open | None = None
        self._depth = 0

    @property
    def open(self) -> int:
        """How many answers are unfinished."""
        return len(self._unfinished)

    def add(self, query: Query[Any, Any]) -> None:
        """Take up a query."""
        self._queries.append(query)

    def dissolve(self) -> None:
        """Take all queries apart, these and those below: nothing is asked any more.

        A query and what it finds its answers with refer to each other.
        """
        for query in self._queries:
            vars(query).clear()
        self._queries.clear()
        if self._below is not None:
            self._below.dissolve()

    def ask(self, query: Query[Key, Answer], key: Key) -> Answer:
        """The answer to a question that is not known yet; one that is unfinished as it is now."""
        entry = query.unfinished.get(key)
        if entry is None:
            if self._asking is None:
                return self._from_outside(query, key)
            if self._depth >= _DEEPEST:
                raise _TooDeep(query, key, list(self._running))
            entry = self._open(query, key)
            self._run(entry)
            known: Answer = query.known.get(key, _MISSING)
            if known is not _MISSING:
                return known
        asking = self._asking
        assert asking is not None
        asking.hangs_on(entry)
        answer: Answer = entry.value
        return answer

    def _from_outside(self, query: Query[Key, Answer], key: Key) -> Answer:
        """Answers a question that no other one asks, with all those that it leads to."""
        try:
            begun = [self._open(query, key)]
            while begun:
                try:
                    self._run(begun[-1])
                except _TooDeep as deeper:
                    begun += deeper.running[1:]
                    begun.append(self._open(deeper.query, deeper.key))
                else:
                    begun.pop()
        except BaseException:
            for entry in self._unfinished:
                del entry.query.unfinished[entry.key]
            self._unfinished.clear()
            raise
        return query.known[key]

    def _open(self, query: Query[Any, Any], key: Hashable) -> _Open:
        if self._below is not None and self._below.open:
            raise CircularQuestion(f"a question of the layer below asks for {key!r}")
        entry = query.unfinished[key] = _Open(query, key, len(self._unfinished))
        self._unfinished.append(entry)
        return entry

    def _run(self, entry: _Open) -> None:
        """Work out an answer; it is known then, or hangs on one that was begun before it."""
        self._running.append(entry)
        try:
            position = entry.low = entry.position
            entry.value = self._found(entry)
            if entry.low == position and (not entry.is_cyclic or self._solve(entry)):
                self._publish(position)
        finally:
            self._running.pop()

    def _found(self, entry: _Open) -> Any:
        """The answer as it is worked out from the others as they are now."""
        asking, self._asking = self._asking, entry
        self._depth += 1
        entry.asked = None
        try:
            return entry.query.find(entry.key)
        finally:
            self._depth -= 1
            self._asking = asking

    def _publish(self, position: int) -> None:
        unfinished = self._unfinished
        while len(unfinished) > position:
            entry = unfinished.pop()
            entry.query.known[entry.key] = entry.value
            del entry.query.unfinished[entry.key]

    # -- circles

    def _solve(self, head: _Open) -> bool:
        """Bring the answers from this one on to their fixpoint, as they hang on each other.

        False where they turn out to hang on answers begun before them, and stay unfinished.
        """
        for entry in self._unfinished[head.position :]:
            if entry.query.join is None:
                raise CircularQuestion(f"the answer for {entry.key!r} hangs on itself")
        size = 0
        # What joins on the way was not there from the start: then all begin again.
        while size < len(self._unfinished):
            size = len(self._unfinished)
            members = self._unfinished[head.position :]
            for entry in members:
                entry.askers = None
            if not self._converge(members, head.position):
                return False
        return self._refine(members, head.position)

    def _converge(self, members: list[_Open], position: int) -> bool:
        """Rounds from the bottom, until no answer changes; only what changed is asked again."""
        inside = dict.fromkeys(members)
        for entry in members:
            entry.low, entry.value = position, entry.query.bottom
        count, due = len(self._unfinished), members
        while due:
            changed: list[tuple[_Open, Any]] = []
            for entry in due:
                found = self._found(entry)
                if entry.low < position:
                    self._sink(position, entry.low)
                    return False
                answer = entry.query.join(entry.value, found)  # type: ignore[misc]  # see `_solve`
                if answer != entry.value:
                    changed.append((entry, answer))
            for entry, answer in changed:
                entry.value = answer
            joined = self._unfinished[count:]
            for entry in joined:
                entry.low = position
            inside.update(dict.fromkeys(joined))
            count = len(self._unfinished)
            askers = dict.fromkeys(asker for entry, _ in changed for asker in entry.askers or ())
            askers.update((asker, None) for entry in joined for asker in entry.askers or ())
            due = [*(asker for asker in askers if asker in inside), *joined]
        return True

    def _sink(self, position: int, low: int) -> None:
        """All answers from a position on belong to a circle that was entered before them."""
        for entry in self._unfinished[position:]:
            entry.low = low

    def _refine(self, members: list[_Open], position: int) -> bool:
        """Answer one after the other what hung together only while answers were at the bottom."""
        parts = components(members, lambda entry: entry.asked or ())
        if len(parts) == 1:
            _settle(members)
            return True
        joint = [entry.value for entry in members]
        for part in parts:
            if not self._converge(part, position):
                return False
            _settle(part)
        if position + len(members) < len(self._unfinished):
            for entry, value in zip(members, joint, strict=True):
                entry.value = value
            for entry in self._unfinished[position + len(members) :]:
                del entry.query.unfinished[entry.key]
            del self._unfinished[position + len(members) :]
        return True


def _settle(circle: list[_Open]) -> None:
    """Put the items of answers that hang on each other in order.

    In which order they came in hangs on where the circle was entered.
    """
    if len(circle) > 1 or circle[0] in (circle[0].asked or ()):
        for entry in circle:
            if isinstance(entry.value, tuple):
                entry.value = tuple(sorted(entry.value, key=repr))


class Query(Generic[Key, Answer]):
    """A function that is worked out once for each key.

    ``find`` works it out, and may ask this and other queries of the same ``questions``. ``bottom``
    is the answer before anything is known, ``join`` what two answers come to together: answers that
    hang on each other grow by it, which has to come to an end. Without them no answer may hang on
    itself.
    """

    def __init__(
        self,
        questions: Questions,
        find: Callable[[Key], Answer],
        bottom: Answer | None = None,
        join: Callable[[Answer, Answer], Answer] | None = None,
    ) -> None:
        questions.add(self)
        self._questions = questions
        self.find = find
        self.bottom = bottom
        self.join = join
        self.known: dict[Key, Answer] = {}
        self.unfinished: dict[Key, _Open] = {}

    def __call__(self, key: Key) -> Answer:
        """The answer, worked out where it is not known.

        Raises:
            CircularQuestion: the answer hangs on itself, and there is no join.
            Exception: what ``find`` raises; nothing is remembered of the questions open then.
        """
        answer: Answer = self.known.get(key, _MISSING)
        return self._questions.ask(self, key) if answer is _MISSING else answer


def union(old: tuple[_Item, ...], new: tuple[_Item, ...]) -> tuple[_Item, ...]:
    """All items of two answers, each once: those of the first come first."""
    return tuple(dict.fromkeys((*old, *new)))


def first_found(old: _Item, new: _Item) -> _Item:
    """The join of answers that are nothing (none, empty) until there is one, which then stays."""
    return old or new


def components(
    nodes: Iterable[_Item], following: Callable[[_Item], Iterable[_Item]]
) -> list[list[_Item]]:
    """The strongly connected components among the nodes, each after all those that it leads to.

    What ``following`` gives beside the nodes is left out.
    """
    order: dict[_Item, int] = {}
    low: dict[_Item, int] = {}
    inside = dict.fromkeys(nodes)
    found: list[list[_Item]] = []
    for start in inside:
        stack: list[_Item] = []
        path = [] if start in order else [(start, iter(following(start)))]
        for node, _ in path:
            order[node] = low[node] = len(order)
            stack.append(node)
        while path:
            node, rest = path[-1]
            after = next((n for n in rest if n in inside and low.get(n, 0) >= 0), _MISSING)
            if after is _MISSING:
                path.pop()
                if path:
                    low[path[-1][0]] = min(low[path[-1][0]], low[node])
                if low[node] == order[node]:
                    part: list[_Item] = []
                    while node not in part[-1:]:
                        part.append(stack.pop())
                    low.update(dict.fromkeys(part, -1))
                    found.append(part[::-1])
            elif after in order:
                low[node] = min(low[node], order[after])
            else:
                order[after] = low[after] = len(order)
                stack.append(after)
                path.append((after, iter(following(after))))
    return found
