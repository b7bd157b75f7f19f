"""Which files are parsed: those that may spawn, then those that the linker asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from itertools import count
from typing import TYPE_CHECKING

from taskleash.driver.cache.keys import key
from taskleash.driver.cache.memory import Memory
from taskleash.driver.cache.verdicts import Verdicts, are_of
from taskleash.driver.gathering.by_module import Modules, Names
from taskleash.driver.gathering.gathered import Gathered
from taskleash.driver.gathering.leading import hinting, leading
from taskleash.driver.gathering.linked import uncollected
from taskleash.driver.gathering.reasons import Reason, Why
from taskleash.driver.gathering.supporting import supporting
from taskleash.driver.gathering.wanted import Waiting, WantedFiles, mentions
from taskleash.driver.inputs import Files, Input
from taskleash.driver.parsing.parse import Parsed, broken
from taskleash.driver.parsing.parser import Parser
from taskleash.ir.known import KnownCalls, Told
from taskleash.ir.prefilter import may_spawn
from taskleash.models.table import MODELS
from taskleash.source.loading import InvalidSource

if TYPE_CHECKING:
    from taskleash.demand.wanted_names import Demand
    from taskleash.driver.cache.placing import Ranked
    from taskleash.driver.gathering.linker import Linker

#: a third for all that may be mentioned changed no verdict in sixty packages, and each links the
#: whole program
_MAX_ROUNDS = 2
#: one file by itself starts with less at hand
_MAX_ROUNDS_OF_PART = 3
#: with more files, parsing one of them ahead saves nothing
_FEW = 5


def gather(
    found: Gathered,
    asked: list[Input],
    context: Callable[[], Files],
    told: Told,
    parser: Callable[[], Parser],
    memory: Memory,
    recall: bool,
    is_known: Callable[[], bool],
) -> Gathered:
    """The facts that the verdicts need, added to what was ``found``.

    ``is_known`` asks for verdicts on the whole, once the files have been looked at; only where
    ``recall`` is true are any taken.
    """
    spawns = _spawns(told.calls, memory, asked)
    spawning, waiting = _sorted_out(asked, spawns, found)
    if len(spawning) <= _FEW:
        _begin(spawning, parser, memory)
    others = context()
    # A file without a spawn of its own may drop what a function of another one returns.
    present = [*asked, *others]
    names = memory.once(("names", *(item.path for item in asked)), lambda: Names(present))
    modules = Modules(present, names)
    near = supporting(asked, modules, memory) if others else []
    supports, _ = _sorted_out(near, spawns, Gathered())
    if not spawning and not supports:
        return found
    if not spawning and len(waiting) <= _FEW:
        _begin(waiting, parser, memory)
    if others:
        found.reported = frozenset(item.path for item in asked)
    if not is_known():
        gathering = _Gathering(found, asked, parser, told, memory, modules, spawns)
        idle = [] if spawning else waiting
        unread = Waiting(waiting, others)
        chosen = [*spawning, *unread.take(supports)]
        gathering.gather(chosen, unread, recall, idle, near)
    return found


def _begin(files: list[Input], parser: Callable[[], Parser], memory: Memory) -> None:
    """Have the first file parsed that is not known: to see which others matter takes time."""
    for item in files:
        with suppress(InvalidSource):
            if not memory.outcomes([item]):
                read = item.with_data(memory.contents.data(item))
                parser().begin(*memory.with_earlier([read]))
                return


class _Gathering:
    """Chooses what the linker has to see; parses it unless what comes of it is known."""

    def __init__(
        self,
        found: Gathered,
        asked: list[Input],
        parser: Callable[[], Parser],
        told: Told,
        memory: Memory,
        modules: Modules,
        spawns: Callable[[Input], bool],
    ) -> None:
        self._found = found
        self._asked = asked
        self._modules = modules
        self._spawns = spawns
        self._told = told
        self._memory = memory
        self._parser = parser

    def _counts(self, items: Iterable[Input], why: Why) -> None:
        for item in items:
            self._found.reasons.setdefault(item.path, Reason(why))

    def gather(
        self,
        chosen: list[Input],
        waiting: Waiting,
        recall: bool,
        idle: list[Input],
        near: list[Input],
    ) -> None:
        """Take what spawns and, in rounds, those of the waiting files that are asked for.

        Where there are only ``idle`` files to report, and none of them may use what the chosen
        ones start, also by way of files ``near`` them, there is nothing to say.
        """
        reported = self._found.reported
        wanted = WantedFiles(self._memory, self._modules, reported, self._spawns)
        self._counts(_without(chosen, near), Why.STARTS)
        self._counts(chosen, Why.IMPORTED)
        if self._told.flags:
            ways = leading(chosen, waiting, self._memory)
            self._counts(ways, Why.LEADS)
            chosen = [*chosen, *waiting.take(ways)]
        if idle:
            users = self._users(chosen, idle, _without(near, chosen))
            if not users:
                self._found.facts.clear()
                return
            self._counts(users, Why.MENTIONS)
            chosen = [*chosen, *waiting.take(users)]
        rounds = _MAX_ROUNDS if reported is None else _MAX_ROUNDS_OF_PART
        for number in count():
            # A chain of wrappers or of classes is followed to its end, from file to file.
            ask = self._demand(chosen, reported, is_chain=number >= rounds)
            more = wanted.of(ask, waiting)
            if not more:
                break
            self._found.reasons.update({item.path: wanted.reason(item, ask) for item in more})
            chosen = [*chosen, *waiting.take(more)]
            # What is handed on, or inherited, is known by where it comes from: no round for each.
            while more := wanted.of(self._definitions(ask.defined, chosen), waiting):
                self._counts(more, Why.BASE)
                chosen = [*chosen, *waiting.take(more)]
        self._found.linked = self._facts_key(chosen, reported)
        if recall:
            self._found.verdicts = self._placed(self._memory.unplaced(self._found.linked), chosen)
        if self._found.verdicts is None:
            self._load(chosen)
            if self._told.hints:
                hints = hinting(chosen, waiting, self._memory)
                self._found.leading = None if hints is None else self._outcomes(hints)

    def _users(self, chosen: list[Input], idle: list[Input], near: list[Input]) -> list[Input]:
        """The idle files that may use what the chosen ones start, also by way of near ones."""
        # Nobody is reported: so the answer is the same for all files that import the same.
        uses = mentions(self._memory, self._demand(chosen, frozenset()).calls)
        between = Modules([item for item in near if uses(item)])
        return [item for item in idle if uses(item) or supporting([item], between, self._memory)]

    def _demand(
        self, chosen: list[Input], reported: frozenset[str] | None, is_chain: bool = False
    ) -> Demand:
        """What the facts of the chosen files leave open, as far as some files are reported."""
        facts = self._facts_key(chosen, reported)
        asked = key("chain", facts) if is_chain and facts is not None else facts
        ask = self._memory.demand(asked)
        if ask is None:
            self._load(chosen)
            ask = self._linker(reported).demand(self._found.facts, is_chain)
            self._memory.keep_demand(asked, ask)
        return ask

    def _facts_key(self, chosen: list[Input], reported: frozenset[str] | None) -> bytes | None:
        """Stands for the facts of the chosen files; those that are not known yet are parsed."""
        self._load(self._memory.shapeless(chosen))
        return self._memory.facts_key(chosen, self._told, reported)

    def _placed(self, verdicts: Verdicts | None, chosen: list[Input]) -> Verdicts | None:
        """The verdicts with all places where they are by now; None where that cannot be told."""
        if verdicts is None:
            return None
        items = {item.path: item for item in chosen}
        if not verdicts.cited.keys() <= items.keys():
            return None
        moved = [
            items[path]
            for path, cited in verdicts.cited.items()
            if self._memory.content(items[path]) != cited.content
        ]
        if not moved:
            return verdicts if are_of(verdicts, self._asked) else None
        return self._moved(verdicts, moved)

    def _moved(self, verdicts: Verdicts, moved: list[Input]) -> Verdicts | None:
        """The verdicts on facts that are the same, but stand elsewhere in some files."""
        from taskleash.driver.cache.placing import placed

        layouts = self._shifted(verdicts, moved) or self._layouts(moved)
        contents = {item.path: self._memory.content(item) for item in moved}
        found = None if layouts is None else placed(verdicts, layouts, contents)
        if found is None or not are_of(found, self._asked):
            return None
        self._found.moved = frozenset(contents)
        for item in moved:
            # As they were when their places were looked up, whatever is there by now.
            read = self._found.read.get(item.path)
            data = self._memory.contents.data(item)
            self._found.read[item.path] = read or item.with_data(data)
        return found

    def _shifted(self, verdicts: Verdicts, moved: list[Input]) -> dict[str, Ranked] | None:
        """Where the cited places are, where nothing but comments and empty lines has changed."""
        from taskleash.driver.cache.placing import shifted

        found: dict[str, Ranked] = {}
        for item in moved:
            cited = verdicts.cited[item.path]
            lines = self._memory.moved_lines(cited.content, item)
            where = None if lines is None else shifted(cited, lines)
            if where is None:
                return None
            found[item.path] = where
        return found

    def _layouts(self, moved: list[Input]) -> dict[str, Ranked] | None:
        """Where all places are that the facts of some files name; None where one has none."""
        from taskleash.ir.layout import layout

        self._load(moved)
        known = self._found.facts
        if any(item.path not in known for item in moved):
            return None
        return {item.path: layout(known[item.path]) for item in moved}

    def _linker(self, reported: frozenset[str] | None) -> Linker:
        # The linker is only imported once something has been parsed.
        from taskleash.driver.gathering.linker import Linker

        indexed = self._memory.indexed
        if reported != self._found.reported:
            return Linker(self._told, reported, indexed)
        if self._found.linker is None:
            self._found.linker = Linker(self._told, reported, indexed)
        return self._found.linker

    def _definitions(self, names: frozenset[str], chosen: list[Input]) -> Demand:
        """The modules that define what was asked for by name, and the bases of classes."""
        from taskleash.demand.definitions import definitions
        from taskleash.demand.wanted_names import Demand

        if not names:
            return Demand(frozenset())
        facts = self._facts_key(chosen, None)
        asked = (
            None if facts is None else key("definitions", facts, *map(str.encode, sorted(names)))
        )
        found = self._memory.demand(asked)
        if found is None:
            self._load(chosen)
            found = Demand(definitions(self._found.facts.values(), names))
            self._memory.keep_demand(asked, found)
        return found

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
            unknown = [item for item in items if item.path not in outcomes]
            if not unknown:
                return outcomes
            return outcomes | self._parser().parse(self._memory.with_earlier(unknown))


def _spawns(known: KnownCalls, memory: Memory, asked: list[Input]) -> Callable[[Input], bool]:
    """What tells whether a file may start a task; raises InvalidSource where it cannot be read."""
    own = {item.file.module.partition(".")[0] for item in asked}
    words = known.words | MODELS.library_words(own)
    names = (word.encode() for word in sorted(words))
    return memory.question("spawns", names, bool, partial(may_spawn, more=words)).answer


def _sorted_out(
    asked: list[Input], spawns: Callable[[Input], bool], found: Gathered
) -> tuple[list[Input], list[Input]]:
    """The files that may spawn and the others; ``found`` gets those that cannot be read."""
    spawning: list[Input] = []
    others: list[Input] = []
    for item in asked:
        try:
            (spawning if spawns(item) else others).append(item)
        except InvalidSource as error:
            found.broken[item.path] = broken(error, lasts=False)
    return spawning, others


def _without(items: list[Input], taken: list[Input]) -> list[Input]:
    paths = {item.path for item in taken}
    return [item for item in items if item.path not in paths]
