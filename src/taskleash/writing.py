"""The report written in each format that is asked for, to where that format goes."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import replace

from taskleash.reporters.options import RenderOptions
from taskleash.reporters.registry import DOCUMENTS, render
from taskleash.reporters.report import Report
from taskleash.reporters.targets import Target
from taskleash.terminal import can_show_symbols, readable, tell, use_color, width, write, write_file


def write_reports(
    report: Report, targets: Iterable[Target], options: RenderOptions, color: str
) -> None:
    """Write the report to every target; the options are completed with what its place can show.

    ``color`` is the user's choice: ``auto``, ``always`` or ``never``. Raises NotWritten.
    """
    for target in targets:
        stream = None if target.file else sys.stdout
        fitting = replace(
            options,
            width=width(stream),
            color=use_color(color, stream),
            links=color == "auto" and stream is not None and stream.isatty(),
            unicode=can_show_symbols(stream),
            lang=_language(options.lang, target),
        )
        text = render(target.format, report, fitting)
        if target.file is None:
            write(text, "utf-8" if target.format in DOCUMENTS else None)
        else:
            write_file(target.file, text)


def _language(lang: str, target: Target) -> str:
    """The language that the target's place can show."""
    if target.file is not None or target.format in DOCUMENTS:
        return lang
    shown = readable(lang, sys.stdout)
    if shown != lang:
        tell(
            f"--lang: {sys.stdout.encoding} cannot show `{lang}`, so this is English: "
            "set PYTHONUTF8=1, or write a file"
        )
    return shown
