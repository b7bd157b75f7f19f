"""Takes parts away from a program as long as it stays wrong in the same way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from oracle.compare import same_again
from oracle.model import Combination

#: plainer forms that are tried in place of a feature's, the plainest first
_PLAINER: tuple[dict[str, str], ...] = (
    {"hop": "direct"},
    {"spawn": "create_task"},
    {"work": "short"},
    {"control": "straight"},
    {"control": "if"},
    {"layout": "function"},
    {"layout": "method"},
    {"layout": "close"},
    {"ending": "await"},
    {"ending": "cancel"},
    {"ending": "gather all"},
    {"binding": "name"},
    {"binding": "list of one"},
    {"binding": "attribute"},
    {"layout": "function", "binding": "name"},
    {"layout": "function", "binding": "list of one"},
    {"layout": "close", "binding": "attribute"},
    {"layout": "function", "control": "straight"},
    {"ending": "await", "binding": "list of one"},
    {"ending": "await", "binding": "name"},
)
_ORDER = {
    name: [step[name] for step in _PLAINER if name in step and len(step) == 1]
    for name in Combination().features()
}


def _rank(names: Combination) -> list[int]:
    """How far a combination is from the plainest, feature by feature."""
    features = names.features()
    ranks = [
        _ORDER[name].index(value) if value in _ORDER[name] else len(_ORDER[name])
        for name, value in features.items()
    ]
    return [sum(rank > 0 for rank in ranks), *ranks]


def _smaller(names: Combination) -> Iterator[Combination]:
    for step in _PLAINER:
        found = replace(names, **step)
        if _rank(found) < _rank(names):
            yield found


@cache
def shrunk(names: Combination, kind: str) -> Combination:
    """The plainest combination on the way down that is wrong in the same way."""
    for smaller in _smaller(names):
        if same_again(smaller, kind):
            return shrunk(smaller, kind)
    return names
