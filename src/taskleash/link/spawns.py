"""Which calls start a task."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from taskleash.facts.catalogue import (
    COROUTINES,
    EXECUTORS,
    GATHERS,
    LOOP_NAMES,
    LOOP_SPAWNS,
    LOOPS,
    OWNER_NAMES,
    OWNER_SPAWNS,
    OWNERS,
    SCHEDULERS,
    SPAWNS,
    THREADSAFE_SPAWNS,
    canonical,
)
from taskleash.facts.model import Alts, Call, Term
from taskleash.link.calls import Callee, Calls, Method
from taskleash.link.program import External, Function, Program


@dataclass(frozen=True)
class Spawn:
    """A call that starts a task.

    ``kind`` is ``task``, ``threadsafe``, ``owner`` (a task group or the like takes it over),
    ``foreign`` (an object outside the program does), ``gather``, ``executor``, ``scheduled`` (the
    spawning function itself is handed to the loop) or ``coroutine`` (one that never runs).
    ``started`` are the coroutine functions of the program that it runs.
    """

    function: Function
    index: int
    kind: str
    task: str
    started: tuple[Function, ...] = ()

    @property
    def call(self) -> Call:
        """The call event."""
        return self.function.call(self.index)

    @property
    def result(self) -> Term:
        """The term that stands for the handle."""
        return ("s", self.index)


def find_spawns(program: Program, calls: Calls) -> Iterator[Spawn]:
    """All spawn sites of the program, in order."""
    for function in program.functions():
        for index, call in function.calls():
            kind = _kind(calls, function, index, call)
            if kind:
                started = _started(calls, function, call, kind)
                yield Spawn(function, index, kind, _task_name(function, call, kind), started)


def _kind(calls: Calls, function: Function, index: int, call: Call) -> str:
    for callee in calls.callees(function, call):
        kind = _callee_kind(calls, function, call, callee)
        if kind in ("gather", "executor"):
            return kind if _dropped(function, index) else ""
        if kind:
            return kind
    if call.text.rpartition(".")[2] in SCHEDULERS and _scheduled(calls, function, call):
        return "scheduled"
    if _dropped(function, index) and _never_runs(calls, function, call):
        return "coroutine"
    return ""


def _dropped(function: Function, index: int) -> bool:
    """Whether nothing at all is done with a call's result."""
    term = ("s", index)
    uses = function.uses
    return not uses.roles.get(term) and not uses.derived.get(term) and not uses.names.get(term)


def _callee_kind(calls: Calls, function: Function, call: Call, callee: Callee) -> str:
    if isinstance(callee, External):
        return _external_kind(calls, function, call, callee.dotted)
    if isinstance(callee, Method):
        return _method_kind(calls, function, call, callee)
    return ""


def _external_kind(calls: Calls, function: Function, call: Call, dotted: str) -> str:
    name = canonical(dotted)
    if name in SPAWNS:
        return "task" if call.args else ""
    if name in THREADSAFE_SPAWNS:
        return "threadsafe"
    if name in GATHERS or name == "asyncio.shield":
        return "gather"
    receiver, _, method = name.rpartition(".")
    if method in EXECUTORS and _is_loop(receiver):
        return "executor"
    if method in LOOP_SPAWNS and _is_loop(receiver):
        return "task"
    if method in OWNER_SPAWNS and canonical(receiver) in OWNERS:
        return "owner"
    if method in LOOP_SPAWNS and receiver and receiver != "asyncio":
        return _given_coroutine(calls, function, call)
    return ""


def _is_loop(receiver: str) -> bool:
    return canonical(receiver) in LOOPS or receiver.lower().endswith(LOOP_NAMES)


def _method_kind(calls: Calls, function: Function, call: Call, callee: Method) -> str:
    receiver = call.text.rpartition(".")[0] or _written(callee.receiver)
    last = receiver.rpartition(".")[2].rstrip("()").lower()
    if callee.name in LOOP_SPAWNS:
        if last.endswith(LOOP_NAMES):
            return "task"
        if last.endswith(OWNER_NAMES) or _entered(callee.receiver):
            return "owner"
        return _given_coroutine(calls, function, call)
    if callee.name == "start_soon" and call.args:
        return "owner"
    if callee.name in EXECUTORS and last.endswith(LOOP_NAMES):
        return "executor"
    return ""


def _entered(term: Term) -> bool:
    return bool(term[0] == "m")


def _written(term: Term) -> str:
    return str(term[-1]) if term[0] in ("a", "n", "p", "v", "f") else ""


def _given_coroutine(calls: Calls, function: Function, call: Call) -> str:
    """A ``create_task`` of an unknown object counts only where it is given a coroutine."""
    return "foreign" if coroutines(calls, function, call.args[:1]) else ""


def coroutines(calls: Calls, function: Function, args: tuple[object, ...]) -> list[Function]:
    """The coroutine functions of the program whose calls are among the arguments."""
    found: list[Function] = []
    for arg in args:
        value: Alts = getattr(arg, "value", ())
        for term in value:
            if term[0] == "s":
                for callee in calls.callees(function, function.call(term[1])):
                    if isinstance(callee, Function) and callee.facts.is_async:
                        found.append(callee)
    return found


def _scheduled(calls: Calls, function: Function, call: Call) -> bool:
    """``loop.call_soon(loop.create_task, work())``: the handle goes to the loop, which drops it."""
    for arg in call.args:
        for term in arg.value:
            for target in calls.targets(function, term) if term[0] in "an" else ():
                if isinstance(target, External) and (
                    target.dotted in SPAWNS
                    or (
                        target.dotted.rpartition(".")[2] in LOOP_SPAWNS
                        and _is_loop(target.dotted.rpartition(".")[0])
                    )
                ):
                    return True
                if isinstance(target, Method) and target.name in LOOP_SPAWNS:
                    return _written(target.receiver).lower().endswith(LOOP_NAMES)
    return False


_PLAIN_DECORATORS = frozenset(
    {"staticmethod", "classmethod", "override", "final", "abstractmethod"}
)


def _never_runs(calls: Calls, function: Function, call: Call) -> bool:
    """Whether the callee is certainly a coroutine function, so that the call alone runs nothing."""
    for term in call.func:
        symbol = calls.program.symbol(function, term)
        if symbol is None and term[0] == "a" and not calls.inference.classes(function, term[1]):
            return False
    callees = calls.callees(function, call)
    if any(isinstance(callee, External) and callee.dotted in COROUTINES for callee in callees):
        return True
    return bool(callees) and all(
        isinstance(callee, Function)
        and callee.facts.is_async
        and not callee.facts.is_generator
        and callee.decorators <= _PLAIN_DECORATORS
        for callee in callees
    )


def _started(calls: Calls, function: Function, call: Call, kind: str) -> tuple[Function, ...]:
    if kind == "coroutine":
        return tuple(c for c in calls.callees(function, call) if isinstance(c, Function))
    found = coroutines(calls, function, call.args)
    if kind in ("owner", "scheduled"):
        for arg in call.args:
            for term in arg.value:
                if term[0] in ("a", "n", "q"):
                    found.extend(
                        c for c in calls.targets(function, term) if isinstance(c, Function)
                    )
    return tuple(dict.fromkeys(found))


def _task_name(function: Function, call: Call, kind: str) -> str:
    if kind == "coroutine":
        return call.text.rpartition(".")[2]
    args = call.args[1:] if kind == "executor" and len(call.args) > 1 else call.args
    if kind == "scheduled":
        args = tuple(a for a in args if any(t[0] == "s" for t in a.value)) or args[-1:]
    keys = ("", "coro", "coro_or_future", *(("*",) if kind == "gather" else ()))
    for arg in args:
        if arg.key in keys:
            name = value_name(function, arg.value) or arg.text.rpartition(".")[2]
            if name:
                return name
    return "<unknown>"


def value_name(function: Function, value: Alts) -> str:
    """A short name for a value: of the function called, or of the variable."""
    for term in value:
        if term[0] == "s":
            return function.call(term[1]).text.rpartition(".")[2].rstrip("()")
        if term[0] in ("p", "v", "n", "a", "f"):
            return str(term[-1])
        if term[0] == "q":
            return str(term[1]).rpartition(".")[2].partition("#")[0]
        if term[0] == "l":
            for alts in function.facts.collections[term[1]].items:
                name = value_name(function, alts)
                if name:
                    return name
        if term[0] in ("e", "i", "*", "w"):
            return value_name(function, (term[1],))
    return ""
