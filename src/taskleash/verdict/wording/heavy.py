"""What a task keeps alive that weighs much: heavy members of the instance around it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from taskleash.ir.terms import Constant
from taskleash.models.callables import CLOSERS
from taskleash.models.classes import LIGHT_TYPES
from taskleash.models.vocabulary import HEAVY_WORDS, words
from taskleash.semantics.calls import Calls
from taskleash.semantics.entities import Class
from taskleash.semantics.types import Type
from taskleash.verdict.signs import Signs

_MAX_MEMBERS = 6


def heavy(signs: Signs, calls: Calls, captures: tuple[str, ...]) -> tuple[str, ...]:
    """The captured attributes of an instance that hold clients, engines, pools and the like.

    Where the instance itself is captured, all of them are.
    """
    spawn = signs.spawn
    own = spawn.function.method
    if own.owner is None:
        return ()
    is_whole = any(name.partition(" ")[0] == own.self_name for name in captures)
    prefix = f"{own.self_name}."
    members = (name.removeprefix(prefix) for name in captures if name.startswith(prefix))
    kept = {name.partition(".")[0] for name in members}
    names = dict.fromkeys(name for name in _attributes(own.owner) if is_whole or name in kept)
    found = (name for name in names if _is_heavy(calls, own.owner, name))
    return tuple(islice(found, _MAX_MEMBERS))


def _attributes(cls: Class) -> Iterator[str]:
    """The attributes of an instance, in the order in which the source names them."""
    for base in cls.mro:
        yield from base.stores
        yield from base.facts.fields


def _is_heavy(calls: Calls, cls: Class, name: str) -> bool:
    types = calls.inference.attribute(cls, name)
    if types:
        return any(map(_weighs, types))
    values = [
        term
        for base in cls.naming(name)
        for _, event in base.stores.get(name, ())
        for term in event.value
    ]
    is_plain = bool(values) and all(
        isinstance(term, Constant) and term.text != "None" for term in values
    )
    return not is_plain and _last_word(name) in HEAVY_WORDS


def _weighs(kind: Type) -> bool:
    if isinstance(kind.symbol, Class):
        closes = any(kind.symbol.find(name) for name in CLOSERS)
        return closes or _last_word(kind.symbol.name) in HEAVY_WORDS
    name = kind.name.rpartition(".")[2]
    return name not in LIGHT_TYPES and _last_word(name) in HEAVY_WORDS


def _last_word(name: str) -> str:
    return next(iter(reversed(words(name))), "")
