"""What parses files, wherever it does so, and what is told of it meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Protocol, TypeAlias

from taskleash.driver.inputs import Input
from taskleash.driver.parsing.parse import Parsed

#: called with the number of files parsed so far and of those to parse, as far as is known
Advance: TypeAlias = Callable[[int, int], None]


class ExecutorError(Exception):
    """An executor that cannot be used; the message names it and the remedy."""


class Parser(Protocol):
    """The map step: it can be entered once, and is over with the block."""

    def __enter__(self) -> Parser: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...

    def begin(self, item: Input) -> None:
        """Parse an input ahead, if that is worth it: `parse` will be given it, too."""
        ...

    def parse(self, inputs: Sequence[Input]) -> dict[str, Parsed]:
        """The outcome of each input, by path."""
        ...
