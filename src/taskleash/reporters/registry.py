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
    "html": "html",
    "json": "json_",
    "sarif": "sarif",
    "github": "github",
    "gitlab": "gitlab",
    "junit": "junit",
    "rdjson": "rdjson",
    "agent": "agent",
}
_COUNTABLE = frozenset({"table", "full", "concise"})

FORMATS: tuple[str, ...] = tuple(_MODULES)

#: what programs and web pages read, which expect UTF-8 wherever it was written
DOCUMENTS = frozenset({"markdown", "html", "json", "sarif", "github", "gitlab", "junit", "rdjson"})

#: what shows the fixes that a run that fixes would make
SHOWS_FIXES = frozenset({"sarif", "html", "rdjson"})

#: what shows those, too, that it would only make where unsafe ones are allowed
SHOWS_UNSAFE_FIXES = frozenset({"html"})

#: what shows them for a scan, in its plan
SHOWS_PLAN = SHOWS_UNSAFE_FIXES | {"markdown"}

#: what needs an extra: its name and the package that it brings
EXTRAS = {"html": ("html", "jinja2")}


def missing_extra(name: str) -> str | None:
    """The name of the extra that a format needs and that is not installed."""
    extra, package = EXTRAS.get(name, ("", ""))
    # Imported here because few formats need it.
    from importlib.util import find_spec

    return extra if extra and find_spec(package) is None else None


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
