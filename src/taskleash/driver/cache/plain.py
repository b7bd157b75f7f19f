"""Plain data from a store, where all of it is what it is to be."""

from __future__ import annotations

import marshal
from typing import Any

from taskleash.driver.cache.seal import Sealed
from taskleash.driver.cache.store import CacheStore
from taskleash.ir.packing.conform import Check, NotConforming, conforming


def recalled(store: CacheStore, key: bytes, check: Check) -> Any:
    """What the store has under the key; None where that is nothing, or does not pass the check."""
    stored = store.get([key]).get(key)
    if stored is None:
        return None
    try:
        return marshal.loads(stored) if isinstance(stored, Sealed) else conforming(stored, check)
    except NotConforming:
        return None
