"""Other names of what starts a task: ``spawn = asyncio.create_task`` in a module."""

from __future__ import annotations

from collections.abc import Container, Iterator

from taskleash.facts.terms import Attribute, Global
from taskleash.link.calls import Callee, Calls
from taskleash.link.entities import External, Function, Module
from taskleash.models.api import Starts

_TASKS = (Starts.TASK, Starts.THREADSAFE)


def aliases(calls: Calls, wrappers: Container[Function]) -> Iterator[tuple[Module, str]]:
    """The global variables that stand for a spawning function, or for one of the wrappers."""
    for module in calls.program.modules:
        body = module.body
        for name, value in body.facts.defs.items():
            callables = (term for term in value if isinstance(term, (Attribute, Global)))
            targets = (t for term in callables for t in calls.targets(body, term))
            if any(_starts(module, calls, target, wrappers) for target in targets):
                yield module, name


def _starts(module: Module, calls: Calls, target: Callee, wrappers: Container[Function]) -> bool:
    if isinstance(target, External):
        found = calls.program.models.spawning(target.dotted, module.libraries)
        return found is not None and found.starts in _TASKS
    return isinstance(target, Function) and target in wrappers
