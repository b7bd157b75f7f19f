"""Which except clauses may catch a class of exceptions that is raised by its name."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Iterator

from taskleash.ir.model import Handler
from taskleash.models.exceptions import CANCELLATION_NAMES, CATCH_ALL

#: the builtin exceptions by the class that they derive from, and asyncio's own
_DERIVED = {
    "BaseException": "BaseExceptionGroup CancelledError Exception GeneratorExit KeyboardInterrupt"
    " SystemExit",
    "Exception": "ArithmeticError AssertionError AttributeError BufferError EOFError"
    " ExceptionGroup ImportError InvalidStateError LookupError MemoryError NameError OSError"
    " QueueEmpty QueueFull QueueShutDown ReferenceError RuntimeError StopAsyncIteration"
    " StopIteration SyntaxError SystemError TypeError ValueError Warning",
    "ArithmeticError": "FloatingPointError OverflowError ZeroDivisionError",
    "ConnectionError": "BrokenPipeError ConnectionAbortedError ConnectionRefusedError"
    " ConnectionResetError",
    "EOFError": "IncompleteReadError",
    "ImportError": "ModuleNotFoundError",
    "IndentationError": "TabError",
    "LookupError": "IndexError KeyError",
    "NameError": "UnboundLocalError",
    "OSError": "BlockingIOError ChildProcessError ConnectionError FileExistsError"
    " FileNotFoundError InterruptedError IsADirectoryError NotADirectoryError PermissionError"
    " ProcessLookupError TimeoutError",
    "RuntimeError": "BrokenBarrierError NotImplementedError RecursionError",
    "SyntaxError": "IndentationError",
    "UnicodeError": "UnicodeDecodeError UnicodeEncodeError UnicodeTranslateError",
    "ValueError": "UnicodeError",
}
_BASES = {name: base for base, names in _DERIVED.items() for name in names.split()}
_OTHER_NAMES = {"EnvironmentError": "OSError", "IOError": "OSError", "error": "OSError"}
_STEM = re.compile(r"(?:Error|Exception|Exit)$")


class Caught(enum.Enum):
    """Whether an except clause catches what is raised."""

    NO = "no"
    MAYBE = "maybe"
    YES = "yes"


def caught(handler: Handler, raises: Iterable[str]) -> Caught:
    """Whether a clause catches a class: ``raises`` are its name and those of its known bases."""
    names = [_bare(name) for name in raises]
    if not handler.types:
        return Caught.YES
    found = {_caught(_bare(kind), names) for kind in handler.types}
    return next(fate for fate in (Caught.YES, Caught.MAYBE, Caught.NO) if fate in found)


def _caught(kind: str, names: list[str]) -> Caught:
    bases = {base for name in names for base in _bases(name)}
    if kind in CATCH_ALL or kind in bases:
        return Caught.YES
    is_known = any(name in _BASES for name in names)
    if kind in _BASES:
        if names[0] in ("OSError", "SyntaxError") and names[0] in _bases(kind):
            return Caught.MAYBE
        if is_known:
            return Caught.NO
        if kind == "Exception":
            return Caught.YES
        return Caught.MAYBE if any(_STEM.sub("", kind) in name for name in names) else Caught.NO
    # A name that is no class's stands for a tuple of classes; the heirs of one are not seen here.
    is_class = kind[:1].isupper() and not kind.isupper()
    return Caught.NO if names[0] in _BASES and is_class else Caught.MAYBE


def _bases(name: str) -> Iterator[str]:
    """A class and the builtin ones that it derives from."""
    yield name
    while name in _BASES:
        name = _BASES[name]
        yield name


def _bare(name: str) -> str:
    last = name.rpartition(".")[2]
    if last in CANCELLATION_NAMES:
        return "CancelledError"
    return _OTHER_NAMES.get(last, last)
