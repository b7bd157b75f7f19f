"""Which files the linker asks for: by their module, or by what they mention."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from taskleash.driver.cache.memory import NAMES, Finding, Memory
from taskleash.driver.gathering.by_module import Modules
from taskleash.driver.gathering.reasons import Reason, Why
from taskleash.driver.inputs import Files, Input
from taskleash.source.loading import InvalidSource
from taskleash.source.modules import path_name

if TYPE_CHECKING:
    from taskleash.demand.wanted_names import Demand

#: a name is distinctive while no more files than this, or this share of all, mention it; but with
#: more than the last number it would take longer than all the rest to parse them
_MIN_SPREAD = 25
_SPREAD_SHARE = 80
_MAX_SPREAD = 110


class Waiting:
    """Files that may be looked into, by path: there are thousands, of which few are taken.

    Besides ``some`` of those that are reported it is all the ``others``.
    """

    def __init__(self, some: Iterable[Input], others: Files) -> None:
        self._some = {item.path: item for item in some}
        self._others = others.by_path
        self._taken: set[str] = set()

    def __iter__(self) -> Iterator[Input]:
        taken = self._taken
        for items in (self._some, self._others):
            yield from (item for path, item in items.items() if path not in taken)

    def __len__(self) -> int:
        return len(self._some) + len(self._others) - len(self._taken)

    def of(self, paths: Iterable[str]) -> list[Input]:
        """Those that wait of the files with these paths, sorted by path."""
        found = (self._waits(path) for path in sorted(paths))
        return [item for item in found if item is not None]

    def take(self, items: Sequence[Input]) -> Sequence[Input]:
        """The items, which wait no longer."""
        self._taken.update(item.path for item in items if self._waits(item.path) is not None)
        return items

    def _waits(self, path: str) -> Input | None:
        if path in self._taken:
            return None
        return self._some.get(path) or self._others.get(path)


class WantedFiles:
    """Chooses the files that the linker has to see, of all ``modules``, over several rounds.

    Where only the files with some paths are ``reported``, calls that answer for themselves matter
    in those alone. ``spawns`` tells which may start a task.
    """

    def __init__(
        self,
        memory: Memory,
        modules: Modules,
        reported: Collection[str] | None,
        spawns: Callable[[Input], bool],
    ) -> None:
        self._memory = memory
        self._reported = reported
        self._spawns = spawns
        self._names = _Mentions(memory)
        self._calls = _Mentions(memory)
        self._modules = modules

    def of(self, ask: Demand, waiting: Waiting) -> list[Input]:
        """Those of the waiting files that are asked for, sorted by path."""
        paths = {item.path for name in ask.modules for item in self._modules.named(name)}
        paths |= self._starting(ask, paths)
        if self._reported is None:
            paths |= self._names.among(waiting, ask.names | ask.calls, ask.insists_on)
        else:
            named = self._names.among(waiting, ask.names, ask.insists_on)
            # A whole program has what starts a task, however common the name of what keeps it.
            common = waiting.of(self._names.mentioning(ask.names) - named)
            paths |= named | {item.path for item in common if self._spawns(item)}
            users = waiting.of(self._reported)
            paths |= self._calls.among(users, ask.calls, ask.insists_on)
        return waiting.of(paths)

    def reason(self, item: Input, ask: Demand) -> Reason:
        """What a file that is wanted is asked for."""
        from taskleash.demand.wanted_names import UNSURE

        modules = {item.file.module, path_name(item.path)} & (ask.modules | ask.starting)
        if modules:
            return Reason(Why.MODULE, min(modules))
        mentioned = sorted(self._mentioned_in(item.path) & (ask.names | ask.calls))
        name = mentioned[0] if mentioned else b""
        return Reason(Why.MENTIONS, name.removeprefix(UNSURE).decode())

    def _mentioned_in(self, path: str) -> set[bytes]:
        return self._names.in_file(path) | self._calls.in_file(path)

    def _starting(self, ask: Demand, known: Collection[str]) -> set[str]:
        """The paths of further files that may start a task, by a function of another one, too."""
        if not ask.starting:
            return set()
        found: set[str] = set()
        calls = mentions(self._memory, ask.calls)
        for item in (item for name in ask.starting for item in self._modules.named(name)):
            if item.path not in known and item.path not in found:
                with suppress(InvalidSource):
                    if self._spawns(item) or calls(item):
                        found.add(item.path)
        return found


class _Mentions:
    """What files mention, looked for once for each name."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._found: dict[str, set[bytes]] = {}
        #: how many files mention each name, counted when it is first asked for
        self._spread: dict[bytes, int] = {}

    def among(
        self,
        items: Collection[Input] | Waiting,
        names: frozenset[bytes],
        insists: Callable[[bytes], bool],
    ) -> set[str]:
        """The paths of the files that mention a name which tells something about them.

        A name that very many of them mention does not, unless all of these are to be seen.
        """
        self._look_for(names, items)
        limit = min(max(_MIN_SPREAD, len(items) // _SPREAD_SHARE), _MAX_SPREAD)
        telling = {name for name in names if self._spread[name] <= limit or insists(name)}
        return self.mentioning(telling)

    def mentioning(self, names: Collection[bytes]) -> set[str]:
        """The paths of the files so far that mention one of the names."""
        return {path for path, found in self._found.items() if not found.isdisjoint(names)}

    def in_file(self, path: str) -> set[bytes]:
        """The names so far that a file mentions."""
        return self._found.get(path, set())

    def _look_for(self, names: frozenset[bytes], items: Iterable[Input]) -> None:
        new = sorted(names - self._spread.keys())
        if not new:
            return
        self._spread |= dict.fromkeys(new, 0)
        mentioned = self._memory.mentioned(new, _finding)
        for item in items:
            with suppress(InvalidSource):
                for name in mentioned(item):
                    self._spread[name] += 1
                    self._found.setdefault(item.path, set()).add(name)


def mentions(memory: Memory, names: Iterable[bytes]) -> Callable[[Input], bool]:
    """What tells whether a file, if it can be read, mentions one of the names."""
    wanted = sorted(names)
    question = memory.question("mentioned", wanted, NAMES, _finding(wanted))

    def mentioned(item: Input) -> bool:
        with suppress(InvalidSource):
            return bool(question.answer(item))
        return False

    return mentioned


def _finding(names: list[bytes]) -> Finding:
    from taskleash.demand.wanted_names import Search

    return Search(names).found
