"""One run: paths in, report out."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import TYPE_CHECKING

from taskleash.classify.model import Site
from taskleash.driver.collect import Advance, Collection, collect
from taskleash.driver.deep import LINKER_MEGABYTES, with_deep_stack
from taskleash.driver.entries import entries
from taskleash.driver.inputs import asked_inputs, context_inputs
from taskleash.driver.settings import Settings
from taskleash.reporters.report import FileError, Report
from taskleash.rules.registry import resolve_codes

if TYPE_CHECKING:
    from taskleash.facts.model import ModuleFacts

INVALID_FILE = "TL000"
ProgressBar = Callable[[], AbstractContextManager[Advance]]


def run(settings: Settings, progress: ProgressBar | None = None) -> Report:
    """Analyse what the settings name.

    Raises:
        PathNotFound: a path does not exist.
        UnknownRule: a selector fits no rule.
    """
    start = time.perf_counter()
    enabled = resolve_codes(settings.select, settings.ignore)
    asked = asked_inputs(settings)
    with progress() if progress is not None else nullcontext(_unseen) as advance:
        found = collect(asked, lambda: context_inputs(settings, asked), settings.jobs, advance)
    inputs = {item.path: item for item in asked}
    sites = [site for site in _judge(found.in_order()) if site.path in inputs]
    return Report(
        files=len(asked),
        parsed=len(found.facts) + len(found.broken),
        entries=entries(sites, enabled, inputs),
        errors=_errors(found, settings),
        seconds=time.perf_counter() - start,
        scanned=frozenset(inputs),
    )


def _unseen(done: int, total: int) -> None:
    return None


def _judge(facts: list[ModuleFacts]) -> list[Site]:
    if not facts:
        return []
    # The linker is only imported once something has been parsed.
    from taskleash.classify.judge import judge

    return with_deep_stack(partial(judge, facts), LINKER_MEGABYTES)


def _errors(found: Collection, settings: Settings) -> tuple[FileError, ...]:
    """What could not be analysed, whatever rules are selected: only ignoring the rule hides it."""
    if INVALID_FILE not in resolve_codes((INVALID_FILE,), settings.ignore):
        return ()
    return tuple(
        FileError(path, broken.line, broken.column, INVALID_FILE, broken.message)
        for path, broken in sorted(found.broken.items())
    )
