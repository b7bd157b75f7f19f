"""Where it is of use to look for a type, by the text alone.

What types values have are answers that hang on each other. What such an answer falls back on may
not be decided by what is *not* known yet, or it would hang on what was asked first.
"""

from __future__ import annotations

from collections.abc import Iterable

from taskleash.ir.terms import Constant, Parameter, Term
from taskleash.semantics.entities import Class, Function


def is_set_to_something(classes: Iterable[Class], name: str) -> bool:
    """Whether any of the classes stores in an attribute what may be found to have a type."""
    return any(
        _may_have_type(method, term)
        for cls in classes
        for method, event in cls.stores.get(name, ())
        if not event.op
        for term in event.value
    )


def says_what_it_returns(function: Function) -> bool:
    """Whether a function's text names what it returns: in an annotation or in a return."""
    return bool(function.facts.returns) or any(
        _may_have_type(function, term) for value in function.returned for term in value
    )


def _may_have_type(function: Function, term: Term) -> bool:
    """Whether it is of use to ask for the type of a term."""
    if not isinstance(term, Parameter):
        return not isinstance(term, Constant)
    param = next((p for p in function.facts.params if p.name == term.name), None)
    return (
        param is None
        or bool(param.annotation)
        or term.name == function.self_name
        or not all(isinstance(default, Constant) for default in param.default)
    )
