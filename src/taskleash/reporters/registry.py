"""The formats by name; a format's module is imported only when it is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import Protocol, cast

from taskleash.reporters.options import RenderOptions
from taskleash.reporters.report import Report


class _Reporter(Protocol):
    def render(self, report: Report, options: RenderOptions) -> str: ...


_MODULES = {
    "table": "table",
    "full": "full",
    "concise": "concise",
    "markdown": "markdown",
    "json": "json_",
    "sarif": "sarif",
    "github": "github",
    "gitlab": "gitlab",
    "junit": "junit",
}
_COUNTABLE = frozenset({"table", "full", "concise"})

FORMATS: tuple[str, ...] = tuple(_MODULES)

#: what programs and web pages read, which expect UTF-8 wherever it was written
DOCUMENTS = frozenset({"markdown", "json", "sarif", "github", "gitlab", "junit"})

#: what shows the fixes that a run that fixes would make
SHOWS_FIXES = frozenset({"sarif"})

#: what shows, for a scan, the fix that is recommended for each finding, allowed or not
SHOWS_PLAN = frozenset({"markdown"})


def render(name: str, report: Report, options: RenderOptions) -> str:
    """The report in the named format, every line of it ended.

    ``options.statistics`` replaces what a terminal format says about each site by counts; formats
    that machines or web pages read are the same with and without it. Raises `KeyError` for a name
    that is not in `FORMATS`.
    """
    module = _MODULES[name]
    if options.statistics and name in _COUNTABLE:
        module = "counts"
    reporter = cast(_Reporter, import_module(f"taskleash.reporters.{module}"))
    return reporter.render(report, options)
