"""Reading one source file: its bytes, its encoding and its text."""

from __future__ import annotations

import codecs
import re
from functools import cache

from taskleash.records import dataclass
from taskleash.source.reading import SOURCE_BYTES, read_regular

_COOKIE = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_BLANK_OR_COMMENT = re.compile(rb"[ \t\f]*(?:#.*)?\r?")
_WITH_SUFFIX = re.compile(r"(utf-8|latin-1|iso-8859-1)-.*")
_NEWLINE = re.compile(rb"\r\n?|\n")
#: text that odd encodings read as something else, among it a shift to another set of characters
_PROBE = bytes(range(128)) + b"\x1b(J"
#: ASCII passes through these, but other ways to write it exist, or not every text has any
_LIKE_ASCII = frozenset({"idna", "unicode-escape", "raw-unicode-escape"})
#: a longer name of an encoding is no name
_MAX_NAME = 40
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

TOO_DEEP = "nested too deeply to be analysed: split the code or exclude the file"


@dataclass(frozen=True)
class Source:
    """A decoded source file.

    ``path`` is as reported (relative to the current folder, ``/`` separated), ``module`` the
    dotted name that the file has when imported, ``text`` the decoded source with its newlines as
    they are in the file.
    """

    path: str
    module: str
    text: str


class InvalidSource(Exception):
    """A file that cannot be analysed; ``line`` and ``column`` are 1-based."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column


@dataclass(frozen=True)
class _Cookie:
    """An encoding declared in the first or second line (PEP 263), and where its name stands."""

    encoding: str
    line: int
    column: int


def read_bytes(path: str) -> bytes:
    """The bytes of the file at ``path``; raises InvalidSource where it cannot be read."""
    try:
        return read_regular(path, SOURCE_BYTES)
    except FileNotFoundError:
        raise InvalidSource("the file vanished before it was read") from None
    except PermissionError:
        raise InvalidSource("no permission to read the file") from None
    except IsADirectoryError:
        raise InvalidSource("a folder, not a file") from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InvalidSource(f"the file cannot be read: {reason}") from None


def decode(data: bytes) -> str:
    """The text of a Python file, without its byte order mark, its newlines as they are.

    Raises InvalidSource where Python itself could not decode it.
    """
    if data.startswith(_UTF_16):
        raise InvalidSource("encoded as utf-16, which Python does not read: save it as utf-8")
    body = data[len(_mark(data)) :]
    if b"\0" in body:
        line, column = _place(body, body.index(b"\0"), "utf-8")
        raise InvalidSource(
            "a NUL byte, not Python source: remove it or exclude the file", line, column
        )
    cookie = _cookie(body)
    if cookie is None:
        return _decode(body, "utf-8", "save the file as utf-8 or declare its encoding in line 1")
    encoding = _codec(cookie)
    if len(body) < len(data) and encoding != "utf-8":
        raise InvalidSource(
            f"`{cookie.encoding}` declared in a file that starts with a utf-8 mark: remove one",
            cookie.line,
            cookie.column,
        )
    return _decode(body, encoding, f"correct the encoding declared in line {cookie.line}")


def encode(text: str, like: bytes) -> bytes:
    """The bytes of a text, with the byte order mark and in the encoding of a valid source file.

    Raises UnicodeEncodeError where that encoding lacks a character.
    """
    mark = _mark(like)
    cookie = _cookie(like[len(mark) :])
    return mark + text.encode("utf-8" if cookie is None else _codec(cookie))


def _mark(data: bytes) -> bytes:
    """The byte order mark that the bytes start with, or nothing."""
    return codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""


def _cookie(data: bytes) -> _Cookie | None:
    # The cheap question first: hardly a file has a declaration.
    if b"coding" not in data[:1000]:
        return None
    for number, line in enumerate(data.split(b"\n", 2)[:2], start=1):
        match = _COOKIE.match(line)
        if match:
            return _Cookie(match[1].decode("ascii"), number, match.start(1) + 1)
        if not _BLANK_OR_COMMENT.fullmatch(line):
            return None
    return None


def is_readable(data: bytes) -> bool:
    """Whether words of Python stand in a file's bytes as they do in its text.

    True where no encoding is declared, or one that leaves ASCII as it is. Of the others hardly
    anybody makes honest use: in `utf-7` a name can be written so that no search finds it.
    """
    cookie = _cookie(data[len(_mark(data)) :])
    if cookie is None:
        return True
    try:
        _codec(cookie)
    except InvalidSource:
        return False
    return True


def _codec(cookie: _Cookie) -> str:
    """The canonical name of the declared encoding."""
    # Like Python, see through the line-end suffixes that Emacs writes (``utf-8-unix``).
    match = _WITH_SUFFIX.fullmatch(cookie.encoding.lower().replace("_", "-"))
    name = match[1] if match else cookie.encoding
    shown = name if len(name) <= _MAX_NAME else f"{name[:_MAX_NAME]}…"
    try:
        # Encoding nothing tells text encodings from those between bytes, such as hex.
        "".encode(name[: _MAX_NAME + 1])
        found = codecs.lookup(name).name
    except (LookupError, UnicodeError, OSError):
        message = f"unknown encoding `{shown}`: declare one that Python knows, as utf-8"
        raise InvalidSource(message, cookie.line, cookie.column) from None
    if not _keeps_ascii(found):
        message = f"encoding `{shown}` is not read: save the file as utf-8"
        raise InvalidSource(message, cookie.line, cookie.column)
    return found


@cache
def _keeps_ascii(name: str) -> bool:
    """Whether ASCII is written as itself in an encoding, whatever stands around it."""
    try:
        return name not in _LIKE_ASCII and _PROBE.decode(name) == _PROBE.decode("ascii")
    except UnicodeError:
        return False


def _decode(data: bytes, encoding: str, remedy: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line, column = _place(data, error.start, encoding)
        message = f"byte 0x{data[error.start]:02x} is not valid {encoding}: {remedy}"
        raise InvalidSource(message, line, column) from None
    except UnicodeError:
        raise InvalidSource(f"not valid {encoding}: {remedy}") from None


def _place(data: bytes, offset: int, encoding: str) -> tuple[int, int]:
    """The 1-based line and column, in code points, of the byte at ``offset``."""
    lines = _NEWLINE.split(data[:offset])
    return len(lines), len(lines[-1].decode(encoding, errors="replace")) + 1
