"""A program that has been read: its facts and what they say of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

from taskleash.classify.model import Site
from taskleash.driver.collect import Advance, collect
from taskleash.driver.deep import LINKER_MEGABYTES, with_deep_stack
from taskleash.driver.entries import entries
from taskleash.driver.flags.read import read_flags
from taskleash.driver.folders import EnabledRules, Rules
from taskleash.driver.inputs import Input, asked_inputs, context_inputs
from taskleash.driver.parse import Broken
from taskleash.driver.settings import Settings
from taskleash.driver.unused import unused_suppressions
from taskleash.facts.feature_flags import FeatureFlags
from taskleash.fixes.choice import FixChoice
from taskleash.reporters.report import INVALID_FILE, Entry, FileError, Report

if TYPE_CHECKING:
    from taskleash.facts.model import ModuleFacts

ProgressBar = Callable[[], AbstractContextManager[Advance]]


@dataclass(frozen=True)
class Analysis:
    """What was read: ``asked`` are the files that are reported, those parsed with their bytes.

    ``facts`` are those of all files that were parsed, ``broken`` what is wrong with the others,
    ``flags`` the feature flags.
    """

    settings: Settings
    asked: Mapping[str, Input]
    facts: Mapping[str, ModuleFacts]
    broken: Mapping[str, Broken]
    flags: FeatureFlags = field(default_factory=FeatureFlags)

    def with_files(self, files: Mapping[str, tuple[Input, ModuleFacts]]) -> Analysis:
        """The program with other contents in some of the files that are reported."""
        return replace(
            self,
            asked={**self.asked, **{path: item for path, (item, _) in files.items()}},
            facts={**self.facts, **{path: facts for path, (_, facts) in files.items()}},
        )

    @cached_property
    def sites(self) -> list[Site]:
        """The verdicts of the files that are reported."""
        if not self.facts:
            return []
        # The linker is only imported once something has been parsed.
        from taskleash.classify.judge import judge

        facts = [self.facts[path] for path in sorted(self.facts)]
        found = with_deep_stack(
            partial(judge, facts, self.settings.known, self.flags), LINKER_MEGABYTES
        )
        return [site for site in found if site.path in self.asked]

    def report(self, start: float) -> Report:
        """All verdicts and what could not be analysed, in a run that started at that time."""
        return Report(
            files=len(self.asked),
            parsed=len(self.facts) + len(self.broken),
            entries=self.entries(self.enabled),
            errors=tuple(sorted(self._errors(), key=lambda e: (e.path, e.line, e.column))),
            seconds=time.perf_counter() - start,
            scanned=frozenset(self.asked),
        )

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
        return entries(self.sites, enabled, self.asked, choice or self.settings.fixes)

    def _errors(self) -> list[FileError]:
        """What is wrong with whole files, and with comments."""
        invalid = (
            FileError(path, broken.line, broken.column, INVALID_FILE, broken.message)
            for path, broken in self.broken.items()
            if self.enabled.shows_invalid(self.asked[path].file)
        )
        choice = self.settings.fixes
        return [*invalid, *unused_suppressions(self.analysed, self.sites, self.enabled, choice)]


def analyse(settings: Settings, progress: ProgressBar | None = None) -> Analysis:
    """Read what the settings name.

    Raises:
        PathNotFound: a path does not exist.
        ConfigError: a configuration cannot be used.
        UnknownRule: a selector fits no rule.
    """
    EnabledRules(settings.configs).check()
    settings.fixes.check()
    flags = read_flags(settings.flags)
    asked = asked_inputs(settings)
    with progress() if progress is not None else nullcontext(_unseen) as advance:
        found = collect(
            asked,
            lambda: context_inputs(settings, asked),
            settings.known,
            flags,
            settings.jobs,
            advance,
        )
    inputs = {item.path: found.read.get(item.path, item) for item in asked}
    return Analysis(settings, inputs, found.facts, found.broken, flags)


def _unseen(done: int, total: int) -> None:
    return None
