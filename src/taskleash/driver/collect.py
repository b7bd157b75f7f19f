"""Which files are parsed: those that may spawn, then those that the linker asks for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from taskleash.driver.deep import LINKER_MEGABYTES, with_deep_stack
from taskleash.driver.inputs import Input
from taskleash.driver.leading import leading
from taskleash.driver.parse import Broken, broken
from taskleash.facts.feature_flags import FeatureFlags
from taskleash.facts.known import KnownCalls
from taskleash.facts.prefilter import may_spawn
from taskleash.source.loading import InvalidSource

if TYPE_CHECKING:
    from taskleash.driver.workers import Workers
    from taskleash.facts.model import ModuleFacts
    from taskleash.link.demand import Demand

_MAX_ROUNDS = 3
#: a name is distinctive while no more files than this, or this share of all, mention it
_MIN_SPREAD = 25
_SPREAD_SHARE = 100

#: called with the number of files parsed so far and of those to parse, as far as is known
Advance = Callable[[int, int], None]


@dataclass
class Collection:
    """The facts gathered so far, by path, and the files that could not be analysed.

    ``read`` has what was parsed, with its bytes: by now the files may be others.
    """

    facts: dict[str, ModuleFacts] = field(default_factory=dict)
    broken: dict[str, Broken] = field(default_factory=dict)
    read: dict[str, Input] = field(default_factory=dict)

    def take(self, workers: Workers, items: list[Input]) -> None:
        """Have the files parsed, and take over what came of it."""
        self.read |= {item.path: item for item in items}
        for path, outcome in workers.parse(items).items():
            if isinstance(outcome, Broken):
                self.broken[path] = outcome
            else:
                self.facts[path] = outcome

    def in_order(self) -> list[ModuleFacts]:
        """The facts sorted by path."""
        return [self.facts[path] for path in sorted(self.facts)]


def collect(
    asked: list[Input],
    context: Callable[[], list[Input]],
    known: KnownCalls,
    flags: FeatureFlags,
    jobs: int,
    advance: Advance,
) -> Collection:
    """The facts that the verdicts need.

    The files ``asked`` for are reported. ``context`` gives further files of their project, which
    are parsed only where the linker asks for them, and about which nothing is reported. ``known``
    are the calls that the settings name. With ``flags`` the files that lead to a spawn are parsed,
    too: one of them may have the branch that a flag keeps shut.
    """
    found = Collection()
    spawning, waiting = _sorted_out(asked, known, found)
    if not spawning:
        return found
    # Nothing below is imported by a run that finds nothing to parse.
    from taskleash.driver.workers import Workers
    from taskleash.link.demand import demand

    with Workers(jobs, advance) as workers:
        found.take(workers, spawning)
        waiting += context()
        if flags:
            leads = list(_read(leading(spawning, waiting)))
            found.take(workers, leads)
            waiting = _without(waiting, leads)
        reported = {item.path for item in asked}
        for _ in range(_MAX_ROUNDS):
            question = partial(demand, found.in_order(), known, flags)
            ask = with_deep_stack(question, LINKER_MEGABYTES)
            wanted = list(_read(_wanted(ask, waiting)))
            if not wanted:
                break
            found.take(workers, wanted)
            waiting = _without(waiting, wanted)
    found.broken = {path: why for path, why in found.broken.items() if path in reported}
    return found


def _sorted_out(
    asked: list[Input], known: KnownCalls, found: Collection
) -> tuple[list[Input], list[Input]]:
    """The files that may spawn and the others; ``found`` gets those that cannot be read."""
    spawning: list[Input] = []
    others: list[Input] = []
    for item in asked:
        try:
            data = item.read()
        except InvalidSource as error:
            found.broken[item.path] = broken(error)
            continue
        if may_spawn(data, known.words):
            spawning.append(item.with_data(data))
        else:
            others.append(item)
    return spawning, others


def _wanted(ask: Demand, waiting: Iterable[Input]) -> Iterable[Input]:
    """The files that the linker has to see.

    A name that very many files mention tells nothing about any of them and is left out.
    """
    mentioned: list[tuple[Input, frozenset[bytes]]] = []
    needed: set[str] = set()
    spread: Counter[bytes] = Counter()
    for item in waiting:
        try:
            data = item.read()
        except InvalidSource:
            continue
        if ask.is_named(item.file) or ask.is_unsure_of(data):
            needed.add(item.path)
        names = ask.mentioned(data)
        spread.update(names)
        mentioned.append((item, names))
    limit = max(_MIN_SPREAD, len(mentioned) // _SPREAD_SHARE)
    for item, names in mentioned:
        if item.path in needed or any(spread[name] <= limit for name in names):
            yield item


def _without(items: list[Input], taken: list[Input]) -> list[Input]:
    paths = {item.path for item in taken}
    return [item for item in items if item.path not in paths]


def _read(items: Iterable[Input]) -> Iterable[Input]:
    """The files with their bytes, but for those that have vanished."""
    for item in items:
        with suppress(InvalidSource):
            yield item.with_data(item.read())
