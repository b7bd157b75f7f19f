"""Which further modules the linker has to see, although they spawn nothing.

They define a base class or a coroutine, call a wrapper, subclass an owner, or touch an attribute
that keeps a task. They are asked for by module name, or by what their raw bytes mention.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from taskleash.facts.catalogue import LOOP_SPAWNS
from taskleash.facts.known import Told
from taskleash.facts.model import Call, ModuleFacts, Store
from taskleash.link.calls import Calls
from taskleash.link.dormant import Dormant
from taskleash.link.entities import Class, External, Function, Module
from taskleash.link.flow import Flow
from taskleash.link.inference import Inference
from taskleash.link.program import Program, folders, path_name
from taskleash.link.spawns import Spawn, find_spawns
from taskleash.link.teardown import named_teardown
from taskleash.link.trail import ENDING, Trail
from taskleash.link.wrappers import work_parameters
from taskleash.source.discovery import File

_NOTHING_TOLD = Told()
#: comes before a name that every file which mentions it is wanted for
_UNSURE = b"? "
_CLASS = b"class "
_HEIR = rb"^[ \t]*class\s+\w+\([^)]*\b(%s)\b"
#: bytes beyond ASCII are parts of letters
_WORD = re.compile(rb"[\w\x80-\xff]+")
#: to look for more words than that one by one takes longer than to look at every word there is
_FEW = 30


@dataclass(frozen=True)
class Demand:
    """What is asked for: modules by dotted name, the others by `names` that they mention.

    A name is a word, or ``class Name`` where a module subclasses that class. A word that comes
    after ``?`` is one of what seems to be out of use: every file that mentions it may use it.
    """

    modules: frozenset[str]
    names: frozenset[bytes]

    def is_named(self, file: File) -> bool:
        """Whether a module is asked for by one of its names."""
        return file.module in self.modules or path_name(file.path) in self.modules

    def insists_on(self, name: bytes) -> bool:
        """Whether every file is wanted that mentions one of the names."""
        return name.startswith(_UNSURE)


class Search:
    """Looks for names of a `Demand` in the raw bytes of modules."""

    def __init__(self, names: Iterable[bytes]) -> None:
        ordered = sorted(names)
        self._unsure = {n.removeprefix(_UNSURE) for n in ordered if n.startswith(_UNSURE)}
        self._plain = {name for name in ordered if not name.startswith((_CLASS, _UNSURE))}
        self._words = sorted(self._plain | self._unsure)
        self._is_short = len(self._words) <= _FEW
        classes = [name.removeprefix(_CLASS) for name in ordered if name.startswith(_CLASS)]
        self._heirs = re.compile(_HEIR % b"|".join(classes), re.MULTILINE) if classes else None

    def found(self, data: bytes) -> tuple[bytes, ...]:
        """Those that a module mentions, sorted."""
        words = self._words
        if self._is_short:
            words = [word for word in words if word in data]
        there = set(words).intersection(_WORD.findall(data)) if words else set()
        found = (there & self._plain) | {_UNSURE + word for word in there & self._unsure}
        if self._heirs is not None:
            found.update(_CLASS + name for name in self._heirs.findall(data))
        return tuple(sorted(found))


def demand(facts: Sequence[ModuleFacts], told: Told = _NOTHING_TOLD) -> Demand:
    """What the facts at hand leave open; ``told`` is what the settings tell."""
    program = Program(facts, told.calls)
    inference = Inference(program)
    calls = Calls(program, inference)
    flow = Flow(calls)
    words: set[str] = set()
    classes: set[str] = set()
    modules: set[str] = set()
    wrappers: set[str] = set(LOOP_SPAWNS)
    sources: set[str] = set()
    spawns = list(find_spawns(program, calls))
    for spawn in spawns:
        trail = flow.follow(spawn.function, spawn.index, spawn.depth)
        words |= _words(calls, spawn, trail)
        if _is_wrapper(trail):
            wrappers |= _wrappers(calls, spawn.function)
            sources |= _sources(spawn.function)
        modules |= _modules(calls, spawn, trail)
        for cls in _classes(spawn, trail):
            classes.add(cls.name)
            modules |= _outside_bases(program, cls)
    modules |= _bases_with(program, wrappers) | _reexports(program, sources)
    names = {word.encode() for word in words} | {_CLASS + name.encode() for name in classes}
    unsure = Dormant(calls, told.flags).unsure((spawn.function, spawn.index) for spawn in spawns)
    names |= {_UNSURE + name.encode() for name in unsure}
    return Demand(frozenset(modules), frozenset(names))


def _words(calls: Calls, spawn: Spawn, trail: Trail) -> set[str]:
    """Names that only code concerned with this handle is likely to use."""
    found = {place.name for place in trail.places if place.kind in ("attribute", "global")}
    if _is_wrapper(trail):
        found |= _wrappers(calls, spawn.function)
    for op in trail.ops:
        if op.kind in ENDING and op.function.facts.owner and not named_teardown(op.function.name):
            found.add(op.function.name)
    if spawn.kind == "coroutine" and spawn.started and spawn.started[0].owner is not None:
        found.add("setattr")
    if work_parameters(calls, spawn):
        found.add(spawn.function.name)
    return {name for name in found if name.isidentifier() and not name.startswith("__")}


def _is_wrapper(trail: Trail) -> bool:
    return trail.given or any(place.kind == "handed in" for place in trail.places)


def _bases_with(program: Program, wrappers: set[str]) -> set[str]:
    """The modules of outside bases that may define a wrapper which a class calls on itself."""
    return {
        name
        for function in program.functions()
        if (owner := function.method.owner) is not None
        and any(_calls_own(function, call, wrappers) for _, call in function.calls())
        for cls in owner.mro
        for name in _outside_bases(program, cls)
    }


def _sources(wrapper: Function) -> set[str]:
    """What a module imports that uses a wrapper: the wrapper, or a class that has it."""
    owner = wrapper.owner
    if owner is None:
        return {wrapper.name}
    return {cls.name for cls in (*owner.mro, *owner.descendants)}


def _reexports(program: Program, names: set[str]) -> set[str]:
    """The modules that others import these names from and that are not there yet."""
    return {
        wanted
        for name in names
        for module, local, dotted in program.imports_named.get(name, ())
        if isinstance(program.resolve_name(module, local), External)
        for wanted in _modules_of(module, dotted)
    }


def _calls_own(function: Function, call: Call, wrappers: set[str]) -> bool:
    receiver, _, name = call.text.rpartition(".")
    return name in wrappers and receiver == function.method.self_name


def _wrappers(calls: Calls, function: Function) -> set[str]:
    """The names under which a wrapper's task can be had: its own, and those of wrappers of it."""
    names: set[str] = set()
    pending = [function]
    while pending:
        current = pending.pop()
        if current.name in names:
            continue
        names.add(current.name)
        for caller, index in calls.callers(current):
            if any(role.kind == "return" for role in caller.uses.roles.get(("s", index), ())):
                pending.append(caller)
    return names


def _classes(spawn: Spawn, trail: Trail) -> list[Class]:
    owners = [spawn.function.method.owner, *(place.cls for place in trail.places)]
    owners += [f.method.owner for f in spawn.started if isinstance(f, Function)]
    owners += [op.function.method.owner for op in trail.ops if op.kind in ENDING]
    return [base for cls in owners if cls is not None for base in cls.mro]


def _modules(calls: Calls, spawn: Spawn, trail: Trail) -> set[str]:
    """The modules of what starts, of what is given the handle, and of whose attribute keeps it."""
    found: set[str] = set()
    function = spawn.function
    for arg in spawn.call.args:
        for term in arg.value:
            if term[0] == "s":
                found |= _outside(calls, function, function.call(term[1]))
            elif term[0] == "p":
                found |= _handed_in(calls, function)
    for op in trail.of("unknown"):
        found |= _outside(calls, op.function, op.function.call(op.index))
    for op in trail.of("store"):
        event = op.event
        if isinstance(event, Store) and event.target[0] == "a":
            for kind in calls.inference.types(op.function, event.target[1]):
                found |= _modules_of(op.function.module, kind.name)
    return found


def _handed_in(calls: Calls, function: Function) -> set[str]:
    """The modules of the coroutines that callers hand to a wrapper."""
    return {
        prefix
        for caller, index in calls.callers(function)
        for arg in caller.call(index).args
        for term in arg.value
        if term[0] == "s"
        for prefix in _outside(calls, caller, caller.call(term[1]))
    }


def _outside(calls: Calls, function: Function, call: Call) -> set[str]:
    return {
        name
        for callee in calls.callees(function, call)
        if isinstance(callee, External)
        for name in _modules_of(function.module, callee.dotted)
    }


def _outside_bases(program: Program, cls: Class) -> set[str]:
    return {
        name
        for ref in cls.facts.bases
        if isinstance(symbol := program.resolve_ref(cls.module, ref, cls), External)
        for name in _modules_of(cls.module, symbol.dotted)
    }


def _modules_of(module: Module, dotted: str) -> set[str]:
    """The modules in which a name that a module imports may be: absolute, or beside the module."""
    found = _prefixes(dotted)
    return found | {f"{folder}.{name}" for folder in folders(module) for name in found}


def _prefixes(dotted: str) -> set[str]:
    """The modules in which a dotted name may be defined or re-exported."""
    parts = dotted.split(".")
    return {".".join(parts[:size]) for size in range(1, len(parts) + 1)} if dotted else set()
