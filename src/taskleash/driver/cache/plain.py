"""Plain data from a store, where all of it is what it is to be."""

from __future__ import annotations

import marshal
from typing import Any

from taskleash.driver.cache.seal import Own
from taskleash.driver.cache.store import Store
from taskleash.ir.packing.conform import Check, NotConforming, conforming


def recalled(store: Store, key: bytes, check: Check) -> Any:
    """What the store has under the key; None where that is nothing, or does not pass the check."""
    stored = store.get([key]).get(key)
    if stored is None:
        return None
    try:
        return marshal.loads(stored) if isinstance(stored, Own) else conforming(stored, check)
    except NotConforming:
        return None
