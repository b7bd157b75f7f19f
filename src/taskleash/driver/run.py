"""One run: paths in, report out."""

from __future__ import annotations

import time

from taskleash.driver.analysis import ProgressBar
from taskleash.driver.joined import analyse_roots
from taskleash.driver.settings import Settings
from taskleash.reporters.report import Report


def run(settings: Settings, progress: ProgressBar | None = None) -> Report:
    """Analyse what the settings name.

    Raises:
        PathNotFound: a path does not exist.
        UnknownRule: a selector fits no rule.
    """
    start = time.perf_counter()
    return analyse_roots(settings, progress).report(start)
