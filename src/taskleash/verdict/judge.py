"""From facts to verdicts: link, follow every handle, observe, decide."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from taskleash.dataflow.answering import concerns
from taskleash.dataflow.dropped_results import droppers
from taskleash.dataflow.flow import Flow
from taskleash.dataflow.trail import Site as CallSite
from taskleash.dataflow.trail import Trail
from taskleash.dataflow.wrappers import (
    constants_given,
    coroutine_argument,
    handed_in,
    unkept,
    users,
)
from taskleash.ir.feature_flags import FeatureFlags
from taskleash.ir.known import KnownCalls
from taskleash.ir.model import ModuleFacts, Pos
from taskleash.models.api import Starts
from taskleash.query import Query, Questions
from taskleash.semantics.apis import told_of
from taskleash.semantics.calls import Calls
from taskleash.semantics.entities import Function
from taskleash.semantics.indexed import IndexedModules
from taskleash.semantics.inference import Inference
from taskleash.semantics.program import Program
from taskleash.semantics.spawns import Spawn, find_spawns
from taskleash.verdict.model import DROPS, Defect, Risk, Site
from taskleash.verdict.observe import Observer
from taskleash.verdict.policy import CUT_OFF, Row, Verdict, accuse, decide
from taskleash.verdict.shares import dropping_result, returned
from taskleash.verdict.signs import CallerVerdict, Signs, dropped_by_the_loop
from taskleash.verdict.sites import completed, to_site, undecided
from taskleash.verdict.sleeping import key, with_dormancy
from taskleash.verdict.told_to_end import ended_if, gives_none
from taskleash.verdict.wording.narrate import evidence
from taskleash.verdict.wrapper_calls import UNASKED, Case, WrapperCalls

#: the paths of the files that are reported; None stands for all
Reported: TypeAlias = "Collection[str] | None"

_NOTHING_KNOWN = KnownCalls()
_NO_FLAGS = FeatureFlags()
_RISKS = (Risk.NONE, Risk.LOW, Risk.HIGH)


def judge(
    facts: Sequence[ModuleFacts],
    known: KnownCalls = _NOTHING_KNOWN,
    flags: FeatureFlags = _NO_FLAGS,
    reported: Reported = None,
    indexed: IndexedModules | None = None,
) -> list[Site]:
    """The verdicts of the spawn sites in the files ``reported``, sorted by path, line and column.

    ``known`` are the calls that the settings name, ``flags`` the feature flags. ``indexed`` has
    what is known of the modules from an earlier program.
    """
    return Judge(facts, known, reported, indexed).verdicts(flags)


@dataclass(frozen=True)
class _Judged:
    """A spawn with its verdict, and the calls of wrappers of which it is made, with theirs."""

    signs: Signs
    verdict: Verdict
    wrapped: tuple[Site, ...] = ()


class Judge:
    """Judges one program, as far as that concerns the files ``reported``."""

    def __init__(
        self,
        facts: Sequence[ModuleFacts],
        known: KnownCalls = _NOTHING_KNOWN,
        reported: Reported = None,
        indexed: IndexedModules | None = None,
    ) -> None:
        self.reported = reported
        self.program = Program(facts, known, indexed)
        inference = Inference(self.program)
        self.calls = Calls(self.program, inference)
        self.flow = Flow(self.calls)
        self.spawns = list(find_spawns(self.program, self.calls))
        self.observer = Observer(self.flow, _started_by(self.spawns))
        self._wrappers = WrapperCalls(self.calls, self.flow, self.observer, self._signs)
        self.questions = Questions(below=self.program.uses)
        self._judged: Query[Case, _Judged | None] = Query(self.questions, self._judge, None, _worse)

    def reports(self, function: Function) -> bool:
        """Whether what is found in a function is reported."""
        return self.reported is None or function.module.path in self.reported

    def verdicts(self, flags: FeatureFlags = _NO_FLAGS) -> list[Site]:
        """All sites that are reported, sorted by path, line and column, under the flags."""
        return with_dormancy(self.calls, flags, self.sites())

    def sites(self) -> list[Site]:
        """All sites: the spawns, and the calls that drop what a wrapper returns."""
        found: dict[tuple[str, Pos], Site] = {}
        wrapped: list[Site] = []
        for spawn in self.spawns:
            if self.reported is not None and not concerns(self.flow, spawn, self.reports):
                continue
            judged = self._judged((spawn, spawn.depth, *UNASKED))
            assert judged is not None
            signs, verdict = judged.signs, judged.verdict
            wrapped.extend(dropping_result(spawn, site) for site in judged.wrapped)
            site = to_site(signs, verdict, self.calls)
            found[spawn.function.module.path, spawn.call.pos] = returned(spawn, site)
            if _keeps(signs, verdict):
                for site in self._wrappers.of(spawn, signs, verdict):
                    found.setdefault(key(site), site)
        for site in wrapped:
            found.setdefault(key(site), site)
        sites = (s for s in found.values() if self.reported is None or s.path in self.reported)
        return sorted(sites, key=lambda s: (s.path, s.span))

    def alone(self, spawn: Spawn, trail: Trail) -> Verdict:
        """What a spawn is accused of by what is done to its handle, proven or not."""
        return accuse(self.observer.signs(spawn, trail)).verdict

    def holds_locally(self, spawn: Spawn, trail: Trail) -> bool:
        """Whether a task is left running by a function that only a local of it holds."""
        if spawn.kind != "task" or trail.places:
            return False
        verdict = self.alone(spawn, trail)
        return verdict.risk is Risk.LOW and verdict.handle != "discarded"

    def _signs(self, case: Case, way: tuple[CallSite, ...] = ()) -> Signs:
        spawn, depth, kept_if, ended = case
        place = spawn.function, spawn.index, depth
        trail = self.flow.follow(*place, spawn.to_await, spawn.at, way, spawn.started)
        signs = self.observer.signs(spawn, trail)
        signs.kept_if |= kept_if
        signs.ended_if = ended
        return signs

    def _judge(self, case: Case) -> _Judged:
        """The verdict on a spawn, which may hang on those on the calls of the function around."""
        signs = self._signs(case)
        row = decide(signs)
        wrapped: list[Site] = []
        if row.verdict.ending == "users" or signs.kept_if:
            row = self._asked_of_callers(signs, wrapped)
        if signs.kept and signs.given and row.verdict.risk is not Risk.NONE and not signs.growing:
            # What is kept in vain may be returned to those who see to it, whatever they ask for.
            asked, others = replace(signs, kept_if=frozenset(), callers=[]), list[Site]()
            answer = self._asked_of_callers(asked, others)
            if answer.verdict.ending == "callers" or answer is CUT_OFF:
                signs, row, wrapped = asked, answer, others
        if row.verdict.ending != "callers" and not signs.tested:
            wrapped = []
        by_place = {(site.path, site.span): site for site in reversed(wrapped)}
        return _Judged(signs, completed(signs, row.verdict), tuple(reversed(by_place.values())))

    def _asked_of_callers(self, signs: Signs, wrapped: list[Site]) -> Row:
        """The row that decides once it is known what becomes of what the function returns."""
        function = signs.spawn.function
        found = self._callers(signs, wrapped)
        signs.callers = _but_tests(function, found)
        signs.tested = len(signs.callers) < len(found)
        signs.passed_by = not found and bool(self.calls.callers(function))
        if not found:
            signs.handed_out = next(iter(self.calls.references(function)), None)
            signs.may_be_called = self.calls.possible(function)
        return decide(signs)

    def _callers(self, given: Signs, wrapped: list[Site]) -> list[CallerVerdict]:
        spawn, function = given.spawn, given.spawn.function
        found: list[CallerVerdict] = []
        for caller, index in users(self.calls, function, spawn.index):
            callees = self.calls.callees(caller, caller.call(index))
            told = told_of(self.program.known, callees)
            if told is not None and told.starts in (Starts.SAFE, Starts.OWNER):
                continue
            inside = self.observer.inside
            if gives_none(inside, given, constants_given(function, caller.call(index))):
                continue
            inner = replace(handed_in(self.calls, spawn, caller, index), at=given.trail.given_at)
            passed_on = unkept(function, given.kept_if, caller, index)
            handed = coroutine_argument(self.calls, spawn, caller.call(index)) is not None
            if passed_on is None:
                wrapped += [self._wrappers.asked_to_keep(given, inner)] if handed else []
                continue
            ended = ended_if(inside, given, caller, index)
            judged = self._judged((inner, given.trail.given_depth, passed_on, ended))
            if judged is None:
                # The wrapper calls itself: what becomes of the task hangs on the other calls.
                continue
            signs, verdict = judged.signs, judged.verdict
            wrapped.extend(judged.wrapped)
            if verdict.handle == "discarded" or handed:
                wrapped.append(self._wrapper_call(signs, verdict))
            if handed and _keeps(signs, verdict):
                wrapped.extend(self._wrappers.of(inner, signs, verdict))
            because = evidence(signs, decide(signs)) if verdict.handle != "discarded" else ()
            found.append(
                CallerVerdict(
                    caller,
                    index,
                    *(verdict.handle, verdict.ending, verdict.risk, verdict.defect),
                    *(verdict.tracked, verdict.cleaned),
                    *(because, undecided(signs, verdict)),
                    (signs.local, signs.is_for_a_turn),
                )
            )
        if not function.facts.is_async:
            found.extend(
                dropped_by_the_loop(*dropper) for dropper in droppers(self.calls, function)
            )
        return sorted(found, key=lambda c: (-_RISKS.index(c.risk), not c.undecided))

    def _wrapper_call(self, signs: Signs, verdict: Verdict) -> Site:
        """A call of a function that returns the task it starts."""
        if verdict.defect in DROPS:
            verdict = replace(verdict, defect=Defect.DROPPED_WRAPPER_RESULT)
        return to_site(signs, verdict, self.calls)


def _worse(old: _Judged | None, new: _Judged | None) -> _Judged | None:
    """The worse of two verdicts, the first one where both are as bad."""
    found = [each for each in (old, new) if each is not None]
    return max(found, key=lambda each: _RISKS.index(each.verdict.risk), default=None)


def _started_by(spawns: list[Spawn]) -> dict[Function, tuple[Function, ...]]:
    """The coroutines that each function starts."""
    found: dict[Function, list[Function]] = defaultdict(list)
    for spawn in spawns:
        found[spawn.function] += spawn.started
    return {function: tuple(started) for function, started in found.items()}


def _but_tests(function: Function, found: list[CallerVerdict]) -> list[CallerVerdict]:
    """The callers without the tests of what others call, or may call: these say nothing of them."""
    if function.module.is_test:
        return found
    others = [caller for caller in found if not caller.function.module.is_test]
    return others if others or function.is_public else found


def _keeps(signs: Signs, verdict: Verdict) -> bool:
    """Whether the function keeps the task: neither drops, returns nor ends it by itself."""
    if verdict.handle == "discarded" or (signs.ended_here and not signs.places):
        return False
    if signs.kept and not signs.kept_if:
        return True
    return verdict.handle != "escapes" or not signs.given
