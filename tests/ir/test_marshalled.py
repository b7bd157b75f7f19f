"""Bytes that `marshal` would stumble over are told before it gets them."""

from __future__ import annotations

import marshal
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.drawing import steady
from taskleash.ir.packing.marshalled import is_plain

SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(max_size=300)
)
PLAIN = st.recursive(
    SCALARS | st.frozensets(SCALARS, max_size=3),
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(SCALARS, inner),
    max_leaves=30,
)


@given(PLAIN)
@steady(100)
def test_plain_data_is_plain(value: Any) -> None:
    assert is_plain(marshal.dumps([value, value], 4))


@given(PLAIN, st.data())
@steady(200)
def test_what_is_said_to_be_plain_is_read_in_no_time(value: Any, draw: st.DataObject) -> None:
    """Bytes changed at random either do not pass, or are read or refused at once."""
    data = bytearray(marshal.dumps([value, "x", value], 4))
    for _ in range(draw.draw(st.integers(1, 3))):
        place = draw.draw(st.integers(0, len(data) - 1))
        data[place] = draw.draw(st.integers(0, 255) | st.sampled_from(b"[({>r0l)u"))
    if is_plain(bytes(data)):
        with suppress(ValueError, EOFError, TypeError):
            marshal.loads(bytes(data))


def shared(depth: int) -> Any:
    value: Any = ("x",)
    for _ in range(depth):
        value = (value, value)
    return value


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[\xff\xff\xff\x7f",
        b"(\xff\xff\xff\xff",
        b">\xff\xff\xff\x7f",
        b"l\xff\xff\xff\x7f",
        b"u\xff\xff\xff\x7fabc",
        b"NN",
        b"S",
        b".",
        b"y" + bytes(16),
        b"r\0\0\0\0",
        b"{N0",
        b"{",
        b"<\x01\0\0\0N",
        marshal.dumps(compile("1", "x", "eval")),
        # A key, an item of a set, that takes for ever to be hashed.
        b"[\x02\0\0\0" + marshal.dumps(shared(3), 4) + b"{r\0\0\0\0N0",
        b">\x01\0\0\0" + marshal.dumps(shared(3), 4),
        b"[\x01\0\0\0" * 1500 + b"N",
    ],
)
def test_what_is_not_plain(data: bytes) -> None:
    assert not is_plain(data)
