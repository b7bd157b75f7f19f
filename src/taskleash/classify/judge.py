"""From facts to verdicts: link, follow every handle, observe, decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from taskleash.classify.model import (
    Cell,
    Defect,
    Ending,
    Evidence,
    Handle,
    Lifetime,
    Multiplicity,
    Risk,
    Site,
    Span,
    State,
)
from taskleash.classify.narrate import captures, evidence, holder, runs, step
from taskleash.classify.observe import Observer
from taskleash.classify.policy import Verdict, decide
from taskleash.classify.signs import CallerVerdict, Signs
from taskleash.facts.model import ModuleFacts, Pos, Term
from taskleash.link.calls import Calls
from taskleash.link.flow import Flow
from taskleash.link.inference import Inference
from taskleash.link.program import Function, Program
from taskleash.link.spawns import Spawn, find_spawns
from taskleash.link.wrappers import handed_in, users

_RISKS = (Risk.NONE, Risk.LOW, Risk.HIGH)
_STATES = {"none": State.NO, "partial": State.PARTIAL}
_MAX_CALLERS = 5


def judge(facts: Sequence[ModuleFacts]) -> list[Site]:
    """The verdicts of all spawn sites of the modules, sorted by path, line and column."""
    return Judge(facts).sites()


class Judge:
    """Judges one program."""

    def __init__(self, facts: Sequence[ModuleFacts]) -> None:
        self.program = Program(facts)
        inference = Inference(self.program)
        self.calls = Calls(self.program, inference)
        self.flow = Flow(self.calls)
        self.spawns = list(find_spawns(self.program, self.calls))
        self.observer = Observer(self.calls, _started_by(self.spawns))
        self._wrapped: dict[tuple[Function, int], Spawn] = {}

    def sites(self) -> list[Site]:
        """All sites: the spawns, and the calls that drop what a wrapper returns."""
        found: dict[tuple[str, Pos], Site] = {}
        for spawn in self.spawns:
            signs, verdict = self._verdict(spawn, spawn.result, 0)
            found[spawn.function.module.path, spawn.call.pos] = _site(signs, verdict)
            for site in self._managed(signs, verdict):
                found.setdefault((site.path, _key(site)), site)
        for (function, index), spawn in self._wrapped.items():
            key = (function.module.path, function.call(index).pos)
            if key not in found:
                found[key] = self._dropped(spawn)
        return sorted(found.values(), key=lambda s: (s.path, s.span))

    def _managed(self, signs: Signs, verdict: Verdict) -> list[Site]:
        """Calls that hand a coroutine to a manager of the program, which keeps the task itself."""
        if signs.callers and verdict.handle == "escapes":
            return []
        spawn = signs.spawn
        found: list[Site] = []
        for caller, index in self.calls.callers(spawn.function):
            inner = handed_in(self.calls, spawn, caller, index)
            if inner.started == spawn.started and inner.task == spawn.task:
                continue
            own, _ = self._verdict(inner, ("s", index), _MAX_CALLERS)
            if not own.untouched or own.trail.ops:
                continue
            handle = "owned" if verdict.risk is Risk.NONE else verdict.handle
            cells = ("owner", "owner") if handle == "owned" else (verdict.tracked, verdict.cleaned)
            kept = replace(verdict, handle=handle, tracked=cells[0], cleaned=cells[1])
            site = _site(own, kept)
            found.append(replace(site, evidence=(_handed_to(inner, spawn), *evidence(signs, ""))))
        return found

    def _dropped(self, spawn: Spawn) -> Site:
        signs, verdict = self._verdict(spawn, ("s", spawn.index), _MAX_CALLERS)
        if verdict.defect in (Defect.DISCARDED, Defect.CALLBACK_ONLY):
            verdict = replace(verdict, defect=Defect.DROPPED_WRAPPER_RESULT)
        return _site(signs, verdict)

    def _verdict(
        self, spawn: Spawn, term: Term, level: int, depth: int = 0
    ) -> tuple[Signs, Verdict]:
        trail = self.flow.follow(spawn.function, spawn.index, term, depth)
        signs = self.observer.signs(spawn, trail)
        wrapped: list[Spawn] = []
        if signs.given and level < _MAX_CALLERS:
            signs.callers = self._callers(signs, level + 1, wrapped)
        row = decide(signs)
        if row.verdict.ending == "callers":
            for inner in wrapped:
                self._wrapped[inner.function, inner.index] = inner
        return signs, _filled(signs, row.verdict)

    def _callers(self, given: Signs, level: int, wrapped: list[Spawn]) -> list[CallerVerdict]:
        spawn, function = given.spawn, given.spawn.function
        found: list[CallerVerdict] = []
        for caller, index in users(self.calls, function):
            term: Term = ("s", index)
            if function.facts.is_async:
                term = ("w", term)
            inner = handed_in(self.calls, spawn, caller, index)
            signs, verdict = self._verdict(inner, term, level, given.trail.given_depth)
            if verdict.handle == "discarded":
                wrapped.append(inner)
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
                    evidence(signs, "") if verdict.handle != "discarded" else (),
                )
            )
        return sorted(found, key=lambda c: -_RISKS.index(c.risk))


def _started_by(spawns: list[Spawn]) -> dict[Function, tuple[Function, ...]]:
    """The coroutines that each function starts."""
    found: dict[Function, tuple[Function, ...]] = {}
    for spawn in spawns:
        found[spawn.function] = (*found.get(spawn.function, ()), *spawn.started)
    return found


def _filled(signs: Signs, verdict: Verdict) -> Verdict:
    """The verdict with what the policy leaves to the signs."""
    handle, ending = verdict.handle, verdict.ending
    tracked, cleaned = verdict.tracked, verdict.cleaned
    if not handle:
        handle = _observed_handle(signs)
    if ending == "here":
        ending = "cancelled" if signs.ended_here == "cancelled" else "awaited"
        cleaned = signs.ended_here
    elif ending == "there":
        ending = "cancelled" if signs.ended_there == "cancelled" else "awaited"
        cleaned = signs.ended_there
    if tracked == "kept":
        tracked = "singleton" if signs.singleton else "tracked"
    risk, defect = verdict.risk, verdict.defect
    if ending == "callers":
        worst = signs.callers[0]
        risk, defect = worst.risk, worst.defect
        tracked, cleaned = worst.tracked, worst.cleaned
        ending = worst.ending
        if defect in (Defect.DISCARDED, Defect.CALLBACK_ONLY):
            defect = Defect.DROPPED_WRAPPER_RESULT
            if any(c.risk is not worst.risk for c in signs.callers):
                ending, tracked, cleaned = "partial", "partial", "partial"
    return Verdict(handle, ending, risk, defect, tracked, cleaned)


def _observed_handle(signs: Signs) -> str:
    if not signs.kept:
        return "escapes" if signs.given else "local"
    keeping = [
        op
        for op in signs.trail.of("store", "contain")
        if op.place is not None and op.place.kind != "local"
    ]
    own = any(
        op.root is not None and (not op.calls or op.function.name == "__init__") for op in keeping
    )
    return "stored" if own else "escapes"


def _site(signs: Signs, verdict: Verdict) -> Site:
    spawn = signs.spawn
    call = spawn.call
    row = decide(signs).name
    self_removing = verdict.ending == "self-removing"
    return Site(
        path=spawn.function.module.path,
        span=Span(*call.pos),
        statement=Span(*call.statement),
        call=call.text,
        task=spawn.task,
        scope=spawn.function.qualname,
        handle=Handle(verdict.handle),
        ending=Ending(verdict.ending),
        lifetime=Lifetime(signs.lifetime),
        multiplicity=Multiplicity(signs.multiplicity),
        risk=verdict.risk,
        tracked=_cell(verdict.tracked),
        cleaned=_cell(verdict.cleaned),
        defect=verdict.defect,
        evidence=evidence(signs, row),
        holder=holder(signs),
        captures=captures(signs),
        runs=runs(signs),
        code=call.code or call.text,
        in_async=spawn.function.facts.is_async,
        unseen_failure=self_removing and not signs.outcome_seen,
    )


def _handed_to(inner: Spawn, spawn: Spawn) -> Evidence:
    return step(
        inner.function, inner.index, f"handed to `{spawn.function.qualname}`, which keeps the task"
    )


def _key(site: Site) -> Pos:
    span = site.span
    return (span.line, span.column, span.end_line, span.end_column)


def _cell(how: str) -> Cell:
    return Cell(_STATES.get(how, State.YES), how)
