"""One run: paths in, report out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import TYPE_CHECKING

from taskleash.classify.model import Site
from taskleash.driver.collect import Advance, Collection, collect
from taskleash.driver.deep import LINKER_MEGABYTES, with_deep_stack
from taskleash.driver.entries import entries
from taskleash.driver.folders import EnabledRules
from taskleash.driver.inputs import Input, asked_inputs, context_inputs
from taskleash.driver.settings import Settings
from taskleash.driver.unused import unused_suppressions
from taskleash.facts.known import KnownCalls
from taskleash.reporters.report import INVALID_FILE, FileError, Report

if TYPE_CHECKING:
    from taskleash.facts.model import ModuleFacts

ProgressBar = Callable[[], AbstractContextManager[Advance]]


def run(settings: Settings, progress: ProgressBar | None = None) -> Report:
    """Analyse what the settings name.

    Raises:
        PathNotFound: a path does not exist.
        ConfigError: a configuration cannot be used.
        UnknownRule: a selector fits no rule.
    """
    start = time.perf_counter()
    enabled = EnabledRules(settings.configs)
    enabled.check()
    asked = asked_inputs(settings)
    with progress() if progress is not None else nullcontext(_unseen) as advance:
        found = collect(
            asked, lambda: context_inputs(settings, asked), settings.known, settings.jobs, advance
        )
    inputs = {item.path: item for item in asked}
    sites = [site for site in _judge(found.in_order(), settings.known) if site.path in inputs]
    errors = [
        *_invalid(found, enabled, inputs),
        *unused_suppressions(
            [item for item in asked if item.path not in found.broken], sites, enabled
        ),
    ]
    return Report(
        files=len(asked),
        parsed=len(found.facts) + len(found.broken),
        entries=entries(sites, enabled, inputs),
        errors=tuple(sorted(errors, key=lambda e: (e.path, e.line, e.column))),
        seconds=time.perf_counter() - start,
        scanned=frozenset(inputs),
    )


def _unseen(done: int, total: int) -> None:
    return None


def _judge(facts: list[ModuleFacts], known: KnownCalls) -> list[Site]:
    if not facts:
        return []
    # The linker is only imported once something has been parsed.
    from taskleash.classify.judge import judge

    return with_deep_stack(partial(judge, facts, known), LINKER_MEGABYTES)


def _invalid(
    found: Collection, enabled: EnabledRules, inputs: dict[str, Input]
) -> Iterator[FileError]:
    return (
        FileError(path, broken.line, broken.column, INVALID_FILE, broken.message)
        for path, broken in found.broken.items()
        if enabled.shows_invalid(inputs[path].file)
    )
