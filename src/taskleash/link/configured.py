"""Calls that the settings or the user's models name, and what is told of them."""

from __future__ import annotations

from collections.abc import Iterable

from taskleash.facts.known import KnownCalls
from taskleash.link.calls import Callee
from taskleash.link.entities import Class, External, Function
from taskleash.models.api import Api
from taskleash.models.table import canonical
from taskleash.source.modules import path_name


def told_of(known: KnownCalls, callees: Iterable[Callee]) -> Api | None:
    """What the settings say of a call, if they say anything."""
    if not known.told:
        return None
    found = tuple(callees)
    for api in known.told:
        if any(_is_named(callee, api.name) for callee in found):
            return api
    return None


def _is_named(callee: Callee, name: str) -> bool:
    if isinstance(callee, External):
        return callee.dotted in (name, canonical(name))
    if isinstance(callee, Function):
        module = callee.module
        return name in (
            f"{module.name}.{callee.qualname}",
            f"{path_name(module.path)}.{callee.qualname}",
        )
    if isinstance(callee, Class):
        return False
    # The class of the object is not known: a method that the settings name is meant.
    owner, _, method = name.rpartition(".")
    return callee.name == method and owner.rpartition(".")[2][:1].isupper()
