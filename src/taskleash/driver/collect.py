"""The facts that verdicts need, or the verdicts themselves where an earlier run kept them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache, partial
from typing import TYPE_CHECKING

from taskleash.driver.cache.memory import Memory
from taskleash.driver.cache.verdicts import Verdicts
from taskleash.driver.inputs import Input
from taskleash.driver.parse import Broken, Parsed
from taskleash.driver.parsers import Parser, Parsers
from taskleash.driver.reasons import Reason
from taskleash.facts.known import Told

if TYPE_CHECKING:
    from taskleash.driver.linker import Linker
    from taskleash.facts.model import ModuleFacts

#: called with the number of files parsed so far and of those to parse, as far as is known
Advance = Callable[[int, int], None]


@dataclass
class Collection:
    """The facts gathered so far, by path, and the files that could not be analysed.

    ``read`` has what was parsed, with its bytes: by now the files may be others. ``program`` stands
    for all files that were looked at, ``linked`` for the facts of those that count. Verdicts are
    asked for on the files with the paths ``reported``, or on all where that is None. Where there
    are ``verdicts``, they come from an earlier run with the same ones. ``leading`` are the files
    that lead to a spawn, where flags are to be suggested, else None: no verdict depends on them.
    The files ``moved`` say what they said when the verdicts were made, in other places. ``reasons``
    say by path why a file counts.
    """

    facts: dict[str, ModuleFacts] = field(default_factory=dict)
    broken: dict[str, Broken] = field(default_factory=dict)
    read: dict[str, Input] = field(default_factory=dict)
    program: bytes | None = None
    linked: bytes | None = None
    reported: frozenset[str] | None = None
    verdicts: Verdicts | None = None
    leading: dict[str, Parsed] | None = None
    moved: frozenset[str] = frozenset()
    reasons: dict[str, Reason] = field(default_factory=dict)
    linker: Linker | None = None

    def add(self, outcomes: Mapping[str, Parsed]) -> None:
        """Take over the outcomes of the map step."""
        for path, outcome in outcomes.items():
            if isinstance(outcome, Broken):
                self.broken[path] = outcome
            else:
                self.facts[path] = outcome


def collect(
    asked: list[Input],
    context: Callable[[], list[Input]],
    told: Told,
    parsers: Parsers,
    advance: Advance,
    memory: Memory | None = None,
    recall: bool = True,
) -> Collection:
    """The facts that the verdicts need.

    The files ``asked`` for are reported. ``context`` gives further files of their project, which
    are parsed only where the linker asks for them, and about which nothing is reported. ``told``
    is what the settings tell: where that are flags, the files that lead to a spawn are parsed, too,
    for one of them may have the branch that a flag keeps shut. Verdicts that the ``memory`` has are
    only taken where ``recall`` is true.
    """
    memory = memory or Memory()
    with ExitStack() as stack:
        # To make one takes time, and most runs after the first have no need of it.
        make = cache(lambda: stack.enter_context(parsers.make(advance, memory.keep_outcome)))
        found = _collected(asked, context, told, make, memory, recall)
    # The bytes of the whole project are no longer of use.
    memory.contents.release()
    return found


def _collected(
    asked: list[Input],
    context: Callable[[], list[Input]],
    told: Told,
    parser: Callable[[], Parser],
    memory: Memory,
    recall: bool,
) -> Collection:
    found = Collection()
    context = cache(context)
    # Where nothing has to be read for it, the question about the whole comes first.
    is_asked = not recall or memory.contents.has_seen(asked)
    if recall and is_asked and _recalled(found, asked, context, told, memory):
        return found
    # Imported here because most runs after the first have no use for it.
    from taskleash.driver.gathering import gather

    again = partial(_recalled, found, asked, context, told, memory)
    is_known = (lambda: False) if is_asked else again
    return gather(found, asked, context, told, parser, memory, recall, is_known)


def _recalled(
    found: Collection,
    asked: list[Input],
    context: Callable[[], list[Input]],
    told: Told,
    memory: Memory,
) -> bool:
    """Whether there are verdicts on this very program; ``found`` gets them."""
    found.program = memory.program_key(asked, context(), told)
    found.verdicts = memory.verdicts(found.program, asked)
    return found.verdicts is not None
