"""Which findings wait for the fix of another one, which may mend them too."""

from __future__ import annotations

from collections.abc import Sequence

from taskleash.classify.model import Handle
from taskleash.fixes.model import Target

_DROPPED_RESULT = "TL003"


def waiting(targets: Sequence[Target]) -> frozenset[Target]:
    """The calls of a function that gives back its task, where such a function is mended itself.

    Once it keeps what it starts, all its callers are sound, also those that get the task by way of
    further functions.
    """
    given = [target for target in targets if target.rule == _DROPPED_RESULT and target.kinds]
    starting = [target for target in given if _starts(target)]
    if not starting:
        return frozenset()
    return frozenset(
        target
        for target in given
        if target.site.handle is Handle.DISCARDED
        or any(
            _last(each.site.scope) == _last(target.site.call) for each in starting if each != target
        )
    )


def _last(name: str) -> str:
    return name.rpartition(".")[2]


def _starts(target: Target) -> bool:
    """Whether the fix is made where the task is started and handed on."""
    return target.site.handle is Handle.ESCAPES and "track" in target.kinds
