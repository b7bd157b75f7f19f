"""One run: paths in, report out."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from taskleash.driver.analysis import ProgressBar
from taskleash.driver.config.errors import ConfigError
from taskleash.driver.joined import analyse_roots
from taskleash.driver.kept import KeptPrograms
from taskleash.driver.parsing.parser import ExecutorError
from taskleash.driver.settings import Settings
from taskleash.driver.time_limit import TimeOver
from taskleash.reporters.report import Report
from taskleash.rules.registry import UnknownRule
from taskleash.source.discovery import PathNotFound

_T = TypeVar("_T")
#: what is not the fault of any cache
_EXPECTED = (PathNotFound, ConfigError, ExecutorError, TimeOver, UnknownRule)


def work_anew(
    work: Callable[[Settings, ProgressBar | None], _T],
    settings: Settings,
    progress: ProgressBar | None,
) -> _T:
    """What comes of the work; where it fails, what comes of it without what is in the cache.

    What earlier runs kept has the shape that it is to have, but it need not make sense: a fact can
    refer to an event that there is not.
    """
    try:
        return work(settings, progress)
    except _EXPECTED:
        raise
    except Exception:
        if not settings.cache:
            raise
        return work(replace(settings, recall=False), progress)


def run(
    settings: Settings, progress: ProgressBar | None = None, kept: KeptPrograms | None = None
) -> Report:
    """Analyse what the settings name, with what earlier runs of this process have ``kept``.

    Raises:
        PathNotFound: a path does not exist.
        UnknownRule: a selector fits no rule.
    """
    start = time.perf_counter()
    analysis = analyse_roots(settings, progress, bool(settings.patches), kept)
    report = analysis.report(start)
    if not settings.patches:
        return report
    # Imported here because few formats show fixes.
    from taskleash.driver.fixing.patches import with_patches

    return with_patches(analysis, report, settings.patches)
