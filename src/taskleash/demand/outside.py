"""The dotted names that what the facts at hand use, and do not define, may have."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from taskleash.dataflow.answering import returns
from taskleash.dataflow.trail import Trail
from taskleash.demand.definitions import possible
from taskleash.ir.model import Call, Store
from taskleash.ir.terms import Attribute, Element, Global, Nested, Parameter, Result, Term
from taskleash.semantics.binding import bind, takes_instance
from taskleash.semantics.calls import Calls
from taskleash.semantics.entities import Class, External, Function, Module
from taskleash.semantics.program import Program
from taskleash.semantics.spawns import Spawn


def made_outside(
    calls: Calls, spawn: Spawn, trail: Trail, reports: Callable[[Function], bool]
) -> set[str]:
    """The names of what starts, of what is given the handle, and of whose attribute keeps it.

    What is given a function that returns the handle may keep it.

    Of what callers hand in, only those of callers count about which the run ``reports``.
    """
    found: set[str] = set()
    function = spawn.function
    for arg in spawn.call.args:
        for term in arg.value:
            if isinstance(term, Result):
                found |= _outside(calls, function, function.call(term.event))
            elif isinstance(term, Parameter):
                found |= _handed_in(calls, function, reports)
    for op in trail.of("unknown"):
        found |= _outside(calls, op.function, op.function.call(op.index))
    if returns(function, spawn.index):
        for holder, index in calls.references(function):
            found |= _outside(calls, holder, holder.call(index))
    if spawn.kind == "threadsafe":
        # That is seen to fail by nobody but its callback.
        for op in trail.of("callback"):
            found |= _callbacks(calls, op.function, op.function.call(op.index))
    for op in trail.of("store", "contain"):
        event = op.event
        target = event.target if isinstance(event, Store) else None
        while isinstance(target, Element):
            target = target.base
        if isinstance(target, Global):
            symbol = calls.program.symbol(op.function, target)
            if isinstance(symbol, External):
                found |= _candidates(op.function.module, symbol.dotted)
        if isinstance(target, Attribute):
            for kind in calls.inference.types(op.function, target.base):
                found |= _candidates(op.function.module, kind.name)
    return found


def runners(calls: Calls, function: Function) -> set[str]:
    """The names of what a function's coroutine is handed to: it may make a loop for it."""
    return {
        name
        for caller, index in calls.callers(function)
        for role in caller.uses.roles.get(Result(index), ())
        if role.kind == "arg"
        for name in _outside(calls, caller, caller.call(role.index))
    }


def _handed_in(calls: Calls, function: Function, reports: Callable[[Function], bool]) -> set[str]:
    """The names of the coroutines that callers hand to a wrapper."""
    return {
        name
        for caller, index in calls.callers(function)
        if reports(caller)
        for arg in caller.call(index).args
        for term in arg.value
        if isinstance(term, Result)
        for name in _outside(calls, caller, caller.call(term.event))
    }


def _callbacks(calls: Calls, function: Function, call: Call) -> set[str]:
    """The names of the function that a call is given, or of what makes it."""
    found: set[str] = set()
    for term in call.args[0].value if call.args else ():
        if isinstance(term, Result):
            found |= _outside(calls, function, function.call(term.event))
        for callee in calls.targets(function, term):
            if isinstance(callee, External):
                found |= _candidates(function.module, callee.dotted)
    return found


def _outside(calls: Calls, function: Function, call: Call) -> set[str]:
    return {
        name
        for callee in calls.callees(function, call)
        if isinstance(callee, External)
        for name in _candidates(function.module, callee.dotted)
    }


def called_outside(calls: Calls, reports: Callable[[Function], bool]) -> set[str]:
    """The names of what may start a task for functions that are reported, or that these call.

    A function that is called may hand on the coroutine that it is given to one of another module,
    or give back what it gets there.
    """
    found: set[str] = set()
    given: dict[Function, set[str]] = {}
    pending: list[tuple[Function, set[str]]] = []
    for function in calls.program.functions():
        if reports(function):
            for _, call in function.calls():
                found |= _outside(calls, function, call)
                pending += _handing(calls, function, call, set())
    while pending:
        function, names = pending.pop()
        if function in given and names <= given[function]:
            continue
        given.setdefault(function, set()).update(names)
        for index, call in function.calls():
            if returns(function, index) or _gets(call, names):
                found |= _outside(calls, function, call)
                pending += _handing(calls, function, call, names)
    return found


def _handing(
    calls: Calls, function: Function, call: Call, names: set[str]
) -> Iterator[tuple[Function, set[str]]]:
    """What a call calls, with the parameters through which it may get a coroutine.

    ``names`` are the calling function's own parameters of that kind.
    """
    for callee in calls.callees(function, call):
        if isinstance(callee, Function):
            bound = takes_instance(callee, call)
            params = (
                bind(callee, call, position, bound)
                for position, arg in enumerate(call.args)
                if any(_may_be_work(term, names) for term in arg.value)
            )
            yield callee, {param.name for param in params if param is not None}


def _may_be_work(term: Term, names: set[str]) -> bool:
    return isinstance(term, (Result, Nested)) or (
        isinstance(term, Parameter) and term.name in names
    )


def _gets(call: Call, names: set[str]) -> bool:
    """Whether a call is given one of the parameters of the function that it is in."""
    return any(
        isinstance(term, Parameter) and term.name in names
        for arg in call.args
        for term in arg.value
    )


def outside_bases(program: Program, classes: Iterable[Class]) -> set[str]:
    """The dotted names that the bases of these classes may have which are not at hand."""
    return {
        name
        for cls in dict.fromkeys(classes)
        for _, base in cls.outside_bases()
        for name in _candidates(cls.module, base.dotted)
    }


def _candidates(module: Module, dotted: str) -> set[str]:
    """What a name that a module imports may mean: absolute, or beside the module."""
    return set(possible(module.path, dotted)) if dotted else set()


def bases_with(program: Program, wrappers: set[str]) -> set[str]:
    """The outside bases, by name, that may define a wrapper which a class calls on itself."""
    owners = {
        owner: None
        for name in sorted(wrappers)
        for function, index in program.lookup.calls(name)
        if (owner := function.method.owner) is not None and _calls_own(function, index)
    }
    return outside_bases(program, (cls for owner in owners for cls in owner.mro))


def bases_around(
    program: Program, wrappers: set[str], reports: Callable[[Function], bool]
) -> set[str]:
    """The outside bases, by name, of the reported classes that call a wrapper on anything.

    A base may say of what class an attribute is. What a mixin calls on itself may be defined by the
    classes that its heirs inherit from beside it.
    """
    owners = {
        owner: None
        for name in sorted(wrappers)
        for function, _ in program.lookup.calls(name)
        if reports(function) and (owner := function.method.owner) is not None
    }
    heirs = {heir for owner in owners for heir in owner.descendants}
    return outside_bases(program, (cls for heir in heirs for cls in heir.mro))


def reexports(program: Program, wrappers: Iterable[Function]) -> set[str]:
    """The names, of no module at hand, by which others import wrappers, or classes with some."""
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


def receivers(
    calls: Calls, wrappers: Iterable[Function], reports: Callable[[Function], bool]
) -> set[str]:
    """The outside classes on whose instances something named like a wrapper is called.

    Such a class may inherit the wrapper from one that is at hand. Only calls count about which the
    run ``reports``. Gives the dotted names that the classes may have.
    """
    names = {wrapper.name for wrapper in wrappers if wrapper.owner is not None}
    return {
        wanted
        for name in names
        for caller, index in calls.program.lookup.calls(name)
        if reports(caller)
        for term in caller.call(index).func
        if isinstance(term, Attribute)
        for kind in calls.inference.types(caller, term.base)
        if not isinstance(kind.symbol, Class)
        for wanted in possible(caller.module.path, kind.name)
    }


def _calls_own(function: Function, index: int) -> bool:
    """Whether a call is of a method of the object itself."""
    return function.call(index).text.rpartition(".")[0] == function.method.self_name
