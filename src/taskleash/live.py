"""`taskleash trace --live`: a table at the foot of the terminal, what the command says above."""

from __future__ import annotations

import codecs
import os
import select
import struct
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from taskleash.trace.model import Moment

if TYPE_CHECKING:
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

#: a moment as lines for a terminal, of a width, and no more than so many
Render = Callable[[Moment, int, int], str]

_PATIENCE = 0.05
_AT_ONCE = 65536


@contextmanager
def live_screen(render: Render) -> Iterator[LiveScreen]:
    """A screen on standard error, which is a terminal; it is cleared in the end."""
    # Imported here because no other command has a use for it.
    from rich.console import Console
    from rich.live import Live

    console = Console(stderr=True)
    # Asked before `Live` puts its own in place of the streams, which say no in older releases.
    shown = [name for name in ("stdout", "stderr") if getattr(sys, name).isatty()]
    with Live(console=console, auto_refresh=False, transient=True) as live:
        screen = LiveScreen(console, live, render, shown)
        try:
            yield screen
        finally:
            screen.close()


class LiveScreen:
    """A table below what the command writes; that passes through a terminal of its own.

    So the command still writes to a terminal, and where one has no such thing (Windows), to the
    same one as the table.
    """

    def __init__(self, console: Console, live: Live, render: Render, shown: Sequence[str]) -> None:
        self._console = console
        self._shown = shown
        self._live = live
        self._render = render
        self._ends: tuple[int, int] | None = None
        self._table = ""
        self._unfinished = ""
        self._over = threading.Event()
        self._passing: threading.Thread | None = None

    def streams(self) -> Mapping[str, int]:
        """The command's own terminal, for those of its streams that would go to this one."""
        try:
            import pty
        except ImportError:
            return {}
        ours, its = self._ends = pty.openpty()
        self._resize()
        self._passing = threading.Thread(target=self._pass_on, args=(ours,), daemon=True)
        self._passing.start()
        return dict.fromkeys(self._shown, its)

    def show(self, moment: Moment) -> None:
        """Show what is known at this moment."""
        self._resize()
        size = self._console.size
        self._table = self._render(moment, size.width, max(4, size.height // 2))
        self._draw()

    def close(self) -> None:
        """Show what the command has written last."""
        self._over.set()
        if self._passing is not None:
            self._passing.join()
        for end in self._ends or ():
            os.close(end)

    def _resize(self) -> None:
        """The command's terminal is as large as the one that it is shown in."""
        if self._ends is None:
            return
        import fcntl
        import termios

        size = self._console.size
        rows_and_columns = struct.pack("HHHH", size.height, size.width, 0, 0)
        fcntl.ioctl(self._ends[1], termios.TIOCSWINSZ, rows_and_columns)

    def _draw(self) -> None:
        """The line that the command has begun, such as a question, and the table below it."""
        from rich.text import Text

        begun = [_as_shown(self._unfinished)] if self._unfinished else []
        table = Text.from_ansi(self._table, no_wrap=True)
        self._live.update(Text("\n").join([*begun, table]), refresh=True)

    def _pass_on(self, ours: int) -> None:
        """Print what comes from the command, line by line, until it is over and all is read."""
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        drawn = ""
        while True:
            readable, _, _ = select.select([ours], [], [], _PATIENCE)
            if readable:
                text = self._unfinished + decoder.decode(os.read(ours, _AT_ONCE))
                *lines, self._unfinished = text.split("\n")
                self._print(lines)
            elif self._over.is_set():
                break
            elif drawn != self._unfinished:
                drawn = self._unfinished
                self._draw()
        rest, self._unfinished = self._unfinished, ""
        self._print([rest] if rest else [])
        self._draw()

    def _print(self, lines: list[str]) -> None:
        for line in lines:
            self._console.print(_as_shown(line), soft_wrap=True)


def _as_shown(line: str) -> Text:
    """A line as a terminal has it: what went before a return to its beginning is not seen."""
    from rich.text import Text

    return Text.from_ansi(line.rstrip("\r").rpartition("\r")[2])
