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
    analysis = analyse_roots(settings, progress, with_facts=bool(settings.patches))
    report = analysis.report(start)
    if not settings.patches:
        return report
    # Imported here because few formats show fixes.
    from taskleash.driver.patches import with_patches

    return with_patches(analysis, report, settings.patches)
