"""What a condition comes to under the feature flags, as far as they decide it.

Only a flag that is off decides: one that is on leaves every branch open. A setting that is one of
several choices decides what it is compared with.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass

from taskleash.ir.feature_flags import (
    FeatureFlag,
    FeatureFlags,
    Value,
    is_generic,
    is_off,
    is_switch,
)
from taskleash.ir.model import Test
from taskleash.ir.terms import Alts, Term, last_name
from taskleash.models.settings import FOR_TYPES, SETTING_HOLDERS
from taskleash.models.vocabulary import words
from taskleash.semantics.calls import Calls
from taskleash.semantics.entities import External, Function
from taskleash.semantics.readings import Reading, Readings
from taskleash.sentences import Sentence, claim, sentence


@dataclass(frozen=True)
class FlagGuard:
    """What keeps code from running: ``flag`` as written, and ``reason``, a sentence about it.

    ``is_for_types`` tells of code that only type checkers read.
    """

    flag: str
    reason: Sentence
    is_for_types: bool = False


@dataclass(frozen=True)
class Decision:
    """What a condition comes to, and by what."""

    holds: bool
    guard: FlagGuard


_NEVER = FlagGuard("False", sentence("in a branch that never runs"))
_TYPES_ONLY = FlagGuard(
    FOR_TYPES, sentence("in a branch that only type checkers read"), is_for_types=True
)


class Conditions:
    """Decides conditions."""

    def __init__(self, calls: Calls, flags: FeatureFlags) -> None:
        self.readings = Readings(calls)
        self.flags = flags

    def may_decide(self, function: Function) -> bool:
        """Whether any condition of a function can be decided: without flags, hardly one is."""
        return bool(self.flags) or function.facts.is_decided

    def decide(self, function: Function, test: Test) -> Decision | None:
        """What the condition comes to, or None where that is open."""
        if test.kind in ("true", "false"):
            return Decision(test.kind == "true", _NEVER)
        if test.kind == "not":
            inner = self.decide(function, test.parts[0])
            return Decision(not inner.holds, inner.guard) if inner else None
        if test.kind in ("and", "or"):
            return self._both(function, test)
        if test.kind == "truth":
            return self._truth(function, test)
        if test.kind == "none":
            flag = self._flag(function, test.value, test)
            return _decision(True, *flag) if flag and flag[1].value is None else None
        return self._comparison(function, test) if test.kind == "other" else None

    def _both(self, function: Function, test: Test) -> Decision | None:
        """An ``or`` is decided by one part that holds, an ``and`` by one that does not."""
        decisive = test.kind == "or"
        parts = [self.decide(function, part) for part in test.parts]
        for part in parts:
            if part is not None and part.holds is decisive:
                return part
        return None if None in parts else parts[0]

    def _truth(self, function: Function, test: Test) -> Decision | None:
        if any(_is_type_checking(self.readings.calls, function, term) for term in test.value):
            return Decision(False, _TYPES_ONLY)
        flag = self._flag(function, test.value, test)
        return _decision(False, *flag) if flag and flag[1].is_off else None

    def _comparison(self, function: Function, test: Test) -> Decision | None:
        flag = self._flag(function, test.value, test)
        compared = _compared(test.text) if flag else None
        if flag is None or compared is None:
            return None
        operator, constants = compared
        holds = _is_one_of(flag[1].value, constants)
        return None if holds is None else _decision(holds is operator, *flag)

    def _flag(
        self, function: Function, value: Alts, test: Test
    ) -> tuple[Reading, FeatureFlag] | None:
        """The flag that all alternatives of a value read."""
        if not self.flags:
            return None
        found: list[tuple[Reading, FeatureFlag]] = []
        for reading in self.readings.of(function, value, test):
            while reading is not None:
                flag = self.flags.find(reading.name, reading.section)
                if flag is not None and (is_switch(flag.value) or _is_setting(reading, flag)):
                    found.append((reading, flag))
                    break
                reading = reading.source
            else:
                return None
        agreed = {flag.value for _, flag in found}
        return found[0] if len(agreed) == 1 else None


def _decision(holds: bool, reading: Reading, flag: FeatureFlag) -> Decision:
    name = reading.name
    if is_generic(name) and reading.section:
        name = f"{reading.section}.{name}"
    # The value itself may be a secret: of a switch its truth is told, of anything else nothing.
    if is_switch(flag.value):
        value = "false" if is_off(flag.value) else "true"
        text = claim("reached only where `{name}` is true, and it is {value} {origin}")
        reason = sentence(text, name=name, value=value, origin=flag.origin)
    else:
        text = claim("reached only where `{name}` has another value than {origin}")
        reason = sentence(text, name=name, origin=flag.origin)
    return Decision(holds, FlagGuard(name, reason))


def _is_setting(reading: Reading, flag: FeatureFlag) -> bool:
    """Whether what was read is a setting rather than some attribute that has the flag's name."""
    holder = set(words(reading.section))
    return (
        reading.name.isupper()
        or not holder.isdisjoint(SETTING_HOLDERS)
        or not holder.isdisjoint(words(flag.section))
    )


def _compared(text: str) -> tuple[bool, list[Value]] | None:
    """Of ``x == 1`` and ``x in (1, 2)``: whether equality is asked for, and the constants."""
    try:
        node = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    if not isinstance(node, ast.Compare) or len(node.ops) != 1:
        return None
    try:
        right = ast.literal_eval(node.comparators[0])
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return None
    operator = node.ops[0]
    if isinstance(operator, ast.Eq | ast.NotEq | ast.Is | ast.IsNot):
        return isinstance(operator, ast.Eq | ast.Is), [right]
    if isinstance(operator, ast.In | ast.NotIn) and isinstance(right, list | tuple | set):
        return isinstance(operator, ast.In), list(right)
    return None


def _is_one_of(value: Value, constants: Iterable[object]) -> bool | None:
    """Whether a flag's value is one of the constants; None where it does not decide that."""
    known = [c for c in constants if c is None or isinstance(c, bool | int | float | str)]
    if is_off(value):
        return any(is_off(constant) for constant in known)
    if is_switch(value) or not known:
        return None
    return any(str(constant).lower() == str(value).lower() for constant in known)


def _is_type_checking(calls: Calls, function: Function, term: Term) -> bool:
    if last_name(term) != FOR_TYPES:
        return False
    symbol = calls.program.symbol(function, term)
    return symbol is None or isinstance(symbol, External)
