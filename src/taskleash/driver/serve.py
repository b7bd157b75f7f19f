"""What a worker process does: it parses the files that it is given until nobody gives any."""

from __future__ import annotations

import gc
import signal
from contextlib import suppress
from functools import partial
from multiprocessing.connection import Connection

from taskleash.driver.deep import LINKER_MEGABYTES, PARSER_MEGABYTES, with_deep_stack
from taskleash.driver.inputs import Input
from taskleash.driver.parse import Broken, packed, parse
from taskleash.facts.packing import BadPacking
from taskleash.source.loading import TOO_DEEP


def serve(connection: Connection, other_end: Connection) -> None:
    """Answer each `Input` from the connection with what `parse` makes of it.

    ``other_end`` is the parent's end of the pipe: while it is open here too, the parent's death
    would go unnoticed.
    """
    other_end.close()
    # The parent sees to Ctrl-C.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Trees are large and have no cycles: collecting while they grow finds nothing, slowly.
    gc.freeze()
    gc.disable()
    with_deep_stack(partial(_answer, connection), PARSER_MEGABYTES)


def _answer(connection: Connection) -> None:
    while True:
        try:
            item: Input = connection.recv()
        except (EOFError, OSError):
            return
        connection.send_bytes(answer(item))


def answer(item: Input) -> bytes:
    """The outcome of parsing, packed."""
    outcome = parse(item)
    with suppress(RecursionError, BadPacking):
        return packed(outcome)
    # A thousand branches of `elif` need more of the stack than parsing them does.
    try:
        return with_deep_stack(partial(packed, outcome), LINKER_MEGABYTES)
    except (RecursionError, BadPacking):
        return packed(Broken(1, 1, TOO_DEEP))
