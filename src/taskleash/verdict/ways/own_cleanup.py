"""What a task does to its own handle as it ends: that ends nothing any more."""

from __future__ import annotations

from taskleash.dataflow.trail import Op
from taskleash.semantics.context import in_cleanup
from taskleash.verdict.signs import Signs


def is_at_its_own_end(signs: Signs, op: Op) -> bool:
    """Whether an ending is in the cleanup of the coroutine that runs as the task.

    Its place has the handle of that one alone, for all that is known.
    """
    if op.depth or any(place.depth for place in signs.places):
        return False
    function, index = op.site
    return function in signs.spawn.started and in_cleanup(function, index)
