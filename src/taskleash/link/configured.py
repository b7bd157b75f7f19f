"""Calls that the settings name: they start a task, take one over, or are safe to drop."""

from __future__ import annotations

from collections.abc import Iterable

from taskleash.facts.known import KnownCalls
from taskleash.link.calls import Callee
from taskleash.link.entities import External, Function
from taskleash.models.table import canonical
from taskleash.source.modules import path_name


def configured(known: KnownCalls, callees: Iterable[Callee]) -> str:
    """What the settings say of a call: ``safe``, ``owner``, ``task``, or nothing (empty)."""
    if known == KnownCalls():
        return ""
    found = tuple(callees)
    for kind, names in (("safe", known.safe), ("owner", known.owner), ("task", known.spawn)):
        if any(_is_named(callee, name) for callee in found for name in names):
            return kind
    return ""


def _is_named(callee: Callee, name: str) -> bool:
    if isinstance(callee, External):
        return callee.dotted in (name, canonical(name))
    if isinstance(callee, Function):
        module = callee.module
        return name in (
            f"{module.name}.{callee.qualname}",
            f"{path_name(module.path)}.{callee.qualname}",
        )
    # The class of the object is not known: a method that the settings name is meant.
    owner, _, method = name.rpartition(".")
    return callee.name == method and owner.rpartition(".")[2][:1].isupper()
