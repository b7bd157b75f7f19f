"""Sweeps: a property of every program there is, of which each run of the suite tries a part.

Programs by the hundred, each rewritten in ten ways, are as long as all other tests together. So the
suite takes every fourth program, and `pytest -m sweep` the others. Which ones the suite takes is
fixed: it tries the same in every run.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

#: the suite takes one in so many
_ONE_IN = 4


def parted(values: Sequence[Any]) -> tuple[Sequence[Any], Sequence[Any]]:
    """What the suite takes of the values, and what it leaves to sweeps, in the same order."""
    return values[::_ONE_IN], [v for number, v in enumerate(values) if number % _ONE_IN]


def swept(values: Sequence[Any], first: int = 0) -> list[Any]:
    """Values for `parametrize`: every fourth one is for the suite, the others are for sweeps.

    Tests that begin at different numbers take different parts.
    """
    return [
        value if number % _ONE_IN == first else pytest.param(value, marks=pytest.mark.sweep)
        for number, value in enumerate(values)
    ]
