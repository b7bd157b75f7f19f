"""A file that another process mends, and what it answers."""

from __future__ import annotations

import gc
import pickle
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from taskleash.driver.inputs import Input
from taskleash.driver.parsing.deep import LINKER_MEGABYTES, with_deep_stack
from taskleash.driver.parsing.parse import Broken, Parsed, packed_for_now, parse, parse_again
from taskleash.driver.parsing.patience import PATIENCE_SECONDS
from taskleash.driver.shelf import opened
from taskleash.fixes.making import Made, Wanted, made
from taskleash.fixes.mend import let_go, mend
from taskleash.fixes.model import Manner, Mended, Target
from taskleash.ir.packing.packing import BadPacking
from taskleash.source.loading import InvalidSource, encode

#: how long one fix may take, where the machine has other things to do
_SECONDS_A_FIX = 5.0


@dataclass(frozen=True)
class Order:
    """What is wanted of a file; ``item`` has the bytes that it was read from.

    ``facts`` are what those came to, as a `Shelf` packs them, where they are at hand.
    """

    item: Input
    wanted: Wanted
    manner: Manner
    facts: bytes = b""

    @property
    def path(self) -> str:
        """The path as it is reported."""
        return self.item.path

    @property
    def size(self) -> int:
        """The size of the text."""
        return len(self.wanted.text)

    @property
    def patience(self) -> float:
        """How many seconds it may take, and a bit for its size."""
        return PATIENCE_SECONDS + _SECONDS_A_FIX * len(self.wanted.targets)

    def made(self) -> Made:
        """The file, mended in this process."""
        return with_deep_stack(partial(made, self._mend, self.wanted), LINKER_MEGABYTES)

    def _mend(self, text: str, targets: Sequence[Target]) -> Mended:
        return mend(text, targets, self.manner)


@dataclass(frozen=True)
class Filled:
    """What became of an order: the file, its new bytes, and their facts, packed.

    There are none where nothing was changed, or where the text cannot be written or parsed.
    """

    made: Made
    data: bytes = b""
    facts: bytes = b""


def filled(order: Order) -> bytes:
    """What becomes of an order, as bytes; one large tree at a time is in memory."""
    result = with_deep_stack(partial(_filled, order), LINKER_MEGABYTES)
    # What lowering leaves behind has cycles, and nothing else collects in a worker.
    gc.collect()
    # What stays is not looked at again after each of the next files.
    gc.freeze()
    return pickle.dumps(result, pickle.HIGHEST_PROTOCOL)


def _filled(order: Order) -> Filled:
    def mended(text: str, targets: Sequence[Target]) -> Mended:
        try:
            return mend(text, targets, order.manner)
        finally:
            let_go()

    result = made(mended, order.wanted)
    if not result.applied or result.objection:
        return Filled(result)
    with suppress(UnicodeEncodeError, InvalidSource, RecursionError, BadPacking):
        data = encode(result.text, order.item.read())
        outcome = _parsed(order, data)
        if not isinstance(outcome, Broken):
            return Filled(result, data, packed_for_now(outcome))
    return Filled(result)


def _parsed(order: Order, data: bytes) -> Parsed:
    """What the new bytes of a file come to; what is as it was is not parsed once more."""
    item = order.item.with_data(data)
    if not order.facts:
        return parse(item)
    return parse_again(item, order.item.text(), opened(order.facts))


def taken(data: bytes) -> Filled:
    """What another process has made of an order."""
    result: Filled = pickle.loads(data)
    return result
