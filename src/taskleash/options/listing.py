"""What a run reads: listed in place of it, or said beside it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import click

from taskleash.driver.settings import Settings
from taskleash.reporters.report import Report


def show_files(settings: Settings) -> None:
    """Print the path of each file that the run would read; raises click's exceptions."""
    from taskleash.driver.config.errors import ConfigError
    from taskleash.driver.inputs import asked_inputs
    from taskleash.reporters.inert import inert
    from taskleash.source.discovery import PathNotFound
    from taskleash.terminal import write

    try:
        found = asked_inputs(settings)
    except PathNotFound as error:
        raise click.ClickException(f"{error.path}: no such file or folder") from None
    except ConfigError as error:
        raise click.ClickException(str(error)) from None
    write("".join(f"{inert(item.path)}\n" for item in found))


def tell_more(settings: Settings, report: Report, options: Mapping[str, Any]) -> None:
    """Say on standard error what the options ask for beside the report."""
    if options["explain_files"]:
        _explain_files(report)
    if options["verbose"]:
        _tell_run(settings, report)


def _explain_files(report: Report) -> None:
    """Say of each file that the verdicts come from why it was looked into."""
    from taskleash.reporters.inert import inert
    from taskleash.terminal import tell

    for path, why in report.reasons:
        tell(f"{inert(path)}: {inert(why)}")
    found = len(report.reasons)
    tell(f"{found} files were looked into, of {max(found, report.files)}")


def _tell_run(settings: Settings, report: Report) -> None:
    """Say which configuration counted, what was read, and how long it took."""
    from taskleash.driver.cache.folder import cache_folder
    from taskleash.terminal import tell

    config = settings.configs.of(os.getcwd().replace(os.sep, "/"))
    names = [layer.name for layer in config.layers if layer.values]
    tell(f"configuration: {', '.join(names) or 'none'}")
    folder = cache_folder(settings.cache_dir) if settings.cache else None
    tell(f"cache: {folder or 'none'}")
    files = f"{report.files} file{'' if report.files == 1 else 's'}"
    tell(f"{files}, {report.parsed} of them parsed, {report.seconds:.2f} s")
