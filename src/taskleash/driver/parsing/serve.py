"""What a worker process does: it parses or mends what it is given, until there is no more."""

from __future__ import annotations

import gc
from contextlib import suppress
from functools import partial
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from taskleash.driver.inputs import Input
from taskleash.driver.parsing.deep import LINKER_MEGABYTES, PARSER_MEGABYTES, with_deep_stack
from taskleash.driver.parsing.lifeline import time_limit
from taskleash.driver.parsing.parse import Broken, lower, packed
from taskleash.driver.parsing.patience import PATIENCE_SECONDS, patience_for
from taskleash.ir.packing.packing import BadPacking
from taskleash.source.loading import TOO_DEEP

if TYPE_CHECKING:
    from taskleash.driver.fixing.orders import Order

TOO_LARGE = "the parser takes too much memory: split the code or exclude the file"
#: what the parent needs to end a process whose time is over
_GRACE_SECONDS = 10.0


def serve(connection: Connection) -> None:
    """Answer each `Input` from the connection with what `parse` makes of it, packed.

    An `Order` is answered with what becomes of it.
    """
    # Trees are large and have no cycles: collecting while they grow finds nothing, slowly.
    gc.freeze()
    gc.disable()
    with_deep_stack(partial(_answer, connection), PARSER_MEGABYTES)


def _answer(connection: Connection) -> None:
    while True:
        try:
            item: Input | Order = connection.recv()
        except (EOFError, OSError):
            return
        # The parent's patience is at most this; nobody else is left to lose it for an orphan.
        patience = PATIENCE_SECONDS if isinstance(item, Input) else item.patience
        with time_limit(patience_for(item, patience) + _GRACE_SECONDS):
            packed_outcome = answer(item) if isinstance(item, Input) else _filled(item)
        try:
            connection.send_bytes(packed_outcome)
        except OSError:
            return


def _filled(order: Order) -> bytes:
    # Imported here because what parses has no use for what mends.
    from taskleash.driver.fixing.orders import filled

    return filled(order)


def answer(item: Input) -> bytes:
    """The outcome of parsing, packed."""
    try:
        return _packed(item)
    except MemoryError:
        return packed(Broken(1, 1, TOO_LARGE, lasts=False))


def _packed(item: Input) -> bytes:
    found = lower(item)
    if isinstance(found, Broken):
        return packed(found)
    pack = partial(packed, found.facts, tuple(found.notes.values()))
    with suppress(RecursionError, BadPacking):
        return pack()
    # A thousand branches of `elif` need more of the stack than parsing them does.
    try:
        return with_deep_stack(pack, LINKER_MEGABYTES)
    except (RecursionError, BadPacking):
        return packed(Broken(1, 1, TOO_DEEP))
