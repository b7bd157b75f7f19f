"""The map step: one file's bytes to its facts, or to what is wrong with it."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

from taskleash.driver.cache.keys import DIGEST_BYTES, digest
from taskleash.driver.inputs import Input
from taskleash.driver.time_limit import NOT_DONE
from taskleash.records import dataclass
from taskleash.source.loading import InvalidSource, Source

if TYPE_CHECKING:
    from taskleash.ir.lowering.bodies import Lowered
    from taskleash.ir.lowering.notes import BodyNote
    from taskleash.ir.model import ModuleFacts
    from taskleash.ir.packing.packing import Packing

#: in so many bytes stands how long the facts are
SIZE_BYTES = 8


@dataclass(frozen=True)
class Broken:
    """A file that cannot be analysed, and why; ``line`` and ``column`` are 1-based.

    ``lasts`` is true where that follows from its contents: no other run fares better. It is
    ``late`` where the time of the run was over before, and ``killed`` where the system has ended
    what parsed it, again and again.
    """

    line: int
    column: int
    message: str
    lasts: bool = True
    late: bool = False
    killed: bool = False


Parsed: TypeAlias = "ModuleFacts | Broken"
#: called with what follows from an input's contents, packed
Keep: TypeAlias = Callable[[Input, bytes], None]


def parse(item: Input) -> Parsed:
    """The facts of a file; what is wrong with it where it has none.

    The native parser can overflow the stack and so end the process: call it in a worker. Raises
    MemoryError.
    """
    outcome = lower(item)
    return outcome if isinstance(outcome, Broken) else outcome.facts


def parse_again(item: Input, text: str, facts: ModuleFacts) -> Parsed:
    """The same of a file that had another ``text``, with these facts, before a fix was made.

    A fix moves no import and no class: bodies that are as they were need not be parsed.
    """
    from taskleash.ir.lowering.bodies import Lowered

    outcome = lower(item, Lowered(facts, text=text))
    return outcome if isinstance(outcome, Broken) else outcome.facts


def lower(item: Input, before: Lowered | None = None) -> Lowered | Broken:
    """The same, with what may be taken again when the file has changed since ``before``."""
    from taskleash.ir.lowering.extract import lowered

    try:
        source = Source(item.path, item.file.module, item.text())
        return lowered(source, before or _earlier(item.earlier))
    except InvalidSource as error:
        return broken(error)
    except MemoryError:
        raise
    except Exception as error:
        if os.environ.get("TASKLEASH_DEBUG"):
            raise
        return Broken(1, 1, f"internal error: {type(error).__name__}: {error}", lasts=False)


def _earlier(data: bytes | None) -> Lowered | None:
    """What the file came to when it was parsed before, from what this program has packed."""
    if data is None:
        return None
    from taskleash.ir.lowering.bodies import Lowered
    from taskleash.ir.packing.packed import NOTES

    facts, notes = _parts(data)
    outcome = _packing().unpack(facts, is_own=True)
    if isinstance(outcome, Broken):
        return None
    return Lowered(outcome, {note.digest: note for note in NOTES.unpack(notes, is_own=True)})


def packed(outcome: Parsed, notes: Sequence[BodyNote] = ()) -> bytes:
    """The outcome as bytes, after what stands for it: see `shape_of`.

    The ``notes`` of its bodies come last. Raises BadPacking and RecursionError where it is nested
    too deeply.
    """
    # A worker that parses has these by now, and nobody else comes here.
    from taskleash.ir.layout import layout
    from taskleash.ir.packing.packed import NOTES
    from taskleash.ir.packing.packing import dumped
    from taskleash.ir.shape import shape

    rows = _packing().rows(outcome)
    data = dumped(rows)
    said = data if isinstance(outcome, Broken) else shape(rows, layout(outcome))
    return digest(said) + len(data).to_bytes(SIZE_BYTES, "little") + data + NOTES.pack((*notes,))


def packed_for_now(outcome: Parsed) -> bytes:
    """The outcome as bytes that this run alone unpacks: nothing stands for it, which takes half.

    Raises BadPacking and RecursionError as `packed` does.
    """
    from taskleash.ir.packing.packing import dumped

    data = dumped(_packing().rows(outcome))
    return bytes(DIGEST_BYTES) + len(data).to_bytes(SIZE_BYTES, "little") + data


def _parts(data: bytes) -> tuple[bytes, bytes]:
    """The facts of a packed outcome, and the notes of its bodies."""
    start = DIGEST_BYTES + SIZE_BYTES
    end = start + int.from_bytes(data[DIGEST_BYTES:start], "little")
    return data[start:end], data[end:]


def shape_of(data: bytes) -> bytes:
    """What stands for a packed outcome, wherever in the file its facts stand."""
    return data[:DIGEST_BYTES]


def has_facts(data: bytes) -> bool:
    """Whether a packed outcome has facts, and not what is wrong with a file."""
    return shape_of(data) != digest(_parts(data)[0])


def unpacked(data: bytes, is_own: bool = False) -> Parsed:
    """The outcome from its bytes, see `Packing.unpack`; raises BadPacking."""
    outcome: Parsed = _packing().unpack(_parts(data)[0], is_own)
    return outcome


def taken(item: Input, data: bytes, keep: Keep | None) -> Parsed:
    """The outcome that a worker has packed; what follows from the item's contents is kept."""
    outcome = unpacked(data, is_own=True)
    if keep is not None and not (isinstance(outcome, Broken) and not outcome.lasts):
        keep(item, data)
    return outcome


@cache
def _packing() -> Packing:
    from taskleash.ir.packing.packed import FACT_ALIASES, FACT_CLASSES, SHARED_FACTS
    from taskleash.ir.packing.packing import Packing

    return Packing((*FACT_CLASSES, Broken), FACT_ALIASES, SHARED_FACTS)


def too_late() -> Broken:
    """The outcome for a file that no time was left for."""
    return Broken(1, 1, NOT_DONE, lasts=False, late=True)


def broken(error: InvalidSource, lasts: bool = True) -> Broken:
    """The outcome for a file that is not a valid source, or could not be read."""
    return Broken(error.line, error.column, error.message, lasts)
