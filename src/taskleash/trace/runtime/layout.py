"""Where each count lies: one array of 64-bit numbers for a process, shared with whoever reads it.

The array has a header, then a row for each *spot* (a spawn site together with its caller). Rows are
bounded: what comes later is counted in the last one.
"""

from __future__ import annotations

VERSION = 1

# the header
HEADER = 8
FORMAT, ENDED, BEGAN = range(3)

# a spot: how its tasks ended, and what became of those that did not end well
SPOT_FIELDS = (
    "started",
    "finished",
    "cancelled",
    "failed",
    "collected",  # let go of by everybody before it was done
    "unseen",  # failed, and gone without anybody having looked
    "held",  # failed, nobody has looked, and something still holds it
    "left",  # alive when its loop was closed, or cancelled by what closes it
    "loose",  # nothing but the loop held it when it was done
    "peak",
    "longest",  # the longest life, in microseconds
)
(
    STARTED,
    FINISHED,
    CANCELLED,
    FAILED,
    COLLECTED,
    UNSEEN,
    HELD,
    LEFT,
    LOOSE,
    PEAK,
    LONGEST,
) = range(len(SPOT_FIELDS))
SPOT_WIDTH = 16
MAX_SPOTS = 4096

SIZE = HEADER + MAX_SPOTS * SPOT_WIDTH


def spot_row(spot: int) -> int:
    """Where the row of a spot begins."""
    return HEADER + min(spot, MAX_SPOTS - 1) * SPOT_WIDTH
