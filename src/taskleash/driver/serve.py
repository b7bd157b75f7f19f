"""What a worker process does: it parses the files that it is given until nobody gives any."""

from __future__ import annotations

import gc
import signal
from functools import partial
from multiprocessing.connection import Connection

from taskleash.driver.deep import PARSER_MEGABYTES, with_deep_stack
from taskleash.driver.inputs import Input
from taskleash.driver.parse import Broken, parse

TOO_DEEP = "nested too deeply to be analysed: split the code or exclude the file"


def serve(connection: Connection, other_end: Connection) -> None:
    """Answer each `Input` from the connection with what `parse` makes of it.

    ``other_end`` is the parent's end of the pipe: while it is open here too, the parent's death
    would go unnoticed.
    """
    other_end.close()
    # The parent sees to Ctrl-C.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.freeze()
    with_deep_stack(partial(_answer, connection), PARSER_MEGABYTES)


def _answer(connection: Connection) -> None:
    while True:
        try:
            item: Input = connection.recv()
        except (EOFError, OSError):
            return
        outcome = parse(item)
        try:
            connection.send(outcome)
        except RecursionError:
            connection.send(Broken(1, 1, TOO_DEEP))
