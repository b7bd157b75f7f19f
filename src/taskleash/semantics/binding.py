"""Which argument of a call goes to which parameter of the function that it calls."""

from __future__ import annotations

from collections.abc import Iterator

from taskleash.ir.model import Call, Param
from taskleash.ir.terms import Alts, Attribute, Global, Parameter
from taskleash.semantics.entities import Class, Function


def bind(function: Function, call: Call, position: int, bound: bool) -> Param | None:
    """The parameter that the argument at a position of a call is bound to.

    ``bound`` tells whether the first parameter is already taken by the instance.
    """
    arg = call.args[position]
    params = function.facts.params
    if arg.key in ("*", "**"):
        return next((p for p in params if p.kind == arg.key), None)
    if arg.key:
        named = next((p for p in params if p.name == arg.key and p.kind in ("", "key")), None)
        return named or next((p for p in params if p.kind == "**"), None)
    place = sum(1 for a in call.args[:position] if not a.key) + (1 if bound else 0)
    positional = [p for p in params if p.kind == ""]
    if place < len(positional):
        return positional[place]
    return next((p for p in params if p.kind == "*"), None)


def given(function: Function, call: Call) -> dict[str, Alts]:
    """What a call of the function gives for each of its parameters, by their names."""
    found: dict[str, Alts] = {}
    bound = takes_instance(function, call)
    for position, arg in enumerate(call.args):
        param = bind(function, call, position, bound)
        if param is not None and not param.kind.startswith("*"):
            found[param.name] = arg.value
    return found


def takes_instance(function: Function, call: Call) -> bool:
    """Whether a call of the function passes the instance implicitly."""
    if not function.facts.owner or "staticmethod" in function.decorators:
        return False
    if "classmethod" in function.decorators or function.name == "__init__":
        return True
    return not any(
        isinstance(function.module.program.symbol(function, term.base), Class)
        for term in call.func
        if isinstance(term, Attribute) and isinstance(term.base, Global)
    )


def accepts(method: Function, call: Call) -> bool:
    """Whether a method can take the arguments of a call on an instance."""
    if any(arg.key in ("*", "**") for arg in call.args):
        return True
    given = [bind(method, call, position, True) for position in range(len(call.args))]
    if None in given:
        return False
    required = (p for p in method.facts.params[1:] if p.kind in ("", "key") and not p.default)
    return all(param in given for param in required)


def called_beside(method: Function) -> Iterator[tuple[Function, int]]:
    """The calls of a method that its own class makes, told by the text alone: ``self.end(job)``."""
    for caller in method.owner.methods() if method.owner is not None else ():
        called = Attribute(Parameter(caller.self_name), method.name)
        for role in caller.uses.roles.get(called, ()):
            if role.kind == "func":
                yield caller, role.index
