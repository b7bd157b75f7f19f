"""Which except clauses may catch an exception that is raised by its name."""

from __future__ import annotations

import builtins

import pytest

from taskleash.controlflow import exception_classes as hierarchy
from taskleash.controlflow.exception_classes import Caught, caught
from taskleash.ir.model import Block, Handler


@pytest.mark.parametrize(
    ("types", "raises", "fate"),
    [
        ((), ("ValueError",), Caught.YES),
        (("Exception",), ("ValueError",), Caught.YES),
        (("ValueError",), ("ValueError",), Caught.YES),
        (("LookupError",), ("KeyError",), Caught.YES),
        (("KeyError",), ("LookupError",), Caught.NO),
        (("KeyError",), ("ValueError",), Caught.NO),
        (("KeyError", "ValueError"), ("ValueError",), Caught.YES),
        (("asyncio.TimeoutError",), ("TimeoutError",), Caught.YES),
        (("socket.error",), ("ConnectionResetError",), Caught.YES),
        (("FileNotFoundError",), ("OSError",), Caught.MAYBE),
        (("Exception",), ("asyncio.CancelledError",), Caught.NO),
        (("BaseException",), ("asyncio.CancelledError",), Caught.YES),
        (("ERRORS",), ("ValueError",), Caught.MAYBE),
        (("Own",), ("ValueError",), Caught.NO),
        (("Own",), ("Other",), Caught.MAYBE),
        (("Own",), ("Own",), Caught.YES),
        (("errors.Own",), ("pkg.errors.Own",), Caught.YES),
        (("KeyError",), ("Own",), Caught.NO),
        (("KeyError",), ("Own", "KeyError"), Caught.YES),
        (("ValueError",), ("Own", "KeyError"), Caught.NO),
        (("TimeoutError",), ("ReadTimeout",), Caught.MAYBE),
        (("Exception",), ("Own",), Caught.YES),
    ],
)
def test_what_a_clause_catches(
    types: tuple[str, ...], raises: tuple[str, ...], fate: Caught
) -> None:
    assert caught(Handler(types, Block()), raises) is fate


def test_the_builtin_exceptions_stand_where_python_has_them() -> None:
    for name, base in hierarchy._BASES.items():
        cls = getattr(builtins, name, None)
        if cls is not None and name not in ("ExceptionGroup", "TimeoutError"):
            assert cls.__base__.__name__ == base
