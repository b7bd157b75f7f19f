"""The modules outside the facts at hand in which something is defined that they use."""

from __future__ import annotations

from collections.abc import Iterable

from taskleash.facts.model import Call, Store
from taskleash.link.calls import Calls
from taskleash.link.entities import Class, External, Function, Module
from taskleash.link.program import Program, folders
from taskleash.link.spawns import Spawn
from taskleash.link.trail import Trail


def modules_of(calls: Calls, spawn: Spawn, trail: Trail) -> set[str]:
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
                found |= _candidates(op.function.module, kind.name)
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
        for name in _candidates(function.module, callee.dotted)
    }


def outside_bases(program: Program, cls: Class) -> set[str]:
    return {
        name
        for ref in cls.facts.bases
        if isinstance(symbol := program.resolve_ref(cls.module, ref, cls), External)
        for name in _candidates(cls.module, symbol.dotted)
    }


def _candidates(module: Module, dotted: str) -> set[str]:
    """The modules in which a name that a module imports may be: absolute, or beside the module."""
    found = _prefixes(dotted)
    return found | {f"{folder}.{name}" for folder in folders(module) for name in found}


def _prefixes(dotted: str) -> set[str]:
    """The modules in which a dotted name may be defined or re-exported."""
    parts = dotted.split(".")
    return {".".join(parts[:size]) for size in range(1, len(parts) + 1)} if dotted else set()


def bases_with(program: Program, wrappers: set[str]) -> set[str]:
    """The modules of outside bases that may define a wrapper which a class calls on itself."""
    return {
        name
        for function in program.functions()
        if (owner := function.method.owner) is not None
        and any(_calls_own(function, call, wrappers) for _, call in function.calls())
        for cls in owner.mro
        for name in outside_bases(program, cls)
    }


def reexports(program: Program, wrappers: Iterable[Function]) -> set[str]:
    """The modules, not at hand, that others import a wrapper from, or a class that has one."""
    names: set[str] = set()
    for wrapper in wrappers:
        owner = wrapper.owner
        names |= {cls.name for cls in (*owner.mro, *owner.descendants)} if owner else {wrapper.name}
    return {
        wanted
        for name in names
        for module, local, dotted in program.imports_named.get(name, ())
        if isinstance(program.resolve_name(module, local), External)
        for wanted in _candidates(module, dotted)
    }


def receivers(calls: Calls, wrappers: Iterable[Function]) -> set[str]:
    """The modules of outside classes on whose instances something named like a wrapper is called.

    Such a class may inherit the wrapper from one that is at hand.
    """
    names = {wrapper.name for wrapper in wrappers if wrapper.owner is not None}
    return {
        wanted
        for name in names
        for caller, index in calls.program.calls_named.get(name, ())
        for term in caller.call(index).func
        if term[0] == "a"
        for kind in calls.inference.types(caller, term[1])
        if not isinstance(kind.symbol, Class)
        for wanted in _candidates(caller.module, kind.name)
    }


def _calls_own(function: Function, call: Call, wrappers: set[str]) -> bool:
    receiver, _, name = call.text.rpartition(".")
    return name in wrappers and receiver == function.method.self_name
