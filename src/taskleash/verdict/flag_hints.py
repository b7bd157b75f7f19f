"""Which feature flags would tell more: code that runs only where a setting turns it on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from taskleash.controlflow.nesting import branches
from taskleash.dormancy.dormant import Dormant
from taskleash.ir.feature_flags import FeatureFlag, FeatureFlags, is_generic
from taskleash.ir.known import KnownCalls
from taskleash.ir.model import Block, If, ModuleFacts, Store, Test, tests
from taskleash.ir.terms import Attribute
from taskleash.models.lifecycle import LIFECYCLE
from taskleash.models.settings import FLAG_WORDS
from taskleash.models.vocabulary import words
from taskleash.semantics.calls import Calls
from taskleash.semantics.entities import Function
from taskleash.semantics.indexed import IndexedModules
from taskleash.semantics.inference import Inference
from taskleash.semantics.program import Program
from taskleash.semantics.readings import Readings
from taskleash.verdict.model import Risk, Site
from taskleash.verdict.sleeping import key, places_of


def deciding_flags(
    facts: Sequence[ModuleFacts],
    known: KnownCalls,
    sites: Iterable[Site],
    indexed: IndexedModules | None = None,
) -> tuple[tuple[str, int], ...]:
    """The settings, as written, without which sites are never reached, and how many those are.

    ``facts`` are those of the sites' modules, and of the modules that lead to them; ``known`` are
    the calls that the settings name, ``indexed`` has what linking found out of each module by
    itself. The most decisive flags come first; one that only sound sites hang on is left out.
    """
    program = Program(facts, known, indexed)
    calls = Calls(program, Inference(program))
    names = _asked(calls)
    dormant = Dormant(calls, FeatureFlags(tuple(FeatureFlag(n, False, "") for n in sorted(names))))
    if not names or dormant.is_idle:
        return ()
    counts: Counter[str] = Counter()
    matters: set[str] = set()
    places = places_of(program, sites)
    for site in sites:
        flags = {barrier.guard.flag for barrier in dormant.barriers(places[key(site)])}
        if len(flags) == 1 and flags <= names:
            counts.update(flags)
            matters |= flags if site.risk is not Risk.NONE else set()
    return tuple(sorted(((n, c) for n, c in counts.items() if n in matters), key=_rank))


def _rank(counted: tuple[str, int]) -> tuple[int, str]:
    name, count = counted
    return -count, name


def _asked(calls: Calls) -> set[str]:
    """The settings that conditions of the program ask for, by the words in their names."""
    readings = Readings(calls)
    found: set[str] = set()
    state: set[str] = set()
    for function in calls.program.functions():
        local = function.facts.defs if function.facts.kind == "function" else {}
        for test in _conditions(function.facts.body):
            for reading in readings.of(function, test.value, test):
                if reading is not None and reading.name not in local and _is_flag(reading.name):
                    found.add(reading.name)
        state |= _changed(function)
    return found - state


def _conditions(block: Block) -> Iterator[Test]:
    for item in block.items:
        if isinstance(item, If):
            yield from (test for test in tests(item.test) if test.kind in ("truth", "other"))
        if not isinstance(item, int):
            for _, inner, _ in branches(item):
                yield from _conditions(inner)


def _is_flag(name: str) -> bool:
    named = not name.startswith("_") and not is_generic(name)
    return named and not FLAG_WORDS.isdisjoint(words(name) or name.lower().split("_"))


def _changed(function: Function) -> set[str]:
    """The attributes that a function sets while the program runs: state rather than settings."""
    if LIFECYCLE.constructs(function.name) or function.facts.kind != "function":
        return set()
    return {
        event.target.name
        for event in function.events
        if isinstance(event, Store) and isinstance(event.target, Attribute)
    }
