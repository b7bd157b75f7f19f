"""Which exceptions statements raise or swallow, by their names."""

from __future__ import annotations

import pytest

from taskleash.ir.lowering.extract import extract
from taskleash.ir.model import Exit, Try
from taskleash.source.loading import Source

HEAD = """
import asyncio as aio, contextlib as cl, pytest
from contextlib import suppress as quiet
from .errors import Wrong
from sys import exit as leave
class Own(KeyError): ...
class Further(Own): ...
"""


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("raise ValueError", ("ValueError",)),
        ("raise ValueError('x') from None", ("ValueError",)),
        ("raise aio.TimeoutError()", ("asyncio.TimeoutError",)),
        ("raise Wrong", ("pkg.errors.Wrong",)),
        ("raise Further()", ("Further", "Own", "KeyError")),
        ("raise", ()),
        ("raise p", ()),
        ("raise ERROR", ()),
        ("raise type(p)()", ()),
        ("raise p.error()", ()),
        ("assert p", ("AssertionError",)),
        ("import sys\n    sys.exit(1)", ("SystemExit",)),
        ("import os\n    os._exit(1)", ("SystemExit",)),
        ("leave()", ("SystemExit",)),
    ],
)
def test_the_class_that_is_raised(code: str, names: tuple[str, ...]) -> None:
    facts = extract(Source("pkg/m.py", "pkg.m", f"{HEAD}def f(p):\n    {code}\n"))

    items = facts.functions["f"].body.items
    exits = [i for item in items for i in (item, *getattr(getattr(item, "orelse", 0), "items", ()))]
    assert [item.raises for item in exits if isinstance(item, Exit)] == [names]


@pytest.mark.parametrize(
    ("manager", "types"),
    [
        ("quiet(KeyError, p.Error)", ("KeyError", "p.Error")),
        ("cl.suppress(KeyError)", ("KeyError",)),
        ("pytest.raises(KeyError, match='x')", ("KeyError",)),
        ("pytest.raises((KeyError, OSError))", ("KeyError", "OSError")),
        ("p.assertRaises(KeyError)", ("KeyError",)),
        ("p.assertRaisesRegex(KeyError, 'x')", ("KeyError",)),
        ("suppress(KeyError)", None),
        ("p.suppress(KeyError)", None),
        ("cl.closing(p)", None),
    ],
)
def test_what_a_context_manager_swallows(manager: str, types: tuple[str, ...] | None) -> None:
    facts = extract(Source("m.py", "m", f"{HEAD}def f(p):\n    with {manager}:\n        p()\n"))

    (block,) = (item for item in facts.functions["f"].body.items if isinstance(item, Try))
    assert [h.types for h in block.handlers] == ([] if types is None else [types])
