"""The calls that leave their task to a function of the program, which keeps it: wrappers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from taskleash.dataflow.flow import Flow
from taskleash.dataflow.trail import Site as CallSite
from taskleash.dataflow.wrappers import Needs, coroutine_argument, handed_in, handed_later
from taskleash.ir.model import Arg
from taskleash.ir.terms import Attribute, Global, Nested, Parameter, Result
from taskleash.models.table import TASKS
from taskleash.semantics.callbacks import called_later
from taskleash.semantics.calls import Calls
from taskleash.semantics.entities import Function
from taskleash.semantics.spawns import Spawn, coroutines
from taskleash.semantics.types import is_external
from taskleash.sentences import sentence
from taskleash.verdict.model import Defect, Ending, Part, Risk, Site, Unknown
from taskleash.verdict.observe import Observer
from taskleash.verdict.policy import SEEN_TO, Verdict, decide
from taskleash.verdict.shares import of_a_place
from taskleash.verdict.siblings import Siblings
from taskleash.verdict.signs import EndedIf, Signs
from taskleash.verdict.sites import completed, to_site, undecided
from taskleash.verdict.wording.narrate import evidence, telling
from taskleash.verdict.wording.steps import handed_to, step

#: a spawn, how deep in containers its task is, and the parameters that have a wrapper keep it, or
#: end it
Case: TypeAlias = tuple[Spawn, int, Needs, EndedIf]
UNASKED: tuple[Needs, EndedIf] = (frozenset(), frozenset())
#: the signs of a case, for the calls by which its function was come to, the last one first
SignsOf: TypeAlias = Callable[[Case, tuple[CallSite, ...]], Signs]


class WrapperCalls:
    """Judges the calls of wrappers that keep the task which they start."""

    def __init__(self, calls: Calls, flow: Flow, observer: Observer, signs: SignsOf) -> None:
        self.calls = calls
        self.flow = flow
        self.observer = observer
        self._signs = signs
        self._siblings = Siblings(observer.teardown, self.of_call)

    def of_call(self, call: Spawn) -> Signs:
        """The signs of a call of a wrapper, as a spawn of its own."""
        return self._signs((call, 0, *UNASKED), ())

    def of(
        self,
        spawn: Spawn,
        outer: Signs,
        verdict: Verdict,
        seen: dict[Function, None] | None = None,
        way: tuple[CallSite, ...] = (),
    ) -> list[Site]:
        """The calls that hand a coroutine to a wrapper of the program, which keeps the task.

        ``outer`` and the verdict are those of the wrapper's own spawn, to which the calls of the
        ``way`` lead from here, the last one first; the wrappers ``seen`` have been looked at
        already.
        """
        found: list[Site] = []
        seen = {} if seen is None else seen
        seen[spawn.function] = None
        gives = self.flow.follow(spawn.function, spawn.index, spawn.depth, spawn.to_await).given
        for caller, index in self.calls.callers(spawn.function):
            position = coroutine_argument(self.calls, spawn, caller.call(index))
            if position is None or (caller is spawn.function and len(seen) > 1):
                continue
            inner = handed_in(self.calls, spawn, caller, index)
            signs = self.of_call(inner)
            own = completed(signs, decide(signs).verdict)
            arg = caller.call(index).args[position]
            passed_on = any(isinstance(term, Parameter) for term in arg.value)
            if not passed_on and not self._hands_work(caller, index, arg):
                continue
            here = (*way, (caller, index))
            is_seen_to = gives and signs.trail.kinds and own.risk is Risk.NONE and not signs.given
            if passed_on and caller not in seen:
                # What the caller itself ends is so for those who hand it their coroutine.
                found += (
                    self.of(inner, signs, own, seen)
                    if is_seen_to
                    else self.of(inner, outer, verdict, seen, here)
                )
            if passed_on and not signs.places:
                continue
            if is_seen_to:
                found.append(to_site(signs, own, self.calls))
            elif not gives and own.ending in SEEN_TO and own.handle == "stored":
                found.append(self._ends_nothing(spawn, signs))
            else:
                kept = self._kept_for(outer, verdict, here)
                found.append(self._handed_over(*kept, spawn, signs))
        for later in called_later(self.calls, spawn.function):
            if coroutine_argument(self.calls, spawn, later.call) is not None:
                inner = handed_later(self.calls, spawn, later)
                if later.holder not in seen:
                    found.extend(self.of(inner, outer, verdict, seen))
        return found

    def asked_to_keep(self, outer: Signs, inner: Spawn) -> Site:
        """A call that asks a wrapper to keep the task that it returns."""
        kept = replace(outer, kept_if=frozenset(), callers=[])
        verdict = completed(kept, decide(kept).verdict)
        kept, verdict = self._kept_for(kept, verdict, ((inner.function, inner.index),))
        return self._handed_over(kept, verdict, outer.spawn, self.of_call(inner))

    def _kept_for(
        self, outer: Signs, verdict: Verdict, way: tuple[CallSite, ...]
    ) -> tuple[Signs, Verdict]:
        """A wrapper's signs and verdict for one way to it, which may hand in a container."""
        if outer.callers or not outer.trail.is_in_what_is_handed_in:
            return outer, verdict
        case = outer.spawn, outer.trail.depth, outer.kept_if, outer.ended_if
        signs = replace(self._signs(case, way), kept_if=outer.kept_if)
        return signs, completed(signs, decide(signs).verdict)

    def _handed_over(self, outer: Signs, verdict: Verdict, spawn: Spawn, signs: Signs) -> Site:
        """A call that leaves its task to what the wrapper has keep it."""
        of_caller, of_call, open_ = self._for_caller(outer, verdict, signs)
        told = self._siblings.passed_over(outer, of_call, spawn, signs)
        if told:
            of_call = replace(of_call, risk=Risk.LOW, defect=Defect.TEARDOWN_IGNORES)
        site = self._kept_by(spawn, signs, of_call, () if told else open_)
        share = None if told else of_a_place(outer, of_call, Part.HANDS)
        why = told or telling(evidence(of_caller, decide(of_caller)))
        return replace(site, evidence=(*site.evidence, *why), share=share)

    def _for_caller(
        self, signs: Signs, verdict: Verdict, inner: Signs
    ) -> tuple[Signs, Verdict, tuple[Unknown, ...]]:
        """The wrapper's signs and verdict for one call of it, and what is not known of that.

        How long the coroutine goes on and how often it is started is up to the caller.
        """
        if verdict.ending != Ending.SELF_REMOVING:
            return signs, verdict, undecided(signs, verdict)
        of_caller = replace(
            signs,
            lifetime=inner.lifetime,
            multiplicity=inner.multiplicity,
            guard=inner.guard,
            start_like=inner.start_like,
            handles_errors=inner.handles_errors,
        )
        if verdict.defect is Defect.TEARDOWN_IGNORES:
            of_caller.owner_teardown = self.observer.owner_teardown(signs, inner.spawn.function)
        found = completed(of_caller, decide(of_caller).verdict)
        return of_caller, found, undecided(of_caller, found)

    def _hands_work(self, caller: Function, index: int, arg: Arg) -> bool:
        """Whether a call hands over what is to run: for sure, or by what the argument is."""
        if coroutines(self.calls, caller, (arg,)):
            return True
        given = any(isinstance(term, (Result, Attribute, Nested, Global)) for term in arg.value)
        is_task = is_external(self.calls.inference.of(caller, arg.value), TASKS)
        return given and not is_task and self.calls.is_sure(caller, index)

    def _ends_nothing(self, spawn: Spawn, signs: Signs) -> Site:
        """A call whose result is ended later on, as if it were the task that the wrapper keeps."""
        inner, place = signs.spawn, next(iter(signs.places))
        risk = Risk.NONE if signs.lifetime == "short" else Risk.LOW
        defect = None if risk is Risk.NONE else Defect.PARTLY_ENDED
        verdict = Verdict("owned", "partial", risk, defect, "owner", "partial")
        where = spawn.function.qualname
        kept = sentence("handed to `{callee}`, which keeps the task", callee=where)
        lost = sentence(
            "`{callee}` does not give it back: `{place}` never holds it",
            callee=where,
            place=place.text,
        )
        told = tuple(step(inner.function, inner.index, said) for said in (kept, lost))
        return replace(to_site(signs, verdict, self.calls), evidence=told)

    def _kept_by(
        self, spawn: Spawn, signs: Signs, verdict: Verdict, open_: tuple[Unknown, ...]
    ) -> Site:
        """A call whose task the called wrapper keeps: its verdict is the wrapper's."""
        handle = "owned" if verdict.risk is Risk.NONE else verdict.handle
        handle = "stored" if signs.places else handle
        by_owner = handle == "owned" and not open_
        cells = ("owner", "owner") if by_owner else (verdict.tracked, verdict.cleaned)
        kept = replace(verdict, handle=handle, tracked=cells[0], cleaned=cells[1])
        inner = signs.spawn
        first = step(inner.function, inner.index, handed_to(spawn.function, verdict))
        site = replace(to_site(signs, kept, self.calls), evidence=(first,))
        return replace(site, undecided=site.undecided or open_)
