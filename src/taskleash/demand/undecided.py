"""Which further modules could change a verdict, although they spawn nothing.

They define a base class or a coroutine, call a wrapper, or touch an attribute that keeps a task
which nothing at hand ends. What is sound as far as it is seen needs nobody else.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from taskleash.dataflow.answering import answering, is_handed_in, is_near, standing
from taskleash.dataflow.dropped_results import put_into
from taskleash.dataflow.trail import ENDING, Place, Trail
from taskleash.dataflow.wrappers import (
    kept_if,
    left_out_by_each,
)
from taskleash.demand.definitions import definitions, modules_with
from taskleash.demand.outside import (
    bases_around,
    bases_with,
    called_outside,
    made_outside,
    outside_bases,
    receivers,
    reexports,
    runners,
)
from taskleash.demand.wanted_names import UNSURE, Demand
from taskleash.dormancy.dormant import Dormant
from taskleash.ir.feature_flags import FeatureFlags
from taskleash.ir.known import Told
from taskleash.ir.model import ModuleFacts
from taskleash.ir.terms import Attribute, Global
from taskleash.lifecycle.forgotten import Uncalled
from taskleash.lifecycle.phases import Phases
from taskleash.models.api import Starts
from taskleash.models.table import MODELS
from taskleash.semantics.calls import COMMON_NAMES, Callee, Calls
from taskleash.semantics.entities import Class, External, Function, Module
from taskleash.semantics.indexed import IndexedModules
from taskleash.semantics.spawns import NEVER_RUN, Spawn
from taskleash.verdict.judge import Judge, Reported
from taskleash.verdict.model import Risk

_NOTHING_TOLD = Told()
#: a common name that is also that of a spawning function still tells of tasks
_TELLING_NOTHING = COMMON_NAMES - MODELS.loop_spawns
#: the bare names of what runs a loop until the coroutine that it is given has ended
_RUNNERS = sorted({*MODELS.runners, *(dotted.rpartition(".")[2] for dotted in MODELS.loop_makers)})


def demand(
    facts: Sequence[ModuleFacts],
    told: Told = _NOTHING_TOLD,
    reported: Reported = None,
    indexed: IndexedModules | None = None,
) -> Demand:
    """What the facts at hand leave open; ``told`` is what the settings tell.

    Where only the files with some paths are ``reported``, it is what may change a verdict there.
    ``indexed`` has what is known of the modules from an earlier program.
    """
    return left_open(Judge(facts, told.calls, reported, indexed), told.flags)


def left_open(judge: Judge, flags: FeatureFlags, is_chain: bool = False) -> Demand:
    """What a linked program leaves open, under the flags; of a chain only `Demand.chain`."""
    wrappers: dict[Function, None] = {}
    concerning: list[_Asking] = []
    for spawn in judge.spawns:
        trail = judge.flow.follow(spawn.function, spawn.index, spawn.depth)
        found = _wrappers(judge, spawn, trail, is_chain)
        wrappers |= dict.fromkeys(found)
        if _concerns(judge, spawn, found):
            concerning.append(_Asking(spawn, trail, found))
    imported = _imported_from(judge, concerning, wrappers)
    if is_chain:
        return imported.chain()
    return replace(imported, names=_mentioned(judge, flags, concerning))


@dataclass(frozen=True)
class _Asking:
    """A spawn on which a verdict hangs, its trail, and the functions whose callers answer for it.

    Each of these with whether a verdict may hang on all of its callers.
    """

    spawn: Spawn
    trail: Trail
    wrappers: Mapping[Function, bool]


def _imported_from(
    judge: Judge, concerning: Iterable[_Asking], wrappers: dict[Function, None]
) -> Demand:
    """What is asked for by where it is imported from, and by what calls a wrapper."""
    calls, program = judge.calls, judge.program
    names: set[str] = set()
    classes: dict[Class, None] = {}
    for asking in concerning:
        spawn, trail = asking.spawn, asking.trail
        names |= made_outside(calls, spawn, trail, judge.reports)
        # What is done to the handle takes longer to know than who may run the coroutine.
        running = runners(calls, spawn.function) - names
        if running and judge.holds_locally(spawn, trail):
            names |= running
        classes |= dict.fromkeys(_classes(judge, spawn, trail))
    called = {*MODELS.loop_spawns, *(function.name for function in wrappers)}
    names |= reexports(program, wrappers)
    names |= outside_bases(program, classes) | receivers(calls, wrappers, judge.reports)
    starting: frozenset[str] = frozenset()
    if judge.reported is None:
        names |= bases_with(program, called)
    else:
        # Of few files much can be asked: what a whole program knows by its size has to be found.
        names |= bases_around(program, called, judge.reports)
        starting = modules_with(called_outside(calls, judge.reports))
    defining = definitions((module.facts for module in program.modules), names)
    return Demand(
        modules=defining.union(names),
        calls=_telling(_mentions(wrappers) | set(_held(calls))) | _imported(judge, wrappers),
        starting=starting,
        defined=frozenset(names),
    )


def _mentioned(
    judge: Judge, flags: FeatureFlags, concerning: Iterable[_Asking]
) -> frozenset[bytes]:
    """What other modules mention that may change a verdict, whatever they import."""
    calls = judge.calls
    names: set[str] = set()
    for asking in concerning:
        spawn, trail = asking.spawn, asking.trail
        names |= _mentions(function for function, decided in asking.wrappers.items() if decided)
        if _is_open(judge, spawn, trail):
            names |= {*_enders(calls, spawn, trail), *_running(calls, spawn.function)}
        names |= {f".{attribute}(" for attribute in put_into(spawn.function)}
        names |= set(_heirs(trail)) | set(_makers(judge, spawn, trail))
        if left_out_by_each(calls, spawn.function, spawn.index):
            names |= _mentions((spawn.function,))
        if spawn.kind in NEVER_RUN:
            names |= {f"{f.name} setattr(" for f in spawn.started if f.owner is not None}
    sites = ((s.function, s.index) for s in judge.spawns if judge.reports(s.function))
    insisted = {UNSURE + name.encode() for name in Dormant(calls, flags).unsure(sites)}
    return _telling(names) | insisted


def _concerns(judge: Judge, spawn: Spawn, wrappers: Iterable[Function]) -> bool:
    """Whether a verdict that is reported may hang on a spawn: on its own, or on that of a call."""
    return judge.reports(spawn.function) or any(
        is_near(judge.calls, function, judge.reports) for function in wrappers
    )


def _is_open(judge: Judge, spawn: Spawn, trail: Trail) -> bool:
    """Whether what other modules do to the places that keep a task may still acquit it."""
    if not any(place.kind in ("attribute", "global") for place in trail.places):
        return False
    return judge.alone(spawn, trail).risk is not Risk.NONE


def _enders(calls: Calls, spawn: Spawn, trail: Trail) -> Iterator[str]:
    """How other modules may mention what keeps a task, and what ends it."""
    for place in trail.places:
        if place.kind == "attribute":
            yield from _with_homes(f".{place.name}", _homes(spawn, place))
            # A subclass may name it by a value.
            yield from (f"({home} getattr(self" for home in _homes(spawn, place))
        elif place.kind == "global":
            yield from _with_homes(place.name, _homes(spawn, place))
    for op in trail.of(*ENDING):
        function = op.function
        if function.facts.owner and not calls.shared(Phases).ends(function):
            yield from _with_homes(f".{function.name}", _homes_of(function))


def _running(calls: Calls, function: Function) -> Iterator[str]:
    """How other modules may run a coroutine that nothing at hand calls, with a loop of its own."""
    if function.facts.is_async and not calls.callers(function):
        for form in sorted(_mentions((function,))):
            yield from (f"{form} .{runner}(" for runner in _RUNNERS)


def _heirs(trail: Trail) -> Iterator[str]:
    """How subclasses mention the methods that are left to them, and are given the handle."""
    for op in trail.of("pass"):
        if op.target is not None and op.target.owner is not None and op.target.is_abstract:
            yield f"{op.target.owner.name} {op.target.name}("


def _makers(judge: Judge, spawn: Spawn, trail: Trail) -> Iterator[str]:
    """How others make the objects whose teardown nothing at hand calls: they may forget it.

    Of an object that is kept in an attribute, how they take it down.
    """
    for op in trail.of(*ENDING):
        method = op.site[0].method
        if method.owner is not None and judge.observer.forgotten.is_uncalled(method):
            yield f"{method.owner.name}("
    for uncalled in _uncalled(judge, spawn, trail):
        yield f".{uncalled.kept.attribute} .{uncalled.method.name}("


def _uncalled(judge: Judge, spawn: Spawn, trail: Trail) -> Iterator[Uncalled]:
    """The teardowns that the owners of the objects do not call, as far as is known."""
    for method in dict.fromkeys(op.site[0].method for op in trail.of(*ENDING)):
        found = judge.observer.forgotten.by(method, spawn.function)
        if found is not None:
            yield found


def _with_homes(form: str, homes: set[str]) -> Iterator[str]:
    """A mention, and, should it be a common one, together with each class or module it is of."""
    yield form
    for home in homes:
        yield f"{home} {form}"


def _homes_of(function: Function) -> set[str]:
    """How others mention a function's module, and the name of the class whose method it is."""
    owner = function.method.owner
    return {_module(function.module), *([owner.name] if owner is not None else [])}


def _homes(spawn: Spawn, place: Place) -> set[str]:
    """The names of the classes that have a place; of its module where it is in none."""
    if place.cls is None:
        return {_module(place.module or spawn.function.module)}
    owner = spawn.function.method.owner
    heir = owner if owner is not None and place.cls in owner.mro else place.cls
    return {place.cls.name, heir.name}


def _module(module: Module) -> str:
    """How a module is mentioned where it is imported: a part of a package as ``.name``."""
    package, _, name = module.name.rpartition(".")
    return f".{name}" if package else name


def _mentions(functions: Iterable[Function]) -> set[str]:
    """How others mention functions that they call or hand on.

    A common name says nothing by itself: who calls it has the method's class from somewhere.
    """
    mentions: set[str] = set()
    for function in functions:
        form, *with_homes = _with_homes(_mention(function), _homes_of(function))
        mentions.update(with_homes)
        if function.method.owner is None:
            mentions.add(f"{_module(function.module).strip('.')}.{function.name}")
        if function.method.owner is None or function.name not in _TELLING_NOTHING:
            mentions.add(form)
    return mentions


def _held(calls: Calls) -> Iterator[str]:
    """How others mention the attributes that hold what starts a task."""
    for cls, name in calls.held.holders():
        form, *with_homes = _with_homes(f".{name}(", {_module(cls.module), cls.name})
        yield from with_homes
        if name not in _TELLING_NOTHING:
            yield form


def _imported(judge: Judge, wrappers: dict[Function, None]) -> frozenset[bytes]:
    """How others mention what they import by its name and that starts a task.

    That is wrappers, and variables that stand for one or for what starts a task itself. However
    many import it, each of them calls it.
    """
    found = {(f.module, f.name) for f in wrappers if f.parent is f.module.body}
    found.update(aliases(judge.calls, wrappers))
    return frozenset(
        UNSURE + mention.encode()
        for module, name in found
        for mention in (f"{_module(module)} {name}(", f"{module.name} {name}(")
        if _is_telling(mention)
    )


def _mention(function: Function) -> str:
    return f".{function.name}" if function.method.owner is not None else function.name


def _telling(names: Iterable[str]) -> frozenset[bytes]:
    return frozenset(name.encode() for name in names if _is_telling(name))


def _is_telling(name: str) -> bool:
    forms = (form.strip(".(").replace("(", ".") for form in name.split())
    words = (word for form in forms for word in form.split("."))
    return all(word.isidentifier() and not word.startswith("__") for word in words)


def _wrappers(judge: Judge, spawn: Spawn, trail: Trail, is_chain: bool) -> dict[Function, bool]:
    """The functions whose callers answer for a task: what spawns it, and wrappers of that.

    Each with whether a verdict that is reported may hang on all of its callers: of a chain nobody
    asks that.
    """
    found: dict[Function, bool] = {}
    for current, of_current in answering(judge.flow, spawn, trail):
        hangs = not is_chain and _hangs_on_callers(judge, current, of_current)
        found |= dict.fromkeys(standing(judge.calls, current.function), hangs)
    return found


def _hangs_on_callers(judge: Judge, spawn: Spawn, trail: Trail) -> bool:
    """Whether it takes all callers to know the verdict on the task, rather than on each call."""
    if not trail.given:
        return is_handed_in(trail)
    if kept_if(spawn.function, trail):
        return True
    return judge.reports(spawn.function) and judge.alone(spawn, trail).ending == "users"


def _classes(judge: Judge, spawn: Spawn, trail: Trail) -> Iterator[Class]:
    owners = [spawn.function.method.owner, *(place.cls for place in trail.places)]
    owners += [uncalled.kept.owner for uncalled in _uncalled(judge, spawn, trail)]
    owners += [f.method.owner for f in spawn.started if isinstance(f, Function)]
    owners += [op.function.method.owner for op in trail.of(*ENDING)]
    for cls in dict.fromkeys(owners):
        yield from cls.mro if cls is not None else ()


# -- other names of what starts a task: ``spawn = asyncio.create_task`` in a module


_TASKS = (Starts.TASK, Starts.THREADSAFE)


def aliases(calls: Calls, wrappers: Container[Function]) -> Iterator[tuple[Module, str]]:
    """The global variables that stand for a spawning function, or for one of the wrappers."""
    for module in calls.program.modules:
        body = module.body
        for name, value in body.facts.defs.items():
            callables = (term for term in value if isinstance(term, (Attribute, Global)))
            targets = (t for term in callables for t in calls.targets(body, term))
            if any(_starts(module, calls, target, wrappers) for target in targets):
                yield module, name


def _starts(module: Module, calls: Calls, target: Callee, wrappers: Container[Function]) -> bool:
    if isinstance(target, External):
        found = calls.program.models.spawning(target.dotted, module.libraries)
        return found is not None and found.starts in _TASKS
    return isinstance(target, Function) and target in wrappers
