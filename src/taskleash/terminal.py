"""Standard output: what the place that it goes to can show, and how it gets there."""

from __future__ import annotations

import errno
import os
import stat
import sys
from typing import TextIO

from taskleash.fixes.text.temporary import remove_leftovers, temporary_beside
from taskleash.reporters.inert import inert

_SYMBOLS = "✅🟡❌🔴🟢⚪…"
_PIPE_WIDTH = 120
#: ENABLE_VIRTUAL_TERMINAL_PROCESSING of Windows' consoles; the older ones lack it
_OBEYS_ESCAPES = 0x0004
#: the mode of a new file, less what the process masks
_ANYBODY = 0o666
#: a file can be written where its folder cannot, or where it is mounted alone
_NO_PLACE_BESIDE = (errno.EACCES, errno.EPERM, errno.EBUSY)


class NotWritten(Exception):
    """The output could not be written; the message says where to, and why."""

    def __init__(self, place: str, why: OSError | str) -> None:
        reason = why if isinstance(why, str) else (why.strerror or str(why)).lower()
        super().__init__(f"{place}: cannot be written: {reason}")


def width(stream: TextIO | None) -> int:
    """The width to write for, in terminal cells; a file (None) is not as wide as the terminal."""
    # As `shutil` finds it, which takes long to import.
    given = os.environ.get("COLUMNS", "")
    if given.isdecimal() and int(given):
        return int(given)
    if stream is None or sys.__stdout__ is None:
        return _PIPE_WIDTH
    try:
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or _PIPE_WIDTH
    except (OSError, ValueError):
        # It is no terminal, or closed.
        return _PIPE_WIDTH


def use_color(choice: str, stream: TextIO | None) -> bool:
    """Whether to colour what goes to a stream (None for a file), as NO_COLOR and the like ask."""
    if choice != "auto":
        return choice == "always"
    if stream is None or os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb" and _obeys_escapes(stream)


def _obeys_escapes(stream: TextIO) -> bool:
    """Whether a terminal takes escapes for what they are: a console of Windows has to be asked."""
    if sys.platform != "win32":
        return True
    import ctypes
    import msvcrt

    kernel = ctypes.windll.kernel32
    handle = ctypes.c_void_p(msvcrt.get_osfhandle(stream.fileno()))
    mode = ctypes.c_ulong()
    found = kernel.GetConsoleMode(handle, ctypes.byref(mode))
    return bool(found and kernel.SetConsoleMode(handle, mode.value | _OBEYS_ESCAPES))


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


def is_file(stream: TextIO) -> bool:
    """Whether what is written to the stream goes to a file, and is shown to nobody."""
    try:
        return stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    except OSError:
        return False


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
        # What Windows says where the reader of a pipe has gone.
        if sys.platform == "win32" and error.errno == errno.EINVAL:
            return
        raise NotWritten("standard output", error) from None


def tell(message: str) -> None:
    """Write one line about the run to standard error, whatever names the message quotes."""
    sys.stderr.write(f"taskleash: {inert(message)}\n")


def write_file(path: str, text: str) -> None:
    """Write a file as UTF-8, as a whole or not at all, and the folder that it is to be in.

    Raises:
        NotWritten: it cannot be written, or a link that came with a project leads out of that; a
            file that was there is as it was.
    """
    # Imported here because most runs write to standard output alone.
    from taskleash.source.links import leads_out

    if leads_out(path):
        raise NotWritten(path, "a link there leads out of the project, remove it")
    data = text.encode("utf-8", "backslashreplace")
    try:
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        if os.path.isfile(path) or not os.path.lexists(path):
            _replace(os.path.realpath(path), data)
        else:
            # Nothing can take the place of a device or a pipe.
            _overwrite(path, data)
    except OSError as error:
        raise NotWritten(path, error) from None


def _replace(path: str, data: bytes) -> None:
    """Put a file with these bytes in the place of the one at the path, with its mode."""
    mode = stat.S_IMODE(os.stat(path).st_mode) if os.path.exists(path) else None
    if mode is not None and not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    remove_leftovers([path])
    try:
        with temporary_beside(path, _ANYBODY) as (file, temporary):
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            file.close()
            if mode is not None:
                os.chmod(temporary, mode)
            os.replace(temporary, path)
    except OSError as error:
        if mode is None or error.errno not in _NO_PLACE_BESIDE:
            raise
        _overwrite(path, data)


def _overwrite(path: str, data: bytes) -> None:
    with open(path, "wb") as file:
        file.write(data)


def _let_go() -> None:
    """Keep the interpreter from writing at its end what is left in the buffer."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
