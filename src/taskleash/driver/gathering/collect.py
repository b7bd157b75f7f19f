"""The facts that verdicts need, or the verdicts themselves where an earlier run kept them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from functools import cache, partial

from taskleash.driver.cache.memory import Memory
from taskleash.driver.gathering.gathered import Gathered
from taskleash.driver.inputs import Files, Input
from taskleash.driver.parsing.parser import Advance, Parser
from taskleash.driver.parsing.parsers import Parsers
from taskleash.ir.known import Told


def collect(
    asked: list[Input],
    context: Callable[[], Files],
    told: Told,
    parsers: Parsers,
    advance: Advance,
    memory: Memory | None = None,
    recall: bool = True,
) -> Gathered:
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
        is_seen = memory.contents.has_seen(asked)
        if not is_seen:
            memory.contents.look(asked, parsers.jobs)
            is_seen = memory.contents.has_seen(asked)
        found = _collected(asked, context, told, make, memory, recall, is_seen)
    # The bytes of the whole project are no longer of use.
    memory.contents.release()
    return found


def _collected(
    asked: list[Input],
    context: Callable[[], Files],
    told: Told,
    parser: Callable[[], Parser],
    memory: Memory,
    recall: bool,
    is_seen: bool,
) -> Gathered:
    found = Gathered()
    context = cache(context)
    # Where nothing has to be read for it, the question about the whole comes first.
    is_asked = not recall or is_seen
    if recall and is_asked and _recalled(found, asked, context, told, memory):
        return found
    # Imported here because most runs after the first have no use for it.
    from taskleash.driver.gathering.gathering import gather

    again = partial(_recalled, found, asked, context, told, memory)
    is_known = (lambda: False) if is_asked else again
    return gather(found, asked, context, told, parser, memory, recall, is_known)


def _recalled(
    found: Gathered,
    asked: list[Input],
    context: Callable[[], Files],
    told: Told,
    memory: Memory,
) -> bool:
    """Whether there are verdicts on this very program; ``found`` gets them."""
    found.program = memory.program_key(asked, context(), told)
    found.verdicts = memory.verdicts(found.program, asked)
    return found.verdicts is not None
