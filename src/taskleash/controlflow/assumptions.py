"""What is known to hold on a path: the outcomes of conditions that were asked on the way.

The same question asked twice has the same answer, unless something it asks about is assigned in
between or it is asked in another turn of a loop.
"""

from __future__ import annotations

import ast
import operator
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import replace
from functools import cached_property, partial
from typing import Any

from taskleash.controlflow.cfg import ENTRY, ControlFlowGraph, Edge
from taskleash.controlflow.implied import is_of_its_class, shows
from taskleash.controlflow.path_facts import NO_FACTS, Fact, Facts, LocalFlags, Question
from taskleash.ir.model import Call, FunctionFacts, Store, Test, TestKind
from taskleash.ir.terms import (
    TEXT,
    Alts,
    Attribute,
    Built,
    Constant,
    Element,
    Global,
    Local,
    Outer,
    Result,
    Term,
)

_WORD = re.compile(r"\w+")
_EMPTY_CONSTANTS = frozenset({"None", "False", "0", "0.0", "''", '""'})
_UNKNOWN_CONSTANTS = frozenset({"…", "exception"})
_WITHOUT_VALUE = _UNKNOWN_CONSTANTS | {TEXT.text}
_NEGATED = {"!=": "==", "not in": "in", "is not": "is"}
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "is": operator.eq,
    "!=": operator.ne,
    "is not": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "in": lambda left, right: left in right,
    "not in": lambda left, right: left not in right,
}


#: what terms stand for in one call of the function: parameters that are given constants
Given = Mapping[Term, Alts]
NOTHING_GIVEN: Given = {}

#: what else follows from an outcome: (kind, outcome) to others of the same name
_FOLLOWING: dict[tuple[TestKind, bool], tuple[tuple[TestKind, bool], ...]] = {
    ("truth", True): (("none", False), ("iterates", True)),
    ("truth", False): (("iterates", False),),
    ("none", True): (("truth", False), ("iterates", False)),
    ("iterates", True): (("truth", True), ("none", False)),
}


class Assumptions:
    """The questions of one function, and what holds wherever control comes to each block.

    ``shared`` are the local variables that functions inside of it assign to.
    """

    def __init__(
        self, facts: FunctionFacts, graph: ControlFlowGraph, shared: Set[str] = frozenset()
    ) -> None:
        self._facts = facts
        self._flags = LocalFlags(facts, graph, shared)
        self._graph = graph
        self._questions: dict[tuple[str, Alts, str, str, Alts], Question | None] = {}
        self._turns: dict[int, frozenset[int]] = {}
        #: calls by what is called and with what: those that are the same have the same number
        self._numbers: dict[tuple[str, tuple[str, ...]], int] = {}
        self._names: dict[int, str] = {}

    def question(self, test: Test) -> Question | None:
        """What a condition without parts asks; None where it can't be known again."""
        key = (test.kind, test.value, test.text, test.op, test.other)
        if key not in self._questions:
            self._questions[key] = self._made(test)
        return self._questions[key]

    def _made(self, test: Test) -> Question | None:
        flag = self._flags.asked(test)
        if flag is not None:
            return flag
        text = test.text if test.kind == "other" and not test.op else ""
        if not (text or (test.value and (test.kind != "other" or test.op))):
            return None
        words: set[str] = set(_WORD.findall(test.text))
        passing: set[int] = set()
        is_local = bool(text)
        for term in self._asked_about((*test.value, *test.other)):
            if isinstance(term, Result):
                passing.add(term.event)
                words.update(_WORD.findall(self._called(term.event)))
            elif isinstance(term, Local):
                is_local = True
            elif isinstance(term, Attribute | Global | Outer):
                words.add(term.name)
        name = " | ".join([*sorted(map(self._named, test.value)), text])
        if test.op:
            name = f"{name}{test.op} {' | '.join(sorted(map(self._named, test.other)))}"
        return Question(test.kind, name, test.value, frozenset(words), frozenset(passing), is_local)

    def _asked_about(self, terms: Alts) -> Iterator[Term]:
        """The terms, what they are built on, and what calls that give them are given."""
        found: dict[Term, None] = {}
        pending = list(terms)
        for term in pending:
            for part in parts(term):
                if part in found:
                    continue
                found[part] = None
                event = self._facts.events[part.event] if isinstance(part, Result) else None
                if isinstance(event, Call):
                    pending.extend(each for arg in event.args for each in arg.value)
        return iter(found)

    def _called(self, index: int) -> str:
        event = self._facts.events[index]
        return event.text if isinstance(event, Call) else ""

    def _named(self, term: Term) -> str:
        """A term with the results of calls by what is called: asked twice, it is the same."""
        if isinstance(term, Result):
            if term.event not in self._names:
                # What goes round in a circle stands for itself there.
                self._names[term.event] = repr(term)
                self._names[term.event] = self._called_with(term)
            return self._names[term.event]
        if isinstance(term, Built):
            return f"{type(term).__name__}({self._named(term.base)}, {term.parts[1:]})"
        return repr(term)

    def _called_with(self, term: Result) -> str:
        event = self._facts.events[term.event]
        if not isinstance(event, Call):
            return repr(term)
        args = (f"{arg.key}={' | '.join(map(self._named, arg.value))}" for arg in event.args)
        # A number in place of the text, which would grow with each call around it.
        key = (event.text, tuple(args))
        return f"{event.text}#{self._numbers.setdefault(key, len(self._numbers))}"

    def implied(self, test: Test, holds: bool) -> Iterator[Fact]:
        """What follows from the outcome of a condition."""
        for part, each in conjuncts(test, holds):
            question = self.question(part) if part.kind not in ("true", "false") else None
            if question is not None:
                yield question, each
                for kind, outcome in _FOLLOWING.get((question.kind, each), ()):
                    yield replace(question, kind=kind), outcome

    def is_open(self, edge: Edge, given: Given) -> bool:
        """Whether control may go along an edge where a call of the function gives constants."""
        return edge.test is None or not self.contradicts(NO_FACTS, edge.test, edge.holds, given)

    def contradicts(
        self, held: Facts, test: Test, holds: bool, given: Given = NOTHING_GIVEN
    ) -> bool:
        """Whether a condition can't have this outcome where the facts hold."""
        return shows(test, holds, partial(self._denies, held, given))

    def _denies(self, held: Facts, given: Given, test: Test, holds: bool) -> bool:
        test, holds = _plain(test, holds)
        known = True if is_of_its_class(test, self._facts) else constant(test, given)
        if known is not None:
            return known is not holds
        question = self.question(test)
        return question is not None and (question, not holds) in held

    @cached_property
    def asked_again(self) -> frozenset[str]:
        """The names of questions that are asked more than once."""
        found: Counter[str] = Counter()
        for block in self._graph.blocks:
            for edge in block.edges:
                if edge.test is not None and edge.holds:
                    found.update(question.name for question in self._asked(edge.test))
        # A flag is answered where it is set, too.
        flags = self._flags.names
        return frozenset(name for name, count in found.items() if count > 1 or name in flags)

    @cached_property
    def asked_from(self) -> list[frozenset[str]]:
        """The names of the questions that are asked again on some way from each block on."""
        found: list[frozenset[str]] = []
        before: list[list[int]] = [[] for _ in self._graph.blocks]
        for block in self._graph.blocks:
            asked: set[str] = set()
            for edge in self._graph.successors(block.number):
                before[edge.target].append(block.number)
                if edge.test is not None:
                    asked.update(question.name for question in self._asked(edge.test))
            found.append(self.asked_again & asked)
        pending = [block.number for block in self._graph.blocks]
        while pending:
            number = pending.pop()
            for source in before[number]:
                if not found[number] <= found[source]:
                    found[source] |= found[number]
                    pending.append(source)
        return found

    def still_asked(self, held: Facts, block: int) -> Facts:
        """The facts that can still tell anything on the ways from a block on."""
        asked = self.asked_from[block]
        if all(question.name in asked for question, _ in held):
            return held
        return frozenset(fact for fact in held if fact[0].name in asked)

    def _asked(self, test: Test) -> Iterator[Question]:
        """The questions that a condition is made of."""
        for part in test.parts:
            yield from self._asked(part)
        question = None if test.parts else self.question(_plain(test, True)[0])
        if question is not None:
            yield question

    # -- what ends a fact

    def after_events(self, held: Facts, block: int, last: int | None = None) -> Facts:
        """The facts that hold after the events of a block, or those up to the place ``last``."""
        if held:
            killed = {
                name
                for place, name in self._assigned.get(block, ())
                if last is None or place <= last
            }
            held = frozenset(f for f in held if not f[0].words & killed) if killed else held
        return self._flags.after(held, block, last)

    @cached_property
    def _assigned(self) -> dict[int, list[tuple[int, str]]]:
        """The stores of each block: their places in it, the last names of what they assign."""
        found: dict[int, list[tuple[int, str]]] = {}
        for block in self._graph.blocks:
            for place, index in enumerate(block.events):
                event = self._facts.events[index]
                name = _assigned_name(event.target) if isinstance(event, Store) else ""
                if name:
                    found.setdefault(block.number, []).append((place, name))
        return found

    def along(self, held: Facts, source: int, edge: Edge) -> Facts:
        """The facts that still hold once control has come along an edge to the next turn."""
        if not held:
            return held
        target = self._graph.blocks[edge.target]
        if target.loop is None or target.number != target.loops[-1]:
            return held
        if target.number not in self._graph.blocks[source].loops:
            return held
        made = self._made_in(target.number)
        own = {question.name for question in self._asked(target.loop.test)}
        return frozenset(
            (question, outcome)
            for question, outcome in held
            if question.is_flag
            or not (question.is_local or question.passing & made or question.name in own)
        )

    def _made_in(self, loop: int) -> frozenset[int]:
        if loop not in self._turns:
            self._turns[loop] = frozenset(
                index
                for block in self._graph.blocks
                if loop in block.loops
                for index in block.events
            )
        return self._turns[loop]

    # -- what holds on every path

    def at(self, block: int, place: int) -> Facts:
        """What holds after the event at a place of a block, however control came there."""
        held = self.before.get(block, NO_FACTS)
        return self.after_events(held, block, place)

    @cached_property
    def before(self) -> dict[int, Facts]:
        """The facts that hold on every path to each reachable block."""
        found: dict[int, Facts] = {ENTRY: NO_FACTS}
        pending = [ENTRY]
        while pending:
            number = pending.pop()
            after = self.after_events(found[number], number)
            for edge in self._graph.successors(number):
                reached = self.along(self.with_edge(after, edge), number, edge)
                known = found.get(edge.target)
                merged = reached if known is None else known & reached
                if known is None or merged != known:
                    found[edge.target] = merged
                    pending.append(edge.target)
        return found

    def with_edge(self, held: Facts, edge: Edge) -> Facts:
        """The facts and what the outcome on the edge adds: questions that are asked again only."""
        if edge.test is None:
            return held
        new = [f for f in self.implied(edge.test, edge.holds) if f[0].name in self.asked_again]
        return held.union(new) if new else held


def parts(term: Term) -> Iterator[Term]:
    """A term and those that it is built on."""
    while True:
        yield term
        if not isinstance(term, Built):
            return
        term = term.base


def gone_over(carriers: Iterable[Term]) -> frozenset[Term]:
    """What a loop goes over to come to the task: what holds it, or holds a record that does."""
    found: set[Term] = set(carriers)
    for carrier in carriers:
        found.update(part.base for part in parts(carrier) if isinstance(part, Element))
    return frozenset(found)


def constant(test: Test, given: Given = NOTHING_GIVEN) -> bool | None:
    """What a condition comes to by constants alone; None where they do not tell."""
    if test.kind in ("true", "false"):
        return test.kind == "true"
    if test.op:
        return _comparison(test, given)
    if test.kind not in ("truth", "none") or not test.value:
        return None
    outcomes: set[bool] = set()
    for term in (t for each in test.value for t in given.get(each, (each,))):
        if not isinstance(term, Constant) or term.text in _UNKNOWN_CONSTANTS:
            return None
        is_none = term.text == "None"
        outcomes.add(is_none if test.kind == "none" else term.text not in _EMPTY_CONSTANTS)
    return outcomes.pop() if len(outcomes) == 1 else None


def conjuncts(test: Test, holds: bool) -> Iterator[tuple[Test, bool]]:
    """The plain conditions that all have to have these outcomes for the whole to have its own."""
    test, holds = _plain(test, holds)
    if test.kind == "not":
        yield from conjuncts(test.parts[0], not holds)
    elif test.kind not in ("and", "or"):
        yield test, holds
    elif (test.kind == "and") == holds:
        for part in test.parts:
            yield from conjuncts(part, holds)


def _plain(test: Test, holds: bool) -> tuple[Test, bool]:
    """A comparison and its outcome, without a negated operator."""
    if test.op not in _NEGATED:
        return test, holds
    return replace(test, op=_NEGATED[test.op]), not holds


def _comparison(test: Test, given: Given) -> bool | None:
    """What a comparison of constants comes to, where it does whichever of them are there."""
    compare = _COMPARISONS.get(test.op)
    if compare is None:
        return None
    try:
        lefts, rights = (
            [_value(term) for each in side for term in given.get(each, (each,))]
            for side in (test.value, test.other)
        )
        outcomes = {compare(left, right) for left in lefts for right in rights}
    except (TypeError, ValueError, SyntaxError):
        return None
    return outcomes.pop() if len(outcomes) == 1 else None


def _value(term: Term) -> object:
    """The value of a constant; raises ValueError or SyntaxError where it is not known."""
    if not isinstance(term, Constant) or term.text in _WITHOUT_VALUE:
        raise ValueError
    return ast.literal_eval(term.text)


def _assigned_name(target: Term) -> str:
    while isinstance(target, Element):
        target = target.base
    return target.name if isinstance(target, Attribute | Global | Outer) else ""
