"""What earlier runs found out, and what this one adds."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache, partial
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from taskleash.driver.cache.contents import Contents
from taskleash.driver.cache.keys import DIGEST_BYTES, key
from taskleash.driver.cache.mentions import Searched
from taskleash.driver.cache.questions import FileQuestion
from taskleash.driver.cache.retained import Retained
from taskleash.driver.cache.seal import Sealed
from taskleash.driver.cache.shifts import Shifts
from taskleash.driver.cache.store import CacheStore, NoStore
from taskleash.driver.cache.verdicts import (
    VERDICTS,
    Update,
    Verdicts,
    are_of,
    update_of,
    updated,
)
from taskleash.driver.cache.walks import StoredWalks
from taskleash.driver.inputs import Input, Listing
from taskleash.driver.parsing.parse import Broken, Parsed, has_facts, shape_of, unpacked
from taskleash.ir.known import Told
from taskleash.ir.packing.packing import BadPacking, Packing
from taskleash.source.loading import InvalidSource
from taskleash.source.modules import is_package

if TYPE_CHECKING:
    from taskleash.demand.wanted_names import Demand
    from taskleash.fixes.model import Manner
    from taskleash.semantics.indexed import IndexedModules
    from taskleash.verdict.model import Site

#: bytes of outcomes beyond this are written at once
_ROOM = 8 << 20

#: so many things are found once
_ONCE = 16

_A = TypeVar("_A")
#: what is answered where names are looked for
NAMES = tuple[bytes, ...]
#: finds names in the bytes of a file
Finding: TypeAlias = "Callable[[bytes], tuple[bytes, ...]]"


class Memory:
    """Facts, answers and verdicts, each under a key of all that it depends on.

    Nothing is written before `save` but outcomes, when there are many of them. Where ``keeps`` is
    false, something went wrong that another run may be spared: what follows from it is not to be
    remembered. What is asked of all files is kept together, apart for each ``scope``. What is
    ``retained`` need not be unpacked again.
    """

    def __init__(
        self, store: CacheStore | None = None, scope: str = "", retained: Retained | None = None
    ) -> None:
        self.keeps = True
        self._store = store or NoStore()
        self._retained = retained
        self.listing = Listing()
        self._once: dict[Hashable, Any] = {}
        self._questions: dict[bytes, FileQuestion[Any]] = {}
        self._entries: dict[bytes, bytes] = {}
        self._outcomes: dict[bytes, bytes] = {}
        #: what stands for outcomes wherever in their files the facts stand, by the outcomes' keys
        self._shapes: dict[bytes, bytes] = {}
        self._room = _ROOM
        #: the verdicts that were recalled last, as they stood when they were kept, with their key
        self._latest: tuple[bytes, Verdicts] | None = None
        self._outcome_keys: dict[tuple[bytes, str, bool], bytes] = {}
        self._there: set[bytes] = set()
        self._scope = _encoded(scope)
        self.contents = Contents(self._store, self._scope)
        self.walks = StoredWalks(lambda: self._store)
        self._shifts = Shifts(self._store)
        self._searched = Searched(self.contents, self._store, self._scope)

    def again(self) -> None:
        """Begin another run, in which no file on disk is another one than it was."""
        self.keeps = True
        self.contents.again()

    @property
    def indexed(self) -> IndexedModules | None:
        """What was found out of modules by themselves, where that is retained."""
        return None if self._retained is None else self._retained.indexed

    def once(self, asked: Hashable, find: Callable[[], _A]) -> _A:
        """What hangs on what is asked and on the files on disk alone, which is found once."""
        if asked not in self._once:
            # Of letter after letter only the last ones are of use.
            if len(self._once) >= _ONCE:
                self._once.clear()
            self._once[asked] = find()
        found: _A = self._once[asked]
        return found

    def question(
        self, kind: str, parts: Iterable[bytes], answers: Any, ask: Callable[[bytes], _A]
    ) -> FileQuestion[_A]:
        """A question about files; kind and parts say all that the answer depends on.

        ``answers`` is the type of the answers, plain data: any others are not taken over. One that
        was asked before in this run is the same: what it has found out is known to both.
        """
        asked = key(kind, self._scope, *parts)
        if asked not in self._questions:
            self._questions[asked] = FileQuestion(asked, answers, ask, self.contents, self._store)
        return self._questions[asked]

    def mentioned(
        self, names: Iterable[bytes], search: Callable[[list[bytes]], Finding]
    ) -> Callable[[Input], Iterable[bytes]]:
        """What tells which of the names a file mentions; raises InvalidSource as it is read.

        ``search`` makes what finds those of some names that bytes mention.
        """

        def ask(names: list[bytes]) -> FileQuestion[tuple[bytes, ...]]:
            found = cache(partial(search, names))
            return self.question("mentioned", names, NAMES, lambda data: found()(data))

        return self._searched.mentioned(names, ask)

    def outcomes(self, inputs: Sequence[Input]) -> dict[str, Parsed]:
        """What parsing the inputs gave, by path, as far as it is known.

        Raises InvalidSource where one has to be read and cannot be.
        """
        if not self._store.lasts:
            return {}
        keys = {item.path: self._outcome_key(item) for item in inputs}
        found = {} if self._retained is None else self._retained.of(keys)
        stored = self._store.get({key for path, key in keys.items() if path not in found})
        for path, wanted in keys.items():
            if wanted in stored and path not in found:
                packed = stored[wanted]
                with suppress(BadPacking):
                    found[path] = outcome = _at(path, unpacked(packed, _is_own(packed)))
                    if self._retained is not None:
                        self._retained.hold(path, wanted, outcome, len(packed))
        return found

    def keep_outcome(self, item: Input, packed: bytes) -> None:
        """Remember what parsing an input gave."""
        if not self._store.lasts:
            return
        outcome = self._outcome_key(item)
        self._outcomes[outcome] = packed
        self._entries[self._latest_key(item)] = outcome
        self._shapes[outcome] = self._entries[_shape_key(outcome)] = shape_of(packed)
        if item.data is not None and has_facts(packed):
            self._shifts.note(outcome, item.data, _module_of(item), self._shapes[outcome])
        self._room -= len(packed)
        if self._room < 0:
            self._put(self._outcomes)

    def with_earlier(self, items: Sequence[Input]) -> list[Input]:
        """The items with what their files came to before they changed, as far as that is known.

        What others may have put into the cache is not.
        """
        if not self._store.lasts:
            return [*items]
        latest = {item.path: self._latest_key(item) for item in items}
        found = {key: at for key, at in self._store.get(latest.values()).items() if _is_own(at)}
        outcomes = self._store.get(found.values())
        earlier = {
            path: outcomes[found[key]]
            for path, key in latest.items()
            if key in found and _is_own(outcomes.get(found[key], b""))
        }
        return [replace(item, earlier=earlier.get(item.path)) for item in items]

    def shapeless(self, chosen: Sequence[Input]) -> list[Input]:
        """Those of the files that have to be parsed to know what stands for their facts."""
        if not self._store.lasts:
            return []
        unknown: dict[bytes, Input] = {}
        for item in chosen:
            with suppress(InvalidSource):
                if (outcome := self._outcome_key(item)) not in self._shapes:
                    unknown[outcome] = item
        stored = self._store.get([_shape_key(outcome) for outcome in unknown])
        for outcome in list(unknown):
            if len(found := stored.get(_shape_key(outcome), b"")) == DIGEST_BYTES:
                self._shapes[outcome] = found
                del unknown[outcome]
        given = {o: (partial(self.contents.data, i), _module_of(i)) for o, i in unknown.items()}
        for outcome, shape in self._shifts.shapes(given).items():
            self._shapes[outcome] = self._entries[_shape_key(outcome)] = shape
            del unknown[outcome]
        return list(unknown.values())

    def facts_key(
        self, chosen: Iterable[Input], told: Told, reported: Iterable[str] | None
    ) -> bytes | None:
        """Stands for the facts of the chosen files, wherever in these they stand.

        None where one cannot be read or kept. What comes of them is different where only some files
        are ``reported``.
        """
        if not self._store.lasts:
            return None
        only = () if reported is None else (b"only", *map(_encoded, sorted(reported)))
        parts = [repr(told).encode(), *only]
        try:
            for item in sorted(chosen, key=lambda item: item.path):
                parts += (_encoded(item.path), self._shapes[self._outcome_key(item)])
        except (InvalidSource, KeyError):
            return None
        return key("facts", *parts)

    def content(self, item: Input) -> str:
        """Stands for what a file has in it; raises InvalidSource where it cannot be read."""
        return self._outcome_key(item).hex()

    def moved_lines(self, content: str, item: Input) -> dict[int, int] | None:
        """Where the lines of an earlier content of a file are by now; None where code changed."""
        return self._shifts.moved(bytes.fromhex(content), self._outcome_key(item))

    def demand(self, facts: bytes | None) -> Demand | None:
        """What the facts with this key leave open, where it is known."""
        found: Demand | None = self._recalled("demand", facts, _demands)
        return found

    def keep_demand(self, facts: bytes | None, demand: Demand) -> None:
        """Remember what facts leave open."""
        self._keep("demand", facts, demand, _demands)

    def program_key(
        self, asked: Sequence[Input], others: Sequence[Input], told: Told
    ) -> bytes | None:
        """Stands for all that the verdicts depend on; None where that cannot be read or kept.

        ``asked`` are the files that are reported, ``others`` those that may be looked into. What
        is not on disk will hardly come again with the very same rest.
        """
        if not self._store.lasts or any(item.data is not None for item in asked):
            return None
        parts = [repr(told).encode()]
        try:
            for group, items in ((b"asked", asked), (b"other", others)):
                names = "\0".join(f"{item.file.path}\0{item.file.module}" for item in items)
                parts += (group, _encoded(names), b"".join(map(self.contents.digest, items)))
        except InvalidSource:
            return None
        return key("program", *parts)

    def verdicts(self, depends: bytes | None, files: Iterable[Input]) -> Verdicts | None:
        """The verdicts on the program with this key, where they are known.

        Those that cannot be about the ``files`` that are reported are not.
        """
        found = self.unplaced(depends)
        return found if found is not None and are_of(found, files) else None

    def unplaced(self, depends: bytes | None) -> Verdicts | None:
        """The verdicts on facts, where they are known, as these stood when they were kept."""
        if depends is None:
            return None
        if self._latest is None or self._latest[0] != depends:
            found: Verdicts | Update | None = self._recalled("verdicts", depends, lambda: VERDICTS)
            if isinstance(found, Update):
                # One that is told by another update is none of this program's.
                base = self._recalled("verdicts", found.base, lambda: VERDICTS)
                found = updated(base, found) if isinstance(base, Verdicts) else None
            if found is None:
                return None
            self._latest = depends, found
        return self._latest[1]

    def keep_verdicts(
        self, program: bytes | None, linked: bytes | None, verdicts: Verdicts
    ) -> None:
        """Remember the verdicts on a program, which are about the facts that were linked."""
        base = self.unplaced(linked)
        if base is None:
            self._keep("verdicts", linked, verdicts, lambda: VERDICTS)
            base = verdicts
        update = None if linked is None else update_of(base, linked, verdicts)
        self._keep("verdicts", program, update or verdicts, lambda: VERDICTS)

    def fitting_key(self, item: Input, manner: Manner, sites: Sequence[Site]) -> bytes | None:
        """Stands for a file, the sites in it and how it is mended; None where nothing is kept."""
        if not self._store.lasts:
            return None
        try:
            return key("fitting", self._outcome_key(item), repr((manner, sites)).encode())
        except InvalidSource:
            return None

    def fitting(self, depends: bytes | None) -> tuple[Site, ...] | None:
        """The sites of a file with the fixes that cannot be made there, where that is known."""
        found: tuple[Site, ...] | None = self._recalled("fitting", depends, lambda: VERDICTS)
        return found if isinstance(found, tuple) else None

    def keep_fitting(self, depends: bytes | None, sites: tuple[Site, ...]) -> None:
        """Remember the sites of a file with the fixes that cannot be made there."""
        self._keep("fitting", depends, sites, lambda: VERDICTS)

    def _recalled(self, kind: str, depends: bytes | None, packing: Callable[[], Packing]) -> Any:
        if depends is None:
            return None
        wanted = key(kind, depends)
        stored = self._store.get([wanted]).get(wanted)
        if stored is not None:
            with suppress(BadPacking):
                value = packing().unpack(stored, _is_own(stored))
                self._there.add(wanted)
                return value
        return None

    def _keep(
        self, kind: str, depends: bytes | None, value: object, packing: Callable[[], Packing]
    ) -> None:
        if depends is None or not self.keeps or not self.contents.steady:
            return
        wanted = key(kind, depends)
        if wanted not in self._there:
            self._entries[wanted] = packing().pack(value)

    def save(self) -> None:
        """Keep for other runs what this one has found out so far.

        A process that has more than one run keeps the answers about all files when it is told to.
        """
        self._entries |= self._outcomes | self._shifts.news()
        if self._retained is None:
            self._entries |= self._answers()
        self._put(self._entries)
        self._entries = {}

    def save_answers(self) -> None:
        """Keep for other processes the answers to what is asked of all files."""
        self._store.put(self._answers())

    def _answers(self) -> dict[bytes, bytes]:
        found = self.contents.news() | self._searched.news()
        for question in self._questions.values():
            found |= question.news()
        return found

    def _put(self, entries: dict[bytes, bytes]) -> None:
        """Write the entries, the outcomes so far among them."""
        self._store.put(entries)
        self._outcomes, self._room = {}, _ROOM

    def _latest_key(self, item: Input) -> bytes:
        return key("latest", self._scope, _encoded(item.file.absolute), _encoded(item.file.module))

    def _outcome_key(self, item: Input) -> bytes:
        # Of its path, the facts know only whether it is that of a package.
        parts = self.contents.digest(item), item.file.module, is_package(item.path)
        if parts not in self._outcome_keys:
            content, module, is_of_package = parts
            kind = b"package" if is_of_package else b"module"
            self._outcome_keys[parts] = key("outcome", content, _encoded(module), kind)
        return self._outcome_keys[parts]


def _module_of(item: Input) -> bytes:
    """What facts know of the path of a file."""
    return key("package" if is_package(item.path) else "module", _encoded(item.file.module))


def _is_own(stored: bytes) -> bool:
    return isinstance(stored, Sealed)


def _shape_key(outcome: bytes) -> bytes:
    return key("shape", outcome)


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


@cache
def _demands() -> Packing:
    from taskleash.demand.wanted_names import Demand

    return Packing((Demand,))


def _at(path: str, outcome: Parsed) -> Parsed:
    return outcome if isinstance(outcome, Broken) else replace(outcome, path=path)
