"""Which findings wait for the fix of another one, which may mend them too."""

from __future__ import annotations

from collections.abc import Sequence

from taskleash.classify.model import Handle
from taskleash.fixes.model import Target

_DROPPED_RESULT = "TL003"


def waiting(targets: Sequence[Target]) -> frozenset[Target]:
    """The calls that drop the task of a function which is to be mended itself, in any file.

    Once that function keeps what it starts, all its callers are sound.
    """
    given = [target for target in targets if target.rule == _DROPPED_RESULT and target.kinds]
    starting = {
        _last(target.site.scope)
        for target in given
        if target.site.handle is Handle.ESCAPES and "track" in target.kinds
    }
    return frozenset(
        target
        for target in given
        if target.site.handle is Handle.DISCARDED and _last(target.site.call) in starting
    )


def _last(dotted: str) -> str:
    return dotted.rpartition(".")[2]
