"""Names in a row: some languages part them by another sign than clauses."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

from taskleash.reporters.language import Language


def series(names: Iterable[str], say: Language) -> str:
    """The names one after the other; empty where there is none."""
    found = list(names)
    if not found:
        return ""
    return reduce(lambda before, name: say("{before}, {name}", before=before, name=name), found)
