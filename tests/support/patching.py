"""Replacements applied as an editor does: by line and column, the last one first."""

from __future__ import annotations

import re
from collections.abc import Iterable

from taskleash.fixes.text.patch import Replacement
from taskleash.verdict.model import Span


def applied(text: str, replacements: Iterable[Replacement]) -> str:
    for each in sorted(replacements, key=lambda one: one.span, reverse=True):
        start, end = _offsets(text, each.span)
        text = text[:start] + each.text + text[end:]
    return text


def _offsets(text: str, span: Span) -> tuple[int, int]:
    starts = [0, *(match.end() for match in re.finditer(r"\r\n|\r|\n", text))]
    start = starts[span.line - 1] + span.column - 1
    return start, starts[span.end_line - 1] + span.end_column - 1
