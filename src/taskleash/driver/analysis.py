"""A program that has been read: its facts and what they say of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import field, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

from taskleash.driver.cache.folder import seal_key, usable_folder
from taskleash.driver.cache.memory import Memory
from taskleash.driver.cache.seal import Seal
from taskleash.driver.cache.store import CacheStore, DiskStore, NoStore
from taskleash.driver.cache.verdicts import Cited, Verdicts
from taskleash.driver.comments import Comments, CommentsByPath, comments_in
from taskleash.driver.entries import entries
from taskleash.driver.folders import EnabledRules, Rules
from taskleash.driver.gathering.collect import collect
from taskleash.driver.gathering.gathered import Gathered
from taskleash.driver.gathering.linked import linked
from taskleash.driver.gathering.reasons import Reason
from taskleash.driver.inputs import Input, asked_inputs, context_inputs
from taskleash.driver.parsing.parse import Broken
from taskleash.driver.parsing.parser import Advance, Parser
from taskleash.driver.parsing.parsers import Parsers
from taskleash.driver.settings import Settings
from taskleash.driver.shelf import Shelf
from taskleash.driver.unused import unused_suppressions
from taskleash.fixes.choice import FixChoice
from taskleash.ir.feature_flags import FeatureFlags
from taskleash.ir.known import Told
from taskleash.records import dataclass
from taskleash.reporters.report import INVALID_FILE, Entry, FileError, FlagHint, Report
from taskleash.rules.selection import nearest
from taskleash.verdict.model import Risk, Site

if TYPE_CHECKING:
    from taskleash.driver.gathering.linker import Linker
    from taskleash.ir.model import ModuleFacts

_NOTHING_TOLD = Told()

ProgressBar = Callable[[], AbstractContextManager[Advance]]


@dataclass(frozen=True)
class Analysis:
    """What was read: ``asked`` are the files that are reported, those parsed with their bytes.

    ``facts`` are those of all files that were parsed, ``broken`` what is wrong with the others.
    Where the ``verdicts`` are known, they stand in place of facts. ``told`` is what the settings
    tell of the program, ``leading`` are files that only tell how others are reached, None where no
    flags are to be suggested. ``late`` are the files that no time was left for. The ``linker`` has
    what it found out of each file alone. ``unread`` says of flags that nothing mentions them,
    ``reasons`` by path why a file was looked into.
    """

    settings: Settings
    asked: Mapping[str, Input]
    facts: Mapping[str, ModuleFacts]
    broken: Mapping[str, Broken]
    verdicts: Verdicts | None = None
    told: Told = _NOTHING_TOLD
    leading: Mapping[str, ModuleFacts | Broken] | None = None
    linker: Linker | None = None
    late: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    reasons: Mapping[str, Reason] = field(default_factory=dict)
    #: as it was read; what is changed in memory is tried by its fixes themselves
    is_first: bool = True

    def with_files(self, files: Mapping[str, tuple[Input, ModuleFacts]]) -> Analysis:
        """The program with other contents in some of the files that are reported."""
        return replace(
            self,
            is_first=False,
            verdicts=None,
            asked={**self.asked, **{path: item for path, (item, _) in files.items()}},
            # What is packed stays so: none of it is asked for.
            facts={path: self.facts[path] for path in self.facts if path not in files}
            | {path: facts for path, (_, facts) in files.items()},
        )

    def put_away(self, paths: Iterable[str]) -> None:
        """Keep the facts of files packed, whose texts are about to change; verdicts come first."""
        _ = self.sites
        if isinstance(self.facts, Shelf):
            self.facts.put_away(paths)
            if self.linker is not None:
                self.linker.retain(self.facts.at_hand)

    def packed(self, path: str) -> bytes:
        """The facts of a file that were put away; empty where they were not."""
        return self.facts.packed(path) if isinstance(self.facts, Shelf) else b""

    @cached_property
    def sites(self) -> list[Site]:
        """The verdicts of the files that are reported."""
        if self.verdicts is not None:
            return [site for site in self.verdicts.sites if site.path in self.asked]
        found = _judged(self.facts, self.linker)
        if not self.is_first:
            return found
        # Imported here, as below, because few runs have a use for it.
        from taskleash.driver.fixing.fitting import fitted

        return list(fitted(found, None, self.asked, self.settings))

    @property
    def parsed(self) -> int:
        """How many files had to be parsed for the verdicts."""
        facts = len(self.facts) if self.verdicts is None else self.verdicts.parsed
        return facts + len(self.broken)

    def report(self, start: float) -> Report:
        """All verdicts and what could not be analysed, in a run that started at that time."""
        return Report(
            files=len(self.asked),
            parsed=self.parsed,
            entries=tuple(map(self._weighed, self._reported)),
            errors=tuple(sorted(self._errors(), key=lambda e: (e.path, e.line, e.column))),
            seconds=time.perf_counter() - start,
            scanned=frozenset(self.asked),
            hints=self.hints,
            unfinished=self.late,
            killed=tuple(sorted(path for path, why in self.broken.items() if why.killed)),
            warnings=self.warnings,
            reasons=tuple((path, str(why)) for path, why in sorted(self.reasons.items())),
        )

    @property
    def warnings(self) -> tuple[str, ...]:
        """What seems to be mistyped: flags that nothing mentions, comments that silence nothing.

        Comments are looked at where something is found: elsewhere there is nothing to silence.
        """
        paths = dict.fromkeys(entry.site.path for entry in self._reported if entry.rule)
        said = (
            f"{path}:{found.line}: {found.message}"
            for path in paths
            for found in self._comments.of(path).misspelt
        )
        return (*self.unread, *said)

    @property
    def hints(self) -> tuple[FlagHint, ...]:
        """The flags that would tell more, where that is asked for."""
        if not self.told.hints:
            return ()
        if self.verdicts is not None:
            deciding = self.verdicts.deciding
        else:
            deciding = _deciding(self.leading, self.facts, self.told, self.sites, self.linker)
        if not deciding:
            return ()
        from taskleash.driver.flags.hints import hints

        return hints(deciding, self.settings.paths)

    @property
    def analysed(self) -> list[Input]:
        """The files that are reported, but for those that could not be analysed."""
        return [item for path, item in self.asked.items() if path not in self.broken]

    @cached_property
    def enabled(self) -> EnabledRules:
        """The rules that the settings turn on."""
        return EnabledRules(self.settings.configs)

    def entries(self, enabled: Rules, choice: FixChoice | None = None) -> tuple[Entry, ...]:
        """What these rules report about the sites; ``choice`` is by default the settings'."""
        chosen = choice or self.settings.fixes
        heeds = not self.settings.ignore_noqa
        return entries(self.sites, enabled, self.asked, self._comments, chosen, heeds)

    @cached_property
    def _reported(self) -> tuple[Entry, ...]:
        """The entries of the rules that are on."""
        return self.entries(self.enabled)

    @cached_property
    def _comments(self) -> CommentsByPath:
        return CommentsByPath(self.asked, self.known_comments)

    @property
    def known_comments(self) -> Mapping[str, Comments]:
        """What is written in the files, by path, as far as it was kept beside the verdicts."""
        return {} if self.verdicts is None else self.verdicts.comments

    def _weighed(self, entry: Entry) -> Entry:
        """A finding with the risk that the settings give its rule; what sleeps is low at most."""
        risk = nearest(self.settings.severity, entry.rule) if entry.rule else None
        if risk is None or entry.site.dormant:
            return entry
        return replace(entry, site=replace(entry.site, risk=Risk(risk)))

    def _errors(self) -> list[FileError]:
        """What is wrong with whole files, and with comments."""
        invalid = (
            FileError(path, broken.line, broken.column, INVALID_FILE, broken.message)
            for path, broken in self.broken.items()
            if self.enabled.shows_invalid(self.asked[path].file)
        )
        choice = self.settings.fixes
        return [*invalid, *unused_suppressions(self.analysed, self.sites, self.enabled, choice)]


def open_store(settings: Settings) -> CacheStore:
    """Where the settings keep what runs find out."""
    folder = usable_folder(settings.cache_dir, settings.paths) if settings.cache else None
    if folder is None:
        return NoStore()
    return DiskStore(folder, recalls=settings.recall, seal=Seal(seal_key(settings.paths)))


def analyse(
    settings: Settings,
    progress: ProgressBar | None = None,
    with_facts: bool = False,
    asked: list[Input] | None = None,
    memory: Memory | None = None,
    parsers: Parsers | None = None,
) -> Analysis:
    """Read what the settings name; ``with_facts`` even where the verdicts on it are known.

    All of it is linked as one program. ``asked`` are the files to report, where they are known,
    ``parsers`` by default the processes of this machine.

    Raises:
        PathNotFound: a path does not exist.
        ConfigError: a configuration cannot be used.
        UnknownRule: a selector fits no rule.
    """
    told = _told(settings)
    asked = asked_inputs(settings) if asked is None else asked
    memory = memory or Memory(open_store(settings))
    parsers = parsers or Parsers(settings.jobs)
    context = partial(context_inputs, settings, asked, memory.listing, memory.walks)
    with progress() if progress is not None else nullcontext(_unseen) as advance:
        found = collect(
            asked,
            context,
            told,
            parsers,
            advance,
            memory,
            recall=not with_facts,
        )
        make = partial(parsers.make, advance, memory.keep_outcome)
        named = _broken_by_name(asked, found, memory, make)
        unread = _unread_flags(settings, asked, context, memory)
    # What was parsed is worth keeping even if the run is broken off from here on.
    memory.save()
    inputs = {item.file.path: item for item in asked}
    inputs |= {path: item for path, item in found.read.items() if path in inputs}
    verdicts = _verdicts(found, told, memory, with_facts, inputs, settings)
    reported = {path: why for path, why in found.broken.items() if path in inputs} | named
    late = tuple(sorted(path for path, why in found.broken.items() if why.late))
    if verdicts is not None:
        # A large program's facts take more memory than all that is to come.
        reasons = verdicts.reasons
        return Analysis(
            settings, inputs, {}, reported, verdicts, told, None, None, late, unread, reasons
        )
    leading, linker = found.leading, _linker(found, told)
    facts, reasons = Shelf(found.facts), found.reasons
    return Analysis(
        settings, inputs, facts, reported, None, told, leading, linker, late, unread, reasons
    )


def _verdicts(
    found: Gathered,
    told: Told,
    memory: Memory,
    with_facts: bool,
    inputs: Mapping[str, Input],
    settings: Settings,
) -> Verdicts | None:
    """The verdicts of what was collected, which are kept; None where the facts are asked for.

    ``inputs`` are the files that are reported. The fixes that cannot be made there are taken out.
    """
    verdicts = found.verdicts
    if verdicts is None and not with_facts:
        from taskleash.driver.fixing.fitting import fitted

        linker = _linker(found, told)
        sites = fitted(_judged(found.facts, linker), None, inputs, settings, memory)
        deciding = _deciding(found.leading, found.facts, told, sites, linker) if told.hints else ()
        places = _cited(found, sites, memory)
        comments = {path: comments_in(inputs[path]) for path in {site.path for site in sites}}
        parsed, reasons = len(found.facts), dict(sorted(found.reasons.items()))
        verdicts = Verdicts(sites, found.broken, parsed, deciding, places, comments, reasons)
    elif verdicts is not None and found.moved:
        from taskleash.driver.fixing.fitting import fitted

        # What was tried on the texts of these has to be tried again.
        moved = found.moved & verdicts.comments.keys()
        comments = {**verdicts.comments, **{path: comments_in(inputs[path]) for path in moved}}
        sites = fitted(verdicts.sites, found.moved, inputs, settings, memory)
        verdicts = replace(verdicts, sites=sites, comments=comments)
    if verdicts is not None:
        memory.keep_verdicts(found.program, found.linked, verdicts)
        memory.save()
        found.broken.update(verdicts.broken)
    return verdicts


def _told(settings: Settings) -> Told:
    """What the settings tell the analysis, once they are known to be usable."""
    EnabledRules(settings.configs).check()
    settings.fixes.check()
    known, flags = settings.known, FeatureFlags()
    if settings.flags.given or settings.flags.sources:
        from taskleash.driver.flags.read import read_flags

        flags = read_flags(settings.flags)
    if settings.models:
        from taskleash.driver.models import read_models

        models = read_models(settings.models)
        known = replace(known, apis=models.apis, lifecycle=models.lifecycle)
    return Told(known, flags, settings.hints and not flags)


def _broken_by_name(
    asked: list[Input], found: Gathered, memory: Memory, make: Callable[[], Parser]
) -> dict[str, Broken]:
    """What is wrong with files that are named and that nothing else has looked into."""
    if not any(item.is_named for item in asked):
        return {}
    from taskleash.driver.gathering.named import broken_by_name

    return broken_by_name(asked, {*found.broken, *found.facts}, memory, make)


def _unread_flags(
    settings: Settings, asked: list[Input], context: Callable[[], list[Input]], memory: Memory
) -> tuple[str, ...]:
    """What to say of flags that nothing mentions."""
    if not settings.flags.given:
        return ()
    from taskleash.driver.flags.unread import unread

    return unread(settings.flags.given, asked, context, memory)


def _cited(found: Gathered, sites: Sequence[Site], memory: Memory) -> dict[str, Cited]:
    """The places that the sites name, where there are any."""
    if not sites or found.linked is None:
        return {}
    from taskleash.driver.cache.placing import cited
    from taskleash.ir.layout import layout

    return cited(
        sites,
        lambda path: layout(found.facts[path]),
        lambda path: memory.content(found.read[path]),
    )


def _linker(found: Gathered, told: Told) -> Linker | None:
    """What links the facts that were collected, where there are any."""
    if found.facts and found.linker is None:
        # Imported here because a run without facts has no use for it.
        from taskleash.driver.gathering.linker import Linker

        return Linker(told, found.reported)
    return found.linker


def _judged(facts: Mapping[str, ModuleFacts], linker: Linker | None) -> list[Site]:
    """The verdicts on the spawn sites of a program that are reported."""
    return [] if linker is None or not facts else linker.verdicts(facts)


def _deciding(
    leading: Mapping[str, ModuleFacts | Broken] | None,
    read: Mapping[str, ModuleFacts],
    told: Told,
    sites: Sequence[Site],
    linker: Linker | None,
) -> tuple[tuple[str, int], ...]:
    """The flags that would tell more of the sites."""
    if not sites or leading is None or linker is None:
        return ()
    from taskleash.verdict.flag_hints import deciding_flags

    known = {**{p: f for p, f in leading.items() if not isinstance(f, Broken)}, **read}
    facts = [known[path] for path in sorted(known)]
    return linked(partial(deciding_flags, facts, told.calls, sites, linker.indexed))


def _unseen(done: int, total: int) -> None:
    return None
