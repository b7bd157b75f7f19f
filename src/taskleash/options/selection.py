"""Which rules are reported."""

from __future__ import annotations

from taskleash.options.making import comma_list, group

SELECTION = group(
    comma_list("--select", "Rules to report: codes, prefixes, or ALL."),
    comma_list("--ignore", "Rules to leave out."),
)
