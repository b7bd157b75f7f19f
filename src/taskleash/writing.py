"""The report written in each format that is asked for, to where that format goes."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, TextIO

from taskleash.driver.repository import current_repository, origin
from taskleash.reporters.options import RenderOptions
from taskleash.reporters.registry import DOCUMENTS, render
from taskleash.reporters.report import Report
from taskleash.reporters.targets import OutputTarget
from taskleash.terminal import can_show_symbols, readable, tell, use_color, width, write, write_file


def write_reports(
    report: Report,
    targets: Iterable[OutputTarget],
    asked: Mapping[str, Any],
    what: Mapping[str, Any],
) -> None:
    """Write the report to every target, as it is asked for and as its place can show it.

    ``asked`` are the options of the command line, ``what`` further ones of `RenderOptions`. Raises
    NotWritten.
    """
    options, color = _rendering(asked, what), asked["color"]
    for target in targets:
        stream = None if target.file else sys.stdout
        fitting = replace(_fitting(options, color, stream), lang=_language(options.lang, target))
        text = render(target.format, report, fitting)
        if target.file is None:
            write(text, "utf-8" if target.format in DOCUMENTS else None)
        else:
            write_file(target.file, text)


def for_standard_output(asked: Mapping[str, Any], lang: str) -> RenderOptions:
    """How text looks that goes to standard output; ``asked`` is the command line."""
    options = _rendering(asked, {"lang": readable(lang, sys.stdout)})
    return _fitting(options, asked["color"], sys.stdout)


def _rendering(asked: Mapping[str, Any], what: Mapping[str, Any]) -> RenderOptions:
    return RenderOptions(
        statistics=asked["statistics"],
        quiet=asked["quiet"],
        repository=current_repository(),
        origin=origin(),
        **what,
    )


def _fitting(options: RenderOptions, color: str, stream: TextIO | None) -> RenderOptions:
    return replace(
        options,
        width=width(stream),
        color=use_color(color, stream),
        links=color == "auto" and stream is not None and stream.isatty(),
        unicode=can_show_symbols(stream),
    )


def _language(lang: str, target: OutputTarget) -> str:
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
