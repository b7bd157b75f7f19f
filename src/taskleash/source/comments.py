"""Suppressing comments written into a text and taken out of it; nothing else in it changes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from taskleash.records import dataclass
from taskleash.source.directives import NOQA, Code, Directive, directives, tokens

_NEWLINE = re.compile(r"\r\n?|\n")
_BLANKS = " \t\f"
_NO_NAMES: Mapping[str, str] = {}
_SEPARATORS = f"{_BLANKS},"
#: what follows a directive and belongs to it
_REASON = re.compile(r"[ \t,]*--(?:(?![ \t]\#[ \t]*[A-Za-z])[^\r\n])*")


@dataclass(frozen=True)
class WantedComment:
    """A code to be silenced by a comment in the first of these 1-based lines that can have one."""

    code: str
    lines: tuple[int, ...]


@dataclass(frozen=True)
class Unused:
    """What of a directive silences nothing: some of its codes; none of them stands for all."""

    directive: Directive
    codes: tuple[Code, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether nothing of the directive is of use."""
        return not self.codes or len(self.codes) == len(self.directive.codes or ())


def with_noqa(
    text: str, wanted: Iterable[WantedComment], names: Mapping[str, str] = _NO_NAMES
) -> str:
    """The text with ``# noqa: CODE`` for each that is wanted, joined to a list that is there.

    ``names`` are those of rules, with their codes: such a list may have them.
    """
    ends = _line_ends(text)
    closed = _without_room(text, ends)
    codes: dict[int, set[str]] = {}
    for item in wanted:
        open_lines = [n for n in item.lines if n not in closed and n <= len(ends)]
        if open_lines:
            codes.setdefault(open_lines[0], set()).add(item.code)
    lists = {d.line: d for d in directives(text, names) if d.kind == NOQA and d.codes is not None}
    for line in sorted(codes, reverse=True):
        text = _with_codes(text, ends[line - 1], lists.get(line), sorted(codes[line]))
    return text


def without(text: str, unused: Iterable[Unused]) -> str:
    """The text without what is unused: codes, directives, comments and lines of nothing else."""
    for item in sorted(unused, key=lambda item: item.directive.start, reverse=True):
        if item.whole:
            text = _without_directive(text, item.directive)
        else:
            text = _without_codes(text, item.directive.codes or (), item.codes)
    return text


def _line_ends(text: str) -> list[int]:
    """Where each line ends, its newline not counted."""
    return [*(newline.start() for newline in _NEWLINE.finditer(text)), len(text)]


def _without_room(text: str, ends: Sequence[int]) -> set[int]:
    """The lines that a comment cannot be added to: a string or a backslash joins the next one."""
    inside: set[int] = set()
    comments: set[int] = set()
    for start, end, is_comment in tokens(text):
        if is_comment:
            comments.add(end)
        else:
            inside.update(range(start, end))
    return {
        line
        for line, end in enumerate(ends, start=1)
        if end in inside or (end not in comments and text.endswith("\\", 0, end))
    }


def _with_codes(text: str, end: int, existing: Directive | None, codes: Sequence[str]) -> str:
    if existing is None:
        start = len(text[:end].rstrip(_BLANKS))
        return f"{text[:start]}  # noqa: {', '.join(codes)}{text[end:]}"
    names = {code.name for code in existing.codes or ()}
    new = ", ".join(code for code in codes if code not in names)
    joint = ", " if names and new else " " if new else ""
    return f"{text[: existing.end]}{joint}{new}{text[existing.end :]}"


def _without_codes(text: str, codes: Sequence[Code], unused: Sequence[Code]) -> str:
    """The list without some of its codes, each with the separator before it, or else after it."""
    for position in reversed(range(len(codes))):
        code = codes[position]
        if code not in unused:
            continue
        start, end = code.start, code.end
        if any(other not in unused for other in codes[:position]):
            start = codes[position - 1].end
        else:
            end = codes[position + 1].start
        text = text[:start] + text[end:]
    return text


def _without_directive(text: str, directive: Directive) -> str:
    start, end = directive.start, directive.end
    reason = _REASON.match(text, end)
    end = reason.end() if reason else end
    while end < len(text) and text[end] in _SEPARATORS:
        end += 1
    rest = _NEWLINE.search(text, end)
    line_end = rest.start() if rest else len(text)
    before = text[:start].rstrip(_BLANKS)
    if end < line_end:
        # What is left of the comment stays one.
        return f"{text[:start]}{'' if text[end] == '#' else '# '}{text[end:]}"
    if before and before[-1] not in "\r\n":
        return before + text[line_end:]
    if rest:
        return before + text[rest.end() :]
    return before
