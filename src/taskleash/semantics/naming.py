"""What names tell: what a call cannot call, and what to call a value."""

from __future__ import annotations

from taskleash.ir.model import Call
from taskleash.ir.terms import (
    Alts,
    Attribute,
    Awaited,
    Constant,
    Display,
    Element,
    Entered,
    Global,
    Item,
    Local,
    Named,
    Nested,
    Outer,
    Parameter,
    Result,
    Spread,
    Term,
)
from taskleash.models.callables import OPERATOR, SPAWN_CALLERS
from taskleash.models.vocabulary import logs
from taskleash.semantics.calls import Calls
from taskleash.semantics.entities import Class, External, Function, Module
from taskleash.semantics.program import Program


def may_call(calls: Calls, function: Function, call: Call, names: frozenset[str]) -> bool:
    """Whether a call may reach something that has one of these bare names where it is defined.

    An attribute of an object has the name that the call is written with, unless it holds a function
    or an object that can be called.
    """
    return any(_may_be(calls.program, function, term, names) for term in call.func)


def _may_be(program: Program, function: Function, term: Term, names: frozenset[str]) -> bool:
    if isinstance(term, Attribute):
        if term.name in names:
            return True
        if term.name in program.function_holding_names:
            return True
        if OPERATOR in names and term.name in program.holding_names:
            return True
        if program.is_clear(term.name) or not isinstance(
            program.symbol(function, term.base), Module
        ):
            return False
    elif not isinstance(term, Global):
        return True
    elif program.is_clear(term.name):
        return term.name in names
    symbol = program.symbol(function, term)
    if isinstance(symbol, External):
        return symbol.dotted.rpartition(".")[2] in names
    # A variable may hold anything.
    return symbol.name in names if isinstance(symbol, Function | Class) else True


def starting_names(program: Program) -> frozenset[str]:
    """The names of what may start a task when it is called, whatever it gives."""
    models = program.models
    return program.spawning_names.union(
        program.unclear_names,
        program.function_holding_names,
        models.schedulers,
        SPAWN_CALLERS,
        models.callbacks,
    )


def dropping_names(program: Program) -> frozenset[str]:
    """The names of what may make a coroutine when it is called; an object may be called, too."""
    names = program.coroutine_names
    return names | program.holding_names if OPERATOR in names else names


def writes_it_down(call: Call) -> bool:
    """Whether by its name and its first argument, a text, a call logs what else it is given.

    A program may give its classes such methods in ways that are not known.
    """
    first = call.args[0] if call.args else None
    return (
        logs(call.text)
        and first is not None
        and not first.key
        and bool(first.value)
        and all(isinstance(term, Constant) and term.is_text for term in first.value)
    )


def value_name(function: Function, value: Alts) -> str:
    """A short name for a value: of the function called, or of the variable."""
    for term in value:
        if isinstance(term, Result):
            return function.call(term.event).text.rpartition(".")[2].rstrip("()")
        if isinstance(term, Named):
            return term.name
        if isinstance(term, Nested):
            return term.key.rpartition(".")[2].partition("#")[0]
        if isinstance(term, Display):
            for alts in function.facts.collections[term.number].items:
                name = value_name(function, alts)
                if name:
                    return name
        if isinstance(term, (Element, Item, Spread, Awaited)):
            return value_name(function, (term.base,))
    return ""


def term_text(function: Function, term: Term) -> str:
    """A term as a person would write it; unnamed parts are left out."""
    if isinstance(term, (Parameter, Local, Global)):
        return term.name.lstrip(".").rpartition(".")[2]
    if isinstance(term, Outer):
        return term.name
    if isinstance(term, Attribute):
        base = term_text(function, term.base)
        return f"{base}.{term.name}" if base else term.name
    if isinstance(term, (Awaited, Item, Entered)) and function.uses.names.get(term):
        return function.uses.names[term][0]
    if isinstance(term, (Element, Item, Awaited, Entered, Spread)):
        base = term_text(function, term.base)
        return f"{base}[…]" if isinstance(term, Element) and base else base
    names = function.uses.names.get(term)
    if names:
        return names[0]
    if isinstance(term, Result):
        return f"{function.call(term.event).text}()"
    return ""
