"""From facts to verdicts: link, follow every handle, observe, decide."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TypeAlias

from taskleash.classify.dormancy import with_dormancy
from taskleash.classify.model import Defect, Risk, Site
from taskleash.classify.narrate import evidence, step
from taskleash.classify.observe import Observer
from taskleash.classify.policy import Verdict, decide
from taskleash.classify.signs import CallerVerdict, Signs
from taskleash.classify.sites import DROPS, completed, to_site
from taskleash.facts.catalogue import TASKS
from taskleash.facts.feature_flags import FeatureFlags
from taskleash.facts.known import KnownCalls
from taskleash.facts.model import Arg, ModuleFacts, Pos
from taskleash.link.calls import Calls
from taskleash.link.configured import configured
from taskleash.link.entities import Function
from taskleash.link.flow import Flow
from taskleash.link.indexed import IndexedModules
from taskleash.link.inference import Inference, is_external
from taskleash.link.program import Program
from taskleash.link.spawns import Spawn, coroutines, find_spawns
from taskleash.link.trail import Trail
from taskleash.link.wrappers import coroutine_argument, droppers, handed_in, unkept, users

#: the paths of the files that are reported; None stands for all
Reported: TypeAlias = "Collection[str] | None"

_NOTHING_KNOWN = KnownCalls()
_NO_FLAGS = FeatureFlags()
_RISKS = (Risk.NONE, Risk.LOW, Risk.HIGH)
#: how many calls up a handle that is given back is followed
MAX_CALLERS = 5


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
    made = Judge(facts, known, reported, indexed)
    return with_dormancy(made.calls, flags, made.sites())


class Judge:
    """Judges one program, as far as that concerns the files ``reported``."""

    def __init__(
        self,
        facts: Sequence[ModuleFacts],
        known: KnownCalls = _NOTHING_KNOWN,
        reported: Reported = None,
        indexed: IndexedModules | None = None,
    ) -> None:
        self._reported = reported
        self.program = Program(facts, known, indexed)
        inference = Inference(self.program)
        self.calls = Calls(self.program, inference)
        self.flow = Flow(self.calls)
        self.spawns = list(find_spawns(self.program, self.calls))
        self.observer = Observer(self.flow, _started_by(self.spawns))

    def reports(self, function: Function) -> bool:
        """Whether what is found in a function is reported."""
        return self._reported is None or function.module.path in self._reported

    def sites(self) -> list[Site]:
        """All sites: the spawns, and the calls that drop what a wrapper returns."""
        found: dict[tuple[str, Pos], Site] = {}
        wrapped: list[Site] = []
        for spawn in self.spawns:
            signs, verdict = self._verdict(spawn, 0, wrapped, spawn.depth)
            found[spawn.function.module.path, spawn.call.pos] = to_site(signs, verdict, self.calls)
            if _keeps(signs, verdict):
                for site in self._managed(spawn, signs, verdict, 0):
                    found.setdefault((site.path, _key(site)), site)
        for site in wrapped:
            found.setdefault((site.path, _key(site)), site)
        sites = (s for s in found.values() if self._reported is None or s.path in self._reported)
        return sorted(sites, key=lambda s: (s.path, s.span))

    def alone(self, spawn: Spawn, trail: Trail) -> Verdict:
        """The verdict on a spawn by what is done to its handle, whatever its callers do."""
        return decide(self.observer.signs(spawn, trail)).verdict

    def _managed(self, spawn: Spawn, outer: Signs, verdict: Verdict, level: int) -> list[Site]:
        """The calls that hand a coroutine to a wrapper of the program, which keeps the task.

        ``outer`` and the verdict are those of the wrapper's own spawn.
        """
        found: list[Site] = []
        for caller, index in self.calls.callers(spawn.function) if level < MAX_CALLERS else ():
            position = coroutine_argument(self.calls, spawn, caller.call(index))
            if position is None or (caller is spawn.function and level):
                continue
            inner = handed_in(self.calls, spawn, caller, index)
            signs, own = self._verdict(inner, MAX_CALLERS, [])
            arg = caller.call(index).args[position]
            passed_on = any(term[0] == "p" for term in arg.value)
            if not passed_on and not self._hands_work(caller, index, arg):
                continue
            if passed_on:
                found.extend(self._managed(inner, outer, verdict, level + 1))
            if passed_on and not signs.places:
                continue
            if signs.trail.ops and own.risk is Risk.NONE and not signs.given:
                found.append(to_site(signs, own, self.calls))
            else:
                of_call = self._for_caller(outer, verdict, caller)
                found.append(self._kept_by(spawn, inner, signs, of_call))
        return found

    def _for_caller(self, signs: Signs, verdict: Verdict, caller: Function) -> Verdict:
        """The wrapper's verdict for one caller: the teardown of another heir is none of it."""
        if verdict.defect is not Defect.TEARDOWN_IGNORES:
            return verdict
        teardown = self.observer.owner_teardown(signs, caller)
        of_caller = replace(signs, owner_teardown=teardown)
        return completed(of_caller, decide(of_caller).verdict)

    def _hands_work(self, caller: Function, index: int, arg: Arg) -> bool:
        """Whether a call hands over what is to run: for sure, or by what the argument is."""
        if coroutines(self.calls, caller, (arg,)):
            return True
        given = any(term[0] in ("s", "a", "q", "n") for term in arg.value)
        is_task = is_external(self.calls.inference.of(caller, arg.value), TASKS)
        return given and not is_task and self.calls.is_sure(caller, index)

    def _verdict(
        self,
        spawn: Spawn,
        level: int,
        wrapped: list[Site],
        depth: int = 0,
        kept_if: frozenset[str] = frozenset(),
    ) -> tuple[Signs, Verdict]:
        trail = self.flow.follow(spawn.function, spawn.index, depth, spawn.to_await)
        signs = self.observer.signs(spawn, trail)
        signs.kept_if |= kept_if
        row = decide(signs)
        if level < MAX_CALLERS and (row.verdict.ending == "users" or signs.kept_if):
            inner: list[Site] = []
            signs.callers = self._callers(signs, level + 1, inner)
            row = decide(signs)
            if row.verdict.ending == "callers":
                wrapped.extend(inner)
        return signs, completed(signs, row.verdict)

    def _callers(self, given: Signs, level: int, wrapped: list[Site]) -> list[CallerVerdict]:
        spawn, function = given.spawn, given.spawn.function
        found: list[CallerVerdict] = []
        for caller, index in users(self.calls, function, spawn.index):
            callees = self.calls.callees(caller, caller.call(index))
            if configured(self.program.known, callees) in ("safe", "owner"):
                continue
            passed_on = unkept(function, given.kept_if, caller, index)
            if passed_on is None:
                continue
            depth = given.trail.given_depth
            inner = handed_in(self.calls, spawn, caller, index)
            signs, verdict = self._verdict(inner, level, wrapped, depth, passed_on)
            handed = coroutine_argument(self.calls, spawn, caller.call(index)) is not None
            if verdict.handle == "discarded" or handed:
                wrapped.append(self._wrapper_call(signs, verdict))
            if handed and _keeps(signs, verdict):
                wrapped.extend(self._managed(inner, signs, verdict, 0))
            found.append(
                CallerVerdict(
                    caller,
                    index,
                    verdict.handle,
                    verdict.ending,
                    verdict.risk,
                    verdict.defect,
                    verdict.tracked,
                    verdict.cleaned,
                    evidence(signs, decide(signs)) if verdict.handle != "discarded" else (),
                )
            )
        if not function.facts.is_async:
            found.extend(_dropping(*dropper) for dropper in droppers(self.calls, function))
        return sorted(found, key=lambda c: -_RISKS.index(c.risk))

    def _wrapper_call(self, signs: Signs, verdict: Verdict) -> Site:
        """A call of a function that returns the task it starts."""
        if verdict.defect in DROPS:
            verdict = replace(verdict, defect=Defect.DROPPED_WRAPPER_RESULT)
        return to_site(signs, verdict, self.calls)

    def _kept_by(self, spawn: Spawn, inner: Spawn, signs: Signs, verdict: Verdict) -> Site:
        """A call whose task the called wrapper keeps: its verdict is the wrapper's."""
        handle = "owned" if verdict.risk is Risk.NONE else verdict.handle
        handle = "stored" if signs.places else handle
        cells = ("owner", "owner") if handle == "owned" else (verdict.tracked, verdict.cleaned)
        kept = replace(verdict, handle=handle, tracked=cells[0], cleaned=cells[1])
        message = f"handed to `{spawn.function.qualname}`, which keeps the task"
        first = step(inner.function, inner.index, message)
        return replace(to_site(signs, kept, self.calls), evidence=(first,))


def _started_by(spawns: list[Spawn]) -> dict[Function, tuple[Function, ...]]:
    """The coroutines that each function starts."""
    found: dict[Function, list[Function]] = defaultdict(list)
    for spawn in spawns:
        found[spawn.function] += spawn.started
    return {function: tuple(started) for function, started in found.items()}


def _dropping(holder: Function, index: int) -> CallerVerdict:
    """The verdict on what the event loop gets from a callback."""
    none = ("none", Risk.HIGH, Defect.DISCARDED, "none", "none")
    return CallerVerdict(holder, index, "discarded", *none, ())


def _keeps(signs: Signs, verdict: Verdict) -> bool:
    """Whether the function keeps the task: neither drops, returns nor ends it by itself."""
    if verdict.handle == "discarded" or (signs.ended_here and not signs.places):
        return False
    if signs.kept and not signs.kept_if:
        return True
    return verdict.handle != "escapes" or not signs.given


def _key(site: Site) -> Pos:
    span = site.span
    return (span.line, span.column, span.end_line, span.end_column)
