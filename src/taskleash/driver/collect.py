"""Which files are parsed: those that may spawn, then those that the linker asks for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from taskleash.driver.executor import Progress, parse_files
from taskleash.driver.parse import Broken
from taskleash.facts.model import ModuleFacts
from taskleash.facts.prefilter import may_spawn
from taskleash.link.demand import Demand, demand
from taskleash.source.discovery import File
from taskleash.source.loading import InvalidSource, read_bytes

_MAX_ROUNDS = 3


@dataclass
class Collection:
    """The facts gathered so far, by path, and the files that could not be analysed."""

    facts: dict[str, ModuleFacts] = field(default_factory=dict)
    broken: dict[str, Broken] = field(default_factory=dict)

    def add(self, outcomes: dict[str, ModuleFacts | Broken]) -> None:
        """Take over the outcomes of the map step."""
        for path, outcome in outcomes.items():
            if isinstance(outcome, Broken):
                self.broken[path] = outcome
            else:
                self.facts[path] = outcome

    def in_order(self) -> list[ModuleFacts]:
        """The facts sorted by path."""
        return [self.facts[path] for path in sorted(self.facts)]


def collect(files: list[File], context: list[File], jobs: int, advance: Progress) -> Collection:
    """The facts that the verdicts need.

    ``files`` are reported; ``context`` are further files of their project, which are parsed only
    where the linker asks for them.
    """
    found = Collection()
    waiting: list[File] = list(context)
    spawning: list[File] = []
    for file in files:
        try:
            spawns = may_spawn(read_bytes(file.absolute))
        except InvalidSource as error:
            found.broken[file.path] = Broken(file, error.line, error.column, error.message)
            continue
        (spawning if spawns else waiting).append(file)
    found.add(parse_files(spawning, jobs, advance))
    asked = {file.path for file in files}
    for _ in range(_MAX_ROUNDS):
        wanted = list(_wanted(demand(found.in_order()), waiting)) if found.facts else []
        if not wanted:
            break
        outcomes = parse_files(wanted, jobs, advance)
        found.add({p: o for p, o in outcomes.items() if p in asked or not isinstance(o, Broken)})
        taken = {file.path for file in wanted}
        waiting = [file for file in waiting if file.path not in taken]
    return found


def _wanted(ask: Demand, waiting: Iterable[File]) -> Iterable[File]:
    for file in waiting:
        try:
            if ask.wants(file.module, read_bytes(file.absolute)):
                yield file
        except InvalidSource:
            continue
