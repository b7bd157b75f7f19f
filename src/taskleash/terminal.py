"""Standard output: what the place that it goes to can show, and how it gets there."""

from __future__ import annotations

import os
import sys
from typing import TextIO

_SYMBOLS = "✅🟡❌🔴🟢…"
_PIPE_WIDTH = 120


class NotWritten(Exception):
    """The output could not be written; the message says where to, and why."""

    def __init__(self, place: str, error: OSError) -> None:
        super().__init__(f"{place}: cannot be written: {(error.strerror or str(error)).lower()}")


def width(stream: TextIO | None) -> int:
    """The width to write for, in terminal cells; a file (None) is not as wide as the terminal."""
    fallback = (_PIPE_WIDTH, 24)
    if stream is None and "COLUMNS" not in os.environ:
        return fallback[0]
    # Imported here because it is slow to import, and `--version` has no use for it.
    from shutil import get_terminal_size

    return get_terminal_size(fallback).columns


def use_color(choice: str, stream: TextIO | None) -> bool:
    """Whether to colour what goes to a stream (None for a file), as NO_COLOR and the like ask."""
    if choice != "auto":
        return choice == "always"
    if stream is None or os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def can_show_symbols(stream: TextIO | None) -> bool:
    """Whether a stream's encoding has the symbols; a file is written as UTF-8 and has."""
    if stream is None:
        return True
    try:
        _SYMBOLS.encode(stream.encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def readable(lang: str, stream: TextIO | None) -> str:
    """The language that a stream is written in: English where its encoding lacks the one asked."""
    if stream is None:
        return lang
    # Imported here because what is written in English needs no catalogue.
    from taskleash.reporters.language import ENGLISH, language

    return lang if language(lang).can_be_written(stream.encoding) else ENGLISH.code


def write(text: str, encoding: str | None = None) -> None:
    """Write to standard output, in its own encoding unless one is given; raises NotWritten."""
    write_bytes(text.encode(encoding or sys.stdout.encoding, "backslashreplace"))


def write_bytes(data: bytes) -> None:
    """Write to standard output as it is.

    Where the reader has gone, nothing is left to say.

    Raises:
        NotWritten: it cannot be written for another reason, as on a full disk.
    """
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
    except BrokenPipeError:
        _let_go()
    except OSError as error:
        _let_go()
        raise NotWritten("standard output", error) from None


def write_file(path: str, text: str) -> None:
    """Write a file as UTF-8, and the folder that it is to be in.

    Raises:
        NotWritten: it cannot be written.
    """
    try:
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        with open(path, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise NotWritten(path, error) from None


def _let_go() -> None:
    """Keep the interpreter from writing at its end what is left in the buffer."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
