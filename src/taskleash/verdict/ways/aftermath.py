"""Endings that a failed start comes to, and no end of an object that has been started."""

from __future__ import annotations

from taskleash.dataflow.trail import Op
from taskleash.lifecycle.teardown import Teardown
from taskleash.semantics.calls import Calls
from taskleash.semantics.context import around
from taskleash.semantics.entities import Function
from taskleash.verdict.signs import Signs
from taskleash.verdict.ways.waiting import is_failing


class Aftermath:
    """Answers whether only what has failed comes to an ending, while its object has a teardown."""

    def __init__(self, calls: Calls, teardown: Teardown) -> None:
        self.calls = calls
        self.teardown = teardown

    def holds(self, signs: Signs, op: Op) -> bool:
        """Whether an ending is in a method of the starter that only handlers of failures call."""
        method, starter = op.site[0].method, signs.spawn.function.method.owner
        owner = method.owner
        if owner is None or starter is None or not owner.related(starter):
            return False
        if not method.name.startswith("_") or method.name.endswith("__"):
            return False
        return self._is_for_failures(method) and any(
            way is not method for way in self.teardown.ways_out(owner)
        )

    def _is_for_failures(self, method: Function) -> bool:
        sites = [site for site in self.calls.callers(method) if not site[0].module.is_test]
        return (
            bool(sites)
            and not self.calls.references(method)
            and all(
                not self.teardown.reason(caller.method)
                and any(
                    frame.handler is not None and is_failing(frame.handler)
                    for frame in around(caller, index)
                )
                for caller, index in sites
            )
        )
