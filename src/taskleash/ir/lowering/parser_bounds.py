"""What would take the parser too long, or its stack, found in a text before it is parsed.

One look at brackets, strings and lines, in a time that grows with the text. CPython has the first
two bounds itself, so that nothing is refused by them that could run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from taskleash.source.loading import TOO_DEEP, InvalidSource

#: what CPython's tokenizer takes
_MAX_BRACKETS = 200
_MAX_INDENTS = 100
#: operators in a row, each of which is a level of the tree
_MAX_CHAIN = 2000
#: a shorter line has no chain as long as that
_LONG_LINE = 2 * _MAX_CHAIN
#: the parser tries each level of a pattern some four times over: so many tries take seconds
_TRIES_A_LEVEL = 4
_MAX_TRIES = _TRIES_A_LEVEL**10

_STRING = r"""(?i:[rbuft]{0,2})(?:\"\"\"[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*\"\"\""""
_STRING += r"""|'''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'''"""
_STRING += r"""|"[^"\\\n]*(?:\\.[^"\\\n]*)*"|'[^'\\\n]*(?:\\.[^'\\\n]*)*')"""
_TOKEN = re.compile(rf"\#[^\n]*|{_STRING}|\\\n|[()\[\]{{}}]|\n[ \t]*", re.DOTALL)
_LINK = re.compile(
    rf"\#[^\n]*|{_STRING}|[()\[\]{{}}]|,|[-+~*/%@&|^<>.]|\b(?:not|and|or|if|in|is|lambda|await)\b",
    re.DOTALL,
)
_PATTERN = re.compile(r"case\b")
_MATCH = re.compile(r"^[ \t]*match\b", re.MULTILINE)
_OPENING = frozenset("([{")
_CLOSING = frozenset(")]}")


def check_depth(text: str) -> None:
    """Raises InvalidSource, with the line, for a text that is nested too deeply to be parsed."""
    nesting = _Nesting(text)
    for start, end in nesting.lines():
        if end - start > _LONG_LINE and _longest_chain(text, start, end) > _MAX_CHAIN:
            raise _refusal(text, start)


class _Nesting:
    """Goes through a text, and refuses what is nested too deeply."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._indents = [0]
        self._has_patterns = _MATCH.search(text) is not None
        self._tries = 0

    def lines(self) -> Iterator[tuple[int, int]]:
        """Where each logical line starts and ends; what brackets or quotes join is one line."""
        depth = start = 0
        in_pattern = self._is_pattern(0)
        for match in _TOKEN.finditer(self._text):
            found = match[0]
            first = found[0]
            if first in _OPENING:
                depth += 1
                if depth > _MAX_BRACKETS:
                    raise _refusal(self._text, match.start())
                if in_pattern:
                    self._try(depth, match.start())
            elif first in _CLOSING:
                depth = max(depth - 1, 0)
            elif first == "\n" and not depth:
                yield start, match.start()
                start = match.end()
                self._indent(len(found) - 1, start)
                in_pattern = self._is_pattern(start)
            elif found[-1] in "\"'" and len(found) > _MAX_BRACKETS:
                self._check_fields(found, match.start())
        yield start, len(self._text)

    def _is_pattern(self, start: int) -> bool:
        return self._has_patterns and _PATTERN.match(self._text, start) is not None

    def _try(self, depth: int, place: int) -> None:
        self._tries += _TRIES_A_LEVEL**depth
        if self._tries > _MAX_TRIES:
            raise _refusal(self._text, place)

    def _indent(self, width: int, start: int) -> None:
        indents = self._indents
        if self._text[start : start + 1] in ("", "\n", "#", "\r"):
            return
        while width < indents[-1]:
            indents.pop()
        if width > indents[-1]:
            indents.append(width)
            if len(indents) > _MAX_INDENTS:
                raise _refusal(self._text, start)

    def _check_fields(self, string: str, place: int) -> None:
        """The fields of an f-string are code, too."""
        quote = string.find(string[-1])
        if not {"f", "F", "t", "T"} & set(string[:quote]):
            return
        depth = 0
        for char in string:
            depth += (char in _OPENING) - (char in _CLOSING)
            if depth > _MAX_BRACKETS:
                raise _refusal(self._text, place)


def _longest_chain(text: str, start: int, end: int) -> int:
    """The most operators that one expression of a logical line has around each other."""
    longest = total = 0
    counts = [0]
    for match in _LINK.finditer(text, start, end):
        first = match[0][0]
        if first in _OPENING:
            counts.append(0)
        elif first in _CLOSING:
            if len(counts) > 1:
                total -= counts.pop()
        elif first == ",":
            total -= counts[-1]
            counts[-1] = 0
        elif first != "#":
            # Strings side by side are a chain as well.
            counts[-1] += 1
            total += 1
            longest = max(longest, total)
    return longest


def _refusal(text: str, place: int) -> InvalidSource:
    return InvalidSource(TOO_DEEP, text.count("\n", 0, place) + 1)


#: a text with fewer characters is parsed in some seconds, whatever it holds
_LARGE = 500_000
#: of a shorter run hardly anything is saved
_LONG_RUN = 5000
# From the middle of a number no search begins: there would be as many as digits.
_VALUE = (
    r"""(?:[-+]?(?<![\w.])\.?\d[\w.]*|"[^"\\\n]*(?:\\.[^"\\\n]*)*"|'[^'\\\n]*(?:\\.[^'\\\n]*)*'"""
)
_VALUE += r"|True\b|False\b|None\b)"
_PAIR = rf"{_VALUE}[ \t\n]*(?::[ \t\n]*{_VALUE}[ \t\n]*)?"
_ROW = rf"[\[({{][ \t\n]*{_PAIR}(?:,[ \t\n]*{_PAIR})*(?:,[ \t\n]*)?[\])}}]"
_ITEM = rf"(?:{_VALUE}|{_ROW})[ \t\n]*"
_UNIT = rf"{_ITEM}(?::[ \t\n]*{_ITEM})?,[ \t\n]*"
_RUN = re.compile(rf"(?P<first>{_UNIT})(?:{_UNIT})+")
_INK = re.compile(r"[^\n]+")


def without_data(text: str) -> str:
    """A large text with blanks in place of long runs of plain values; all else stands where it did.

    A list of a million numbers, or of tuples of them, says nothing of tasks, and its tree would
    take gigabytes. What looks like such a run inside of a string is blanked, too.
    """
    return _RUN.sub(_blanked, text) if len(text) > _LARGE else text


def _blanked(run: re.Match[str]) -> str:
    if run.end() - run.start() < _LONG_RUN:
        return run[0]
    rest = run[0][len(run["first"]) :]
    return run["first"] + _INK.sub(lambda ink: " " * len(ink[0]), rest)
