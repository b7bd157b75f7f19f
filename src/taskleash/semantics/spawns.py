"""Which calls start a task."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from taskleash.ir.model import Arg, Call
from taskleash.ir.terms import (
    Alts,
    Attribute,
    Bound,
    Constant,
    Display,
    Entered,
    Global,
    Nested,
    Result,
    Term,
    last_name,
)
from taskleash.models.api import Api, Effect, Gives, KnownBy, Starts, Takes
from taskleash.models.callables import REFUSING_COROUTINES, SPAWN_CALLERS
from taskleash.models.classes import CAST
from taskleash.models.table import canonical
from taskleash.semantics.apis import api_of, starting, told_of
from taskleash.semantics.callbacks import dropped_coroutines, is_coroutine_function, uncalled
from taskleash.semantics.calls import Callee, Calls, UntypedMethod
from taskleash.semantics.entities import External, Function
from taskleash.semantics.futures import holds_future
from taskleash.semantics.naming import dropping_names, may_call, starting_names, value_name
from taskleash.semantics.patching import is_asked_about, is_patched
from taskleash.semantics.program import Program

_NAMES = (Bound, Attribute, Global)
#: what starts functions of any kind
_FUNCTIONS = frozenset({Takes.FUNCTION, Takes.EITHER})
#: kinds of spawns that start no task
NEVER_RUN = frozenset({"coroutine", "callback", "uncalled"})
#: kinds of spawns whose call may be another where what they are given is no coroutine
_OF_COROUTINES = frozenset({"task", "owner"})

SpawnKind: TypeAlias = Literal[
    "task", "threadsafe", "owner", "foreign", "safe", "gather", "executor", "scheduled",
    "coroutine", "callback", "uncalled", "wrapper", "mapped",
]  # fmt: skip
#: the same; empty for what starts nothing
MaybeKind: TypeAlias = SpawnKind | Literal[""]


@dataclass(frozen=True)
class Spawn:
    """A call that starts a task.

    ``kind`` is ``task``, ``threadsafe``, ``owner`` (a task group or the like takes it over),
    ``foreign`` (an object outside the program does), ``safe`` (the settings say that its handle may
    be dropped), ``gather``, ``executor``, ``scheduled`` (the spawning function itself is handed to
    the loop), or of what never runs: ``coroutine`` (one that is dropped), ``callback`` (what makes
    such a one is handed to the loop) or ``uncalled`` (it is handed to what takes coroutines).
    ``started`` are the coroutine functions of the program that it runs.
    """

    function: Function
    index: int
    kind: SpawnKind
    task: str
    started: tuple[Function, ...] = ()
    #: which argument is the coroutine
    work: int = 0
    #: a wrapper that is a coroutine itself gives the handle when it is awaited
    to_await: bool = False
    #: a call that gives a task in any case, rather than None or something else now and then
    gives_task: bool = True
    #: what the table or the settings say of the call
    api: Api | None = None
    #: the coroutine functions by which a wrapper runs what it is handed
    around: tuple[Function, ...] = ()
    #: where the handle stands in the tuple that a wrapper returns; empty where it returns none
    at: frozenset[int] = frozenset()
    #: the spawn in the wrapper that this is a call of, where one is
    within: Spawn | None = None

    @property
    def call(self) -> Call:
        """The call event."""
        return self.function.call(self.index)

    @property
    def depth(self) -> int:
        """0 where the result is the handle itself, 1 where it is a container of handles."""
        return 1 if self.kind == "mapped" else 0

    @property
    def is_refused(self) -> bool:
        """Whether the call raises for the coroutine function, which is never called."""
        last = self.call.text.rpartition(".")[2]
        return self.kind == "uncalled" or (self.kind == "callback" and last in REFUSING_COROUTINES)

    @property
    def result(self) -> Term:
        """The term that stands for the handle."""
        return Result(self.index)


def find_spawns(program: Program, calls: Calls) -> Iterator[Spawn]:
    """All spawn sites of the program, in order."""
    # There are a hundred calls for each that starts a task, and names tell of nearly all of them.
    sites = program.lookup.calls_of(starting_names(program), dropping_names(program))
    for function, index in sites:
        call = function.call(index)
        kind = kind_of(calls, function, index, call)
        if kind:
            started = _started(calls, function, call, kind)
            work = _work(calls, function, call)
            task = _task_name(calls, function, call, kind)
            gives = kind not in ("callback", "uncalled")
            api = api_of(calls, function, call)
            yield Spawn(function, index, kind, task, started, work, False, gives, api)


def kind_of(calls: Calls, function: Function, index: int, call: Call) -> MaybeKind:
    """The kind of `Spawn` that a call is; empty where it is none."""
    if may_call(calls, function, call, calls.program.spawning_names):
        callees = calls.callees(function, call)
        told = told_of(calls.program.known, callees)
        if told is not None and told.starts is not Starts.NOTHING:
            return _kind_told(told, function, index, call)
        for callee in callees:
            kind = _called(calls, function, index, call, callee)
            if kind in _OF_COROUTINES and _is_constant(calls, function, call):
                return ""
            if kind in ("gather", "executor"):
                return kind if _dropped(function, index) else ""
            if kind:
                return kind
    kind = _by_value(calls, function, call)
    if kind:
        return kind
    if dropped_coroutines(calls, function, call):
        return "callback"
    if not _dropped(function, index):
        return ""
    if not may_call(calls, function, call, calls.program.coroutine_names):
        return ""
    return "coroutine" if _never_runs(calls, function, call) else ""


def _work(calls: Calls, function: Function, call: Call) -> int:
    """Which argument of a call that starts a task is the coroutine."""
    api = api_of(calls, function, call)
    if api is not None:
        return api.work
    return 1 if _by_value(calls, function, call) else 0


def _kind_told(told: Api, function: Function, index: int, call: Call) -> MaybeKind:
    """The kind of spawn that a call is of which the settings tell."""
    if told.starts in (Starts.GATHER, Starts.EXECUTOR) and not _dropped(function, index):
        return ""
    return told.starts.kind if call.args else ""


def _is_constant(calls: Calls, function: Function, call: Call) -> bool:
    """A task group of another kind is given names: ``group.create_task("load")``."""
    work = _work(calls, function, call)
    first = call.args[work] if work < len(call.args) else None
    return (
        first is not None
        and not first.key
        and bool(first.value)
        and all(isinstance(term, Constant) for term in first.value)
    )


def _dropped(function: Function, index: int) -> bool:
    """Whether nothing at all is done with a call's result."""
    return index not in function.uses.results


def _called(calls: Calls, function: Function, index: int, call: Call, callee: Callee) -> MaybeKind:
    api = starting(calls, function, call, callee)
    if api is not None:
        return _kind_by(calls, function, index, call, api)
    models = calls.program.models
    if isinstance(callee, External):
        receiver, _, method = canonical(callee.dotted).rpartition(".")
        if not receiver or receiver == "asyncio" or method not in models.loop_spawns:
            return ""
    elif not isinstance(callee, UntypedMethod) or callee.name not in models.loop_spawns:
        return ""
    elif _entered(callee.receiver):
        return "owner"
    return _given_coroutine(calls, function, call)


def _kind_by(calls: Calls, function: Function, index: int, call: Call, api: Api) -> MaybeKind:
    """The kind of spawn that a call of an API is; empty where it starts no task."""
    if api.handle is Effect.SAME and (not call.args or _is_task(calls, function, call)):
        return ""
    if api.known is KnownBy.METHOD and not call.args:
        # Its name says enough, and without arguments nothing.
        return ""
    if api.takes in _FUNCTIONS and not _takes(calls, function, call, api):
        return ""
    if api.gives is Gives.COROUTINE and _dropped(function, index):
        return "coroutine"
    if api.takes is Takes.COROUTINE and uncalled(calls, function, call, api.work):
        return "uncalled"
    if api.kept_with and any(arg.key == api.kept_with for arg in call.args):
        return "owner"
    return api.starts.kind


def _takes(calls: Calls, function: Function, call: Call, api: Api) -> bool:
    """Whether an API that starts functions of any kind is given a coroutine, or what makes one."""
    given = tuple(arg for arg in call.args[api.work : api.work + 1] if not arg.key)
    if api.takes is Takes.EITHER and coroutines(calls, function, given):
        return True
    targets = (t for arg in given for term in arg.value for t in calls.targets(function, term))
    return any(isinstance(target, Function) and target.facts.is_async for target in targets)


def _entered(term: Term) -> bool:
    return isinstance(term, Entered)


def _given_coroutine(calls: Calls, function: Function, call: Call) -> MaybeKind:
    """A ``create_task`` of an unknown object counts only where it is given a coroutine."""
    return "foreign" if coroutines(calls, function, call.args[:1]) else ""


def coroutines(calls: Calls, function: Function, args: tuple[Arg, ...]) -> list[Function]:
    """The coroutine functions of the program whose calls are among the arguments."""
    found: list[Function] = []
    for arg in args:
        for term in _unwrapped(calls, function, arg.value):
            if isinstance(term, Result):
                for callee in calls.callees(function, function.call(term.event)):
                    if isinstance(callee, Function) and callee.facts.is_async:
                        found.append(callee)
    return found


def _is_task(calls: Calls, function: Function, call: Call) -> bool:
    """``ensure_future`` of what is a task already, wherever it comes from, starts nothing."""
    values = [term for term in call.args[0].value if not isinstance(term, Constant)]
    return bool(values) and all(holds_future(calls, function, value) for value in values)


def _by_value(calls: Calls, function: Function, call: Call) -> MaybeKind:
    """The spawning function is handed to something that calls it.

    ``loop.call_soon(loop.create_task, work())`` drops the handle, ``context.run`` returns it, and
    ``map`` gives a container of handles.
    """
    name = call.text.rpartition(".")[2]
    schedulers = calls.program.models.schedulers
    if not call.args or (name not in schedulers and name not in SPAWN_CALLERS):
        return ""
    given = _unbound(calls, function, call.args) if name in schedulers else call.args
    for arg in given[:2]:
        for term in arg.value:
            kind = _spawning(calls, function, term) if isinstance(term, _NAMES) else ""
            if kind == "task" and name in schedulers:
                return "scheduled"
            if kind == "task" and name == "map":
                return "mapped"
            if kind:
                return kind
    return ""


def _starts_by_value(calls: Calls, function: Function, arg: Arg) -> bool:
    return any(isinstance(t, _NAMES) and bool(_spawning(calls, function, t)) for t in arg.value)


def _unbound(calls: Calls, function: Function, args: tuple[Arg, ...]) -> tuple[Arg, ...]:
    """The arguments of a call, with what a ``partial`` among them binds in its place."""
    found: list[Arg] = []
    for arg in args:
        made = [function.call(t.event) for t in arg.value if isinstance(t, Result)]
        is_partial = len(made) == len(arg.value) == 1 and any(
            isinstance(callee, External) and callee.dotted == "functools.partial"
            for callee in calls.callees(function, made[0])
        )
        found += made[0].args if is_partial else (arg,)
    return tuple(found)


def _unwrapped(calls: Calls, function: Function, value: Alts) -> Alts:
    """The terms behind ``cast(T, x)`` and ``partial(f, x)``, and what a comprehension makes."""
    found: list[Term] = []
    for term in value:
        inner: Alts = ()
        if isinstance(term, Result):
            call = function.call(term.event)
            names = {c.dotted for c in calls.callees(function, call) if isinstance(c, External)}
            if CAST in names and len(call.args) > 1:
                inner = call.args[1].value
            elif "functools.partial" in names and call.args:
                inner = call.args[0].value
        elif isinstance(term, Display):
            items = function.facts.collections[term.number].items
            inner = tuple(t for alts in items for t in alts)
        found.extend(_unwrapped(calls, function, inner) if inner else (term,))
    return tuple(found)


def _spawning(calls: Calls, function: Function, term: Term) -> MaybeKind:
    """Whether a callable is one that spawns: ``task``, ``owner`` or an empty string."""
    models, libraries = calls.program.models, function.module.libraries
    for target in calls.targets(function, term):
        api: Api | None = None
        if isinstance(target, External):
            api = models.spawning(canonical(target.dotted), libraries)
        elif isinstance(target, UntypedMethod):
            receiver = last_name(target.receiver)
            api = models.starting(receiver, target.name, KnownBy.CLASS, libraries)
        if api is not None and api.starts in (Starts.TASK, Starts.OWNER):
            return api.starts.kind
    return ""


def _never_runs(calls: Calls, function: Function, call: Call) -> bool:
    """Whether the callee is certainly a coroutine function, so that the call alone runs nothing."""
    for term in call.func:
        symbol = calls.program.symbol(function, term)
        if (
            symbol is None
            and isinstance(term, Attribute)
            and not calls.inference.classes(function, term.base)
        ):
            return False
    if not _gives_coroutine(calls, calls.callees(function, call)):
        return False
    # Last, for it takes knowing all callers.
    return not is_asked_about(function, call) and not is_patched(calls, function, call)


def _gives_coroutine(calls: Calls, callees: tuple[Callee, ...]) -> bool:
    gives = calls.program.models.gives
    outside = (callee.dotted for callee in callees if isinstance(callee, External))
    if any(gives(dotted) is Gives.COROUTINE for dotted in outside):
        return True
    return bool(callees) and all(
        isinstance(callee, Function) and is_coroutine_function(callee) for callee in callees
    )


def _started(calls: Calls, function: Function, call: Call, kind: SpawnKind) -> tuple[Function, ...]:
    if kind == "callback":
        return dropped_coroutines(calls, function, call)
    if kind == "uncalled":
        return uncalled(calls, function, call, _work(calls, function, call))
    if kind == "coroutine":
        return tuple(c for c in calls.callees(function, call) if isinstance(c, Function))
    args = _unbound(calls, function, call.args) if kind == "scheduled" else call.args
    found = coroutines(calls, function, args)
    api = api_of(calls, function, call)
    is_function = api is not None and api.takes in _FUNCTIONS
    if is_function or kind in ("owner", "scheduled", "mapped"):
        for arg in call.args:
            for term in _unwrapped(calls, function, arg.value):
                if isinstance(term, (Attribute, Global, Nested)):
                    found.extend(
                        c for c in calls.targets(function, term) if isinstance(c, Function)
                    )
    return tuple(dict.fromkeys(found))


def _task_name(calls: Calls, function: Function, call: Call, kind: SpawnKind) -> str:
    if kind == "callback":
        return dropped_coroutines(calls, function, call)[0].name
    if kind == "coroutine":
        return call.text.rpartition(".")[2]
    args = call.args[1:] if kind in ("executor", "mapped") and len(call.args) > 1 else call.args
    if kind == "scheduled":
        args = _unbound(calls, function, args)
        after = [n for n, a in enumerate(args, 1) if _starts_by_value(calls, function, a)]
        args = args[after[0] :] if after else args
        args = tuple(a for a in args if any(isinstance(t, Result) for t in a.value)) or args[-1:]
    elif work := _work(calls, function, call):
        args = call.args[work:]
    keys = ("", "coro", "coro_or_future", *(("*",) if kind in ("gather", "mapped") else ()))
    for arg in args:
        if arg.key in keys:
            value = _unwrapped(calls, function, arg.value)
            name = value_name(function, value) or arg.text.rpartition(".")[2]
            if name:
                return name
    return "<unknown>"
