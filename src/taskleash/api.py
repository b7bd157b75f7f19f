"""The analysis as a function, for programs that want its results as data.

    import taskleash

    report = taskleash.scan(["src"], flags={"enable_proxy": False})
    for entry in report.entries:
        print(entry.site.path, entry.site.span.line, entry.site.risk, entry.rule)

What it gives is what the command line prints from: a `Report` of frozen dataclasses. Files are
parsed in processes of their own, so that a program that calls it where Python starts processes anew
(macOS, Windows) has to be importable: call it below ``if __name__ == "__main__":``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from os import PathLike, fspath

from taskleash.driver.config.errors import ConfigError
from taskleash.driver.config.inline import configs
from taskleash.driver.configured import run_settings
from taskleash.driver.run import run
from taskleash.reporters.report import Entry, FileError, FlagHint, Report
from taskleash.rules.registry import UnknownRule
from taskleash.source.discovery import PathNotFound
from taskleash.verdict.model import (
    Cell,
    Defect,
    Ending,
    Evidence,
    Handle,
    Ignorance,
    Lifetime,
    Multiplicity,
    Risk,
    Site,
    Span,
    State,
    Unknown,
)

__all__ = [
    "Cell",
    "ConfigError",
    "Defect",
    "Ending",
    "Entry",
    "Evidence",
    "FileError",
    "FlagHint",
    "Handle",
    "Ignorance",
    "Lifetime",
    "Multiplicity",
    "PathNotFound",
    "Report",
    "Risk",
    "Site",
    "Span",
    "State",
    "Unknown",
    "UnknownRule",
    "scan",
]


def scan(
    paths: Sequence[str | PathLike[str]] = (".",),
    *,
    config: str | PathLike[str] | None = None,
    isolated: bool = False,
    flags: Mapping[str, bool | int | float | str] | None = None,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    jobs: int = 0,
    cache: bool = True,
) -> Report:
    """Every spawn site of files and folders with its verdict, as ``taskleash scan`` reports it.

    ``config`` is a configuration file in place of those that would be found, ``isolated`` reads
    none. ``flags`` are the values of feature flags, ``select`` and ``ignore`` codes of rules or
    their beginnings: they decide which findings have a ``rule``. ``jobs`` is the number of worker
    processes (0: one for each core); ``cache`` keeps what is found out in the user's cache folder.
    Paths in the report are relative to the current folder, with ``/``; entries and errors are
    sorted by path, line and column (1-based).

    Raises:
        PathNotFound: a path does not exist.
        ConfigError: a configuration, or a value given here, cannot be used.
        UnknownRule: a code fits no rule.
    """
    given = {
        "flags": dict(flags or {}),
        "select": tuple(select),
        "ignore": tuple(ignore),
        "jobs": jobs,
    }
    found = configs(
        (fspath(config),) if config is not None else (),
        isolated,
        {key: value for key, value in given.items() if value or (value == 0 and key == "jobs")},
    )
    settings = run_settings(found, tuple(fspath(path) for path in paths), None, None)
    return run(replace(settings, cache=cache))
