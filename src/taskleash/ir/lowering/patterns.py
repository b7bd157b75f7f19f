"""Lowering of the patterns of ``match``: what they bind, and what they ask of the subject."""

from __future__ import annotations

import libcst as cst

from taskleash.ir.lowering.conditions import compared
from taskleash.ir.lowering.frame import Env, merge_envs, source_of
from taskleash.ir.lowering.lowering import Lowering
from taskleash.ir.lowering.targets import constant_key, split, written_items, written_keys
from taskleash.ir.model import Block, Case, Exit, If, Switch, Test
from taskleash.ir.terms import SOME, Alts, Attribute, Element, Item, Spread
from taskleash.ir.types import constant_text, dotted_name

_ALWAYS = Test("true")
_OPEN = Test("other")
#: classes whose only positional pattern is for the value itself
_WHOLE = frozenset(
    {
        "bool", "bytearray", "bytes", "dict", "float", "frozenset", "int", "list", "set", "str",
        "tuple",
    }
)  # fmt: skip


def lower_match(lowering: Lowering, node: cst.Match) -> bool:
    """Lower a ``match`` whose header has begun; true where control reaches what follows it."""
    frame = lowering.frame
    subject = lowering.read(node.subject)
    text = source_of(node.subject) if len(node.subject.children) < 4 else ""
    # What holds where no case so far has matched: a guard that fails has bound its pattern's names.
    unmatched = dict(frame.env)
    ends: list[Env] = []
    cases: list[Case] = []
    for case in node.cases:
        frame.env = dict(unmatched)
        test = lower_pattern(lowering, case.pattern, subject, text)
        if case.guard is None:
            body, reached = lowering.suite(case.body)
        else:
            bound = dict(frame.env)
            body, reached = _guarded(lowering, case, case.guard)
            unmatched = merge_envs([unmatched, bound])
        cases.append(Case(test, body, _asked_constant(case.pattern)))
        if reached:
            ends.append(frame.env)
    total = any(case.guard is None and matches_all(case.pattern) for case in node.cases)
    if not total:
        ends.append(unmatched)
    frame.items.append(Switch(tuple(cases), total))
    frame.env = merge_envs(ends) if ends else unmatched
    return bool(ends)


def _guarded(
    lowering: Lowering, case: cst.MatchCase, guard: cst.BaseExpression
) -> tuple[Block, bool]:
    """The body of a case behind its guard."""
    frame = lowering.frame
    items, frame.items = frame.items, []
    line = lowering.spans.of(case)[0]
    test = lowering.test(guard)
    body, reached = lowering.suite(case.body)
    frame.items.append(If(test, body, Block((Exit("next", line),)), line))
    block = frame.block(frame.items)
    frame.items = items
    return block, reached


def _asked_constant(pattern: cst.MatchPattern) -> str:
    return constant_text(pattern.value) if isinstance(pattern, cst.MatchValue) else ""


def matches_all(pattern: cst.MatchPattern) -> bool:
    """Whether a pattern matches whatever the subject is."""
    if isinstance(pattern, cst.MatchAs):
        return pattern.pattern is None or matches_all(pattern.pattern)
    alternatives = pattern.patterns if isinstance(pattern, cst.MatchOr) else ()
    return any(matches_all(alternative.pattern) for alternative in alternatives)


def lower_pattern(lowering: Lowering, pattern: cst.MatchPattern, subject: Alts, text: str) -> Test:
    """Bind what a pattern captures; returns what it asks of the subject, written ``text``."""
    if isinstance(pattern, cst.MatchAs):
        test = _ALWAYS
        if pattern.pattern is not None:
            test = lower_pattern(lowering, pattern.pattern, subject, text)
        if pattern.name is not None:
            lowering.assign(pattern.name, subject)
        return test
    if isinstance(pattern, cst.MatchValue):
        value = lowering.expr(pattern.value)
        asked = f"{text} == {source_of(pattern.value)}" if text else ""
        return compared(subject, "==", value, asked) if value else _OPEN
    if isinstance(pattern, cst.MatchSingleton):
        if pattern.value.value == "None":
            return Test("none", subject, text=text)
        value = lowering.expr(pattern.value)
        return compared(subject, "is", value, f"{text} is {pattern.value.value}" if text else "")
    if isinstance(pattern, cst.MatchOr):
        return _either(lowering, pattern, subject, text)
    if isinstance(pattern, cst.MatchSequence):
        return _sequence(lowering, pattern, subject)
    if isinstance(pattern, cst.MatchMapping):
        return _mapping(lowering, pattern, subject)
    if isinstance(pattern, cst.MatchClass):
        return _class(lowering, pattern, subject, text)
    return _OPEN


def _either(lowering: Lowering, pattern: cst.MatchOr, subject: Alts, text: str) -> Test:
    before, ends = dict(lowering.frame.env), list[Env]()
    tests: list[Test] = []
    for element in pattern.patterns:
        lowering.frame.env = dict(before)
        tests.append(lower_pattern(lowering, element.pattern, subject, text))
        ends.append(lowering.frame.env)
    lowering.frame.env = merge_envs(ends)
    return Test("or", parts=tuple(tests))


def _all(tests: list[Test]) -> Test:
    asked = [test for test in tests if test != _ALWAYS]
    if len(asked) < 2:
        return asked[0] if asked else _ALWAYS
    return Test("and", parts=tuple(asked))


def _sequence(lowering: Lowering, node: cst.MatchSequence, subject: Alts) -> Test:
    elements = node.patterns
    stars = [i for i, element in enumerate(elements) if isinstance(element, cst.MatchStar)]
    star = stars[0] if stars else -1
    known = [written_items(lowering, term) for term in subject]
    fits = bool(known) and all(
        items is not None
        and (len(items) >= len(elements) - 1 if stars else len(items) == len(elements))
        for items in known
    )
    tests: list[Test] = [] if fits else [_OPEN]
    parts = split(lowering, subject, len(elements), star)
    for element, part in zip(elements, parts, strict=True):
        if isinstance(element, cst.MatchSequenceElement):
            tests.append(lower_pattern(lowering, element.value, part, ""))
        elif element.name is not None:
            lowering.assign(element.name, part)
    return _all(tests)


def _mapping(lowering: Lowering, node: cst.MatchMapping, subject: Alts) -> Test:
    asked = {constant_key(element.key) for element in node.elements}
    has_all = bool(subject) and all(asked <= written_keys(lowering, term) for term in subject)
    tests: list[Test] = [] if has_all else [_OPEN]
    for element in node.elements:
        key = constant_key(element.key) or dotted_name(element.key) or SOME
        found = tuple(Element(term, key) for term in subject)
        tests.append(lower_pattern(lowering, element.pattern, found, ""))
    if node.rest is not None:
        rest = tuple(lowering.frame.collect("rest", [(Spread(term),)]) for term in subject)
        lowering.assign(node.rest, rest)
    return _all(tests)


def _class(lowering: Lowering, node: cst.MatchClass, subject: Alts, text: str) -> Test:
    name = dotted_name(node.cls)
    asked = f"isinstance({text}, {name})" if text else ""
    tests = [compared(subject, "isinstance", lowering.expr(node.cls), asked)]
    made = lowering.module.classes.get(name)
    fields = tuple(made.fields) if made is not None else ()
    for index, element in enumerate(node.patterns):
        found: Alts
        if name in _WHOLE:
            found = subject
        elif index < len(fields):
            found = tuple(Attribute(term, fields[index]) for term in subject)
        else:
            found = tuple(Item(term, index) for term in subject)
        tests.append(lower_pattern(lowering, element.value, found, ""))
    for keyword in node.kwds:
        found = tuple(Attribute(term, keyword.key.value) for term in subject)
        tests.append(lower_pattern(lowering, keyword.pattern, found, ""))
    return _all(tests)
