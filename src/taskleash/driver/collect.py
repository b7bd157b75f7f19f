"""Which files are parsed: those that may spawn, then those that the linker asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING

from taskleash.driver.cache.memory import Memory
from taskleash.driver.cache.verdicts import Verdicts
from taskleash.driver.inputs import Input
from taskleash.driver.leading import hinting, leading, supporting
from taskleash.driver.linked import linked, uncollected
from taskleash.driver.parse import Broken, Parsed, broken
from taskleash.driver.parsers import Parsers
from taskleash.facts.known import KnownCalls, Told
from taskleash.facts.prefilter import may_spawn
from taskleash.source.loading import InvalidSource

if TYPE_CHECKING:
    from taskleash.facts.model import ModuleFacts
    from taskleash.link.demand import Demand
    from taskleash.link.indexed import IndexedModules

#: a third changed no verdict in sixty packages, and each links the whole program
_MAX_ROUNDS = 2
#: a name is distinctive while no more files than this, or this share of all, mention it
_MIN_SPREAD = 25
_SPREAD_SHARE = 80

#: called with the number of files parsed so far and of those to parse, as far as is known
Advance = Callable[[int, int], None]


@dataclass
class Collection:
    """The facts gathered so far, by path, and the files that could not be analysed.

    ``read`` has what was parsed, with its bytes: by now the files may be others. ``program`` stands
    for all files that were looked at, ``linked`` for the facts of those that count. Where there are
    ``verdicts``, they come from an earlier run with the same ones. ``leading`` are the files that
    lead to a spawn, where flags are to be suggested: no verdict depends on them.
    """

    facts: dict[str, ModuleFacts] = field(default_factory=dict)
    broken: dict[str, Broken] = field(default_factory=dict)
    read: dict[str, Input] = field(default_factory=dict)
    program: bytes | None = None
    linked: bytes | None = None
    verdicts: Verdicts | None = None
    leading: dict[str, Parsed] = field(default_factory=dict)

    @cached_property
    def indexed(self) -> IndexedModules:
        """What linking finds out of each module by itself: no round has to do it again."""
        from taskleash.link.indexed import IndexedModules

        return IndexedModules()

    def add(self, outcomes: Mapping[str, Parsed]) -> None:
        """Take over the outcomes of the map step."""
        for path, outcome in outcomes.items():
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
    found = Collection()
    spawning, waiting = _sorted_out(asked, told.calls, memory, found)
    others = context()
    # A file without a spawn of its own may drop what a function of another one returns.
    supports, _ = _sorted_out(supporting(asked, others, memory), told.calls, memory, Collection())
    if not spawning and not supports:
        return found
    others = _without(others, supports)
    found.program = memory.program_key(asked, others, told)
    found.verdicts = memory.verdicts(found.program) if recall else None
    if found.verdicts is None:
        gathering = _Gathering(found, parsers, advance, told, memory)
        idle = [] if spawning else waiting
        gathering.gather([*spawning, *supports], [*waiting, *others], recall, idle)
    return found


class _Gathering:
    """Chooses what the linker has to see; parses it unless what comes of it is known."""

    def __init__(
        self,
        found: Collection,
        parsers: Parsers,
        advance: Advance,
        told: Told,
        memory: Memory,
    ) -> None:
        self._found = found
        self._told = told
        self._memory = memory
        self._parser = parsers.make(advance, memory.keep_outcome)

    def gather(
        self, chosen: list[Input], waiting: list[Input], recall: bool, idle: list[Input]
    ) -> None:
        """Take what spawns and, in rounds, those of the waiting files that are asked for.

        Where there are only ``idle`` files to report, and none of them may use what the chosen
        ones start, there is nothing to say.
        """
        mentions = _Mentions(self._memory)
        with self._parser:
            if self._told.flags:
                ways = leading(chosen, waiting, self._memory)
                chosen, waiting = [*chosen, *ways], _without(waiting, ways)
            for _ in range(_MAX_ROUNDS):
                ask = self._demand(chosen)
                if idle and not list(_Mentions(self._memory).wanted(ask, idle)):
                    return
                idle = []
                wanted = list(mentions.wanted(ask, waiting))
                if not wanted:
                    break
                chosen = [*chosen, *wanted]
                waiting = _without(waiting, wanted)
            self._found.linked = self._memory.facts_key(chosen, self._told)
            if recall:
                self._found.verdicts = self._memory.verdicts(self._found.linked)
            if self._found.verdicts is None:
                self._load(chosen)
                if self._told.hints:
                    ways = hinting(chosen, waiting, self._memory)
                    self._found.leading = self._outcomes(ways)
        # The bytes of the whole project are no longer of use.
        self._memory.contents.release()

    def _demand(self, chosen: list[Input]) -> Demand:
        """What the facts of the chosen files leave open."""
        from taskleash.classify.undecided import demand

        key = self._memory.facts_key(chosen, self._told)
        ask = self._memory.demand(key)
        if ask is None:
            self._load(chosen)
            found = self._found
            ask = linked(partial(demand, found.in_order(), self._told, found.indexed))
            self._memory.keep_demand(key, ask)
        return ask

    def _load(self, chosen: list[Input]) -> None:
        """Get the outcomes of the chosen files, from the memory or by parsing them."""
        found, contents = self._found, self._memory.contents
        items: list[Input] = []
        for item in chosen:
            if item.path in found.read or item.path in found.broken:
                continue
            try:
                items.append(item.with_data(contents.data(item)))
            except InvalidSource as error:
                found.broken[item.path] = broken(error, lasts=False)
        found.add(self._outcomes(items))
        found.read |= {item.path: item for item in items}
        if not all(why.lasts for why in found.broken.values()):
            self._memory.keeps = False

    def _outcomes(self, items: list[Input]) -> dict[str, Parsed]:
        """What parsing the items gives; they have their bytes."""
        with uncollected():
            outcomes = self._memory.outcomes(items)
            return outcomes | self._parser.parse([i for i in items if i.path not in outcomes])


def _sorted_out(
    asked: list[Input], known: KnownCalls, memory: Memory, found: Collection
) -> tuple[list[Input], list[Input]]:
    """The files that may spawn and the others; ``found`` gets those that cannot be read."""
    words = sorted(known.words)
    question = memory.question(
        "spawns", (word.encode() for word in words), partial(may_spawn, more=known.words)
    )
    spawning: list[Input] = []
    others: list[Input] = []
    for item in asked:
        try:
            (spawning if question.answer(item) else others).append(item)
        except InvalidSource as error:
            found.broken[item.path] = broken(error, lasts=False)
    return spawning, others


class _Mentions:
    """What the waiting files mention, looked for once for each name."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._found: dict[str, set[bytes]] = {}
        #: how many files mention each name, counted when it is first asked for
        self._spread: dict[bytes, int] = {}

    def wanted(self, ask: Demand, waiting: Iterable[Input]) -> Iterator[Input]:
        """The files that the linker has to see.

        A name that very many files mention tells nothing about any of them and is left out, unless
        the linker is to be sure that no file uses it.
        """
        from taskleash.link.demand import Search

        new = sorted(ask.names - self._spread.keys())
        self._spread |= dict.fromkeys(new, 0)
        question = self._memory.question("mentioned", new, Search(new).found)
        mentioned: list[tuple[Input, set[bytes]]] = []
        for item in waiting:
            found = self._found.setdefault(item.path, set())
            try:
                seen = question.answer(item)
            except InvalidSource:
                continue
            for name in seen:
                self._spread[name] += 1
            found.update(seen)
            mentioned.append((item, found & ask.names))
        limit = max(_MIN_SPREAD, len(mentioned) // _SPREAD_SHARE)
        for item, found in mentioned:
            if ask.is_named(item.file) or any(
                self._spread[name] <= limit or ask.insists_on(name) for name in found
            ):
                yield item


def _without(items: list[Input], taken: list[Input]) -> list[Input]:
    paths = {item.path for item in taken}
    return [item for item in items if item.path not in paths]
