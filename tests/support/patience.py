"""Patience that is short with one file alone: on a busy machine any other may need it, too."""

from __future__ import annotations

from collections.abc import Callable

from taskleash.driver.inputs import Input


def patience(seconds: float) -> Callable[[Input, float], float]:
    """In place of `patience_for`: so many seconds for ``bad.py``, plenty for the rest."""
    return lambda item, _: seconds if item.path == "bad.py" else 300.0
