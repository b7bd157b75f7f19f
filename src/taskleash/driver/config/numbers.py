"""Numbers that no setting has: Python refuses to show one of some thousand digits."""

from __future__ import annotations

from typing import Any

_MOST_BITS = 1024
HUGE = "a number of too many digits"


def has_huge(data: Any) -> bool:
    """Whether plain data holds a whole number of more than some 300 digits."""
    seen: set[int] = set()
    pending = [data]
    while pending:
        value = pending.pop()
        if isinstance(value, int):
            if value.bit_length() > _MOST_BITS:
                return True
        elif isinstance(value, dict | list) and id(value) not in seen:
            seen.add(id(value))
            pending += [*value, *value.values()] if isinstance(value, dict) else value
    return False
