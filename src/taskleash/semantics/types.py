"""Types as far as they are known, and which of them annotations name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from taskleash.ir.model import TypeRef
from taskleash.ir.terms import Element
from taskleash.models.classes import TRANSPARENT
from taskleash.models.table import canonical
from taskleash.semantics.entities import Class, External, Module, Variable
from taskleash.semantics.program import Program


@dataclass(frozen=True)
class Type:
    """A class of the program or an outside one by name, with its unresolved type arguments."""

    symbol: Class | External
    args: tuple[TypeRef, ...] = ()
    module: Module | None = None

    @property
    def name(self) -> str:
        """The dotted name of an outside class, or an empty string."""
        return self.symbol.dotted if isinstance(self.symbol, External) else ""


Types: TypeAlias = tuple[Type, ...]


def from_ref(program: Program, module: Module, ref: TypeRef, inside: Class | None = None) -> Types:
    """The types that an annotation names; unions and wrappers are looked through."""
    if not ref:
        return ()
    if ref.name == "|" or (ref.last in TRANSPARENT and ref.last != "Annotated"):
        return tuple(t for part in ref.args for t in from_ref(program, module, part, inside))
    if ref.last == "Annotated":
        return from_ref(program, module, ref.args[0], inside) if ref.args else ()
    if ref.last in ("None", "Any"):
        return ()
    if ref.last == "Self" and inside is not None:
        return (Type(inside),)
    symbol = program.resolve_ref(module, ref, inside)
    if isinstance(symbol, Class | External):
        return (Type(symbol, ref.args, module),)
    return _type_alias(program, symbol) if isinstance(symbol, Variable) else ()


def _type_alias(program: Program, variable: Variable) -> Types:
    body = variable.module.body
    found = []
    for term in body.facts.defs.get(variable.name, ()):
        # A generic class may be given its arguments: ``Messages = Queue[Message]``.
        symbol = program.symbol(body, term.base if isinstance(term, Element) else term)
        if isinstance(symbol, Class):
            found.append(Type(symbol))
    return tuple(found)


def is_external(types: Types, names: frozenset[str]) -> bool:
    """Whether any of the types is an outside class of one of these names."""
    return any(canonical(t.name) in names for t in types)
