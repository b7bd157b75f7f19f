"""From facts to verdicts: link, follow every handle, observe, decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from taskleash.classify.model import Defect, Evidence, Risk, Site
from taskleash.classify.narrate import evidence, step
from taskleash.classify.observe import Observer
from taskleash.classify.policy import Verdict, decide
from taskleash.classify.signs import CallerVerdict, Signs
from taskleash.classify.sites import completed, to_site
from taskleash.facts.model import ModuleFacts, Pos, Term
from taskleash.link.calls import Calls
from taskleash.link.flow import Flow
from taskleash.link.inference import Inference
from taskleash.link.program import Function, Program
from taskleash.link.spawns import Spawn, find_spawns
from taskleash.link.wrappers import handed_in, unkept, users

_RISKS = (Risk.NONE, Risk.LOW, Risk.HIGH)
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
            found[spawn.function.module.path, spawn.call.pos] = to_site(signs, verdict)
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
            site = to_site(own, kept)
            found.append(replace(site, evidence=(_handed_to(inner, spawn), *evidence(signs, ""))))
        return found

    def _dropped(self, spawn: Spawn) -> Site:
        signs, verdict = self._verdict(spawn, ("s", spawn.index), _MAX_CALLERS)
        if verdict.defect in (Defect.DISCARDED, Defect.CALLBACK_ONLY):
            verdict = replace(verdict, defect=Defect.DROPPED_WRAPPER_RESULT)
        return to_site(signs, verdict)

    def _verdict(
        self,
        spawn: Spawn,
        term: Term,
        level: int,
        depth: int = 0,
        kept_if: frozenset[str] = frozenset(),
    ) -> tuple[Signs, Verdict]:
        trail = self.flow.follow(spawn.function, spawn.index, term, depth)
        signs = self.observer.signs(spawn, trail)
        signs.kept_if |= kept_if
        wrapped: list[Spawn] = []
        if signs.given and level < _MAX_CALLERS:
            signs.callers = self._callers(signs, level + 1, wrapped)
        row = decide(signs)
        if row.verdict.ending == "callers":
            for inner in wrapped:
                self._wrapped[inner.function, inner.index] = inner
        return signs, completed(signs, row.verdict)

    def _callers(self, given: Signs, level: int, wrapped: list[Spawn]) -> list[CallerVerdict]:
        spawn, function = given.spawn, given.spawn.function
        found: list[CallerVerdict] = []
        for caller, index in users(self.calls, function):
            passed_on = unkept(function, given.kept_if, caller, index)
            if passed_on is None:
                continue
            term: Term = ("s", index)
            if function.facts.is_async:
                term = ("w", term)
            inner = handed_in(self.calls, spawn, caller, index)
            signs, verdict = self._verdict(inner, term, level, given.trail.given_depth, passed_on)
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


def _handed_to(inner: Spawn, spawn: Spawn) -> Evidence:
    return step(
        inner.function, inner.index, f"handed to `{spawn.function.qualname}`, which keeps the task"
    )


def _key(site: Site) -> Pos:
    span = site.span
    return (span.line, span.column, span.end_line, span.end_column)
