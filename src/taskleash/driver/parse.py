"""The map step: one file's bytes to its facts, or to what is wrong with it."""

from __future__ import annotations

import gc
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from taskleash.driver.inputs import Input
from taskleash.source.loading import InvalidSource, Source

if TYPE_CHECKING:
    from taskleash.facts.model import ModuleFacts


@dataclass(frozen=True)
class Broken:
    """A file that cannot be analysed, and why; ``line`` and ``column`` are 1-based."""

    line: int
    column: int
    message: str


Parsed: TypeAlias = "ModuleFacts | Broken"


def parse(item: Input) -> Parsed:
    """The facts of a file; what is wrong with it where it has none.

    The native parser can overflow the stack and so end the process: call it in a worker.
    """
    from taskleash.facts.extract import extract

    # Trees are large and have few cycles: collecting while they grow finds nothing, slowly.
    gc.disable()
    try:
        return extract(Source(item.path, item.file.module, item.text()))
    except InvalidSource as error:
        return broken(error)
    except Exception as error:
        if os.environ.get("TASKLEASH_DEBUG"):
            raise
        return Broken(1, 1, f"internal error: {type(error).__name__}: {error}")
    finally:
        gc.enable()


def broken(error: InvalidSource) -> Broken:
    """The outcome for a file that is not a valid source."""
    return Broken(error.line, error.column, error.message)
