"""A large module as an outline and the bodies of its long functions, to be parsed one by one.

A syntax tree takes a hundred times the memory of its text. Where the long bodies are cut out, there
is only the tree of the outline at any time, and that of one body.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

import libcst as cst

#: in a smaller module, or for a shorter body, the parts take as long as the whole
_LARGE_MODULE = 1500
_LONG_BODY = 30

_STRING = r'''"""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"""''' + "|"
_STRING += r"""'''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'''""" + "|"
_STRING += r""""[^"\\\n]*(?:\\.[^"\\\n]*)*"|'[^'\\\n]*(?:\\.[^'\\\n]*)*'"""
_COMMENT = r"#[^\n]*"
#: whatever may go on in the next line, and quotation marks of which no string was made
_SKIPPED = re.compile(rf"{_COMMENT}|{_STRING}|\\\n|[\"']", re.DOTALL)
_HEADER = re.compile(rf"{_COMMENT}|{_STRING}|[\[({{\])}}:\n]", re.DOTALL)
_DEF = re.compile(r"( *)(?:async +)?def +\w")
#: what other tools count as the end of a line, or as a number of spaces, is left alone
_UNUSUAL = re.compile(r"[\r\f]|^ *\t", re.MULTILINE)


@dataclass(frozen=True)
class Body:
    """The body of a function under a first line of its own, ``if 1:``.

    So many lines of the module come ``before`` that first line's place.
    """

    text: str
    before: int

    @property
    def lines(self) -> range:
        """The numbers of its lines in the module."""
        first = self.before + 2
        return range(first, first + self.text.count("\n") - 1)


@dataclass(frozen=True)
class Cut:
    """A module with a string of as many lines in place of each long body.

    The ``bodies`` are found by the 1-based line on which their function's ``def`` stands.
    """

    outline: str
    bodies: dict[int, Body]


class WrongCut(Exception):
    """What was cut out of a module is not what it was taken for."""


def cut(text: str, large: int = _LARGE_MODULE, long: int = _LONG_BODY) -> Cut | None:
    """The parts of a module's text; None where it has too few lines, or is laid out unusually.

    Modules of at least ``large`` lines are cut, and bodies of at least ``long``. What is strangely
    written may be cut in the wrong places: then the parts are not valid, or `check_place` or
    `body_of` finds out.
    """
    if text.count("\n") < large or _UNUSUAL.search(text):
        return None
    module = _Lines(text)
    return module.cut(long) if module.is_clear else None


def placeholder(body: Body) -> str:
    """The string that stands in the outline for a body."""
    return _string_of(body.text.count("\n") - 1)


def _string_of(lines: int) -> str:
    return '"""' + "\n" * (lines - 1) + '"""'


def check_place(placeholder: cst.BaseSuite) -> None:
    """Raises WrongCut where more than a placeholder is left of a function in the outline."""
    if len(placeholder.body) != 1:
        raise WrongCut


def body_of(tree: cst.Module) -> Sequence[cst.BaseStatement]:
    """The statements of a parsed `Body`.

    Raises:
        WrongCut: there are statements before or after them.
    """
    (*before, last) = tree.body
    if before or not isinstance(last, cst.If) or not isinstance(last.body, cst.IndentedBlock):
        raise WrongCut
    if last.orelse is not None:
        raise WrongCut
    return last.body.body


class _Lines:
    """The lines of a module, and which of them go on with what the line before has begun."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines = text.split("\n")
        self._starts = [0, *accumulate(len(line) + 1 for line in self._lines)]
        self._inside: set[int] = set()
        #: whether every quotation mark is part of a string or a comment
        self.is_clear = True
        for match in _SKIPPED.finditer(text):
            found = match[0]
            if found in ('"', "'"):
                self.is_clear = False
            elif "\n" in found:
                first = self._number(match.start()) + 1
                self._inside.update(range(first, first + found.count("\n")))

    def cut(self, long: int) -> Cut | None:
        """The outline and the bodies; None where no body is long."""
        outline: list[str] = []
        bodies: dict[int, Body] = {}
        done = 0
        for number in self._definitions():
            start = self._body(number) if number >= done else None
            if start is None:
                continue
            end = self._end(start, self._indent(number))
            if end - start >= long:
                outline += [*self._lines[done:start], self._placeholder(start, end)]
                text = "\n".join(["if 1:", *self._lines[start:end], ""])
                bodies[number + 1] = Body(text, start - 1)
                done = end
        outline += self._lines[done:]
        return Cut("\n".join(outline), bodies) if bodies else None

    def _definitions(self) -> Iterator[int]:
        """The lines that begin a function, in order."""
        for number, line in enumerate(self._lines):
            if number not in self._inside and _DEF.match(line):
                yield number

    def _body(self, number: int) -> int | None:
        """The line after a function's header; None where its body begins in the same line."""
        depth = 0
        for match in _HEADER.finditer(self._text, self._starts[number]):
            found = match[0]
            if found in "([{":
                depth += 1
            elif found in ")]}":
                depth -= 1
            elif found == ":" and not depth:
                last = self._number(match.start())
                rest = self._text[match.end() : self._starts[last + 1]].strip()
                return last + 1 if not rest or rest.startswith("#") else None
        return None

    def _end(self, start: int, indent: int) -> int:
        """The line after the last one of a body, of which the header is indented that far."""
        end = start
        for number in range(start, len(self._lines)):
            if number in self._inside:
                end = number + 1
            elif self._has_code(number):
                if self._indent(number) <= indent:
                    break
                end = number + 1
        return end

    def _placeholder(self, start: int, end: int) -> str:
        """A string of as many lines as a body, indented like its first statement."""
        indent = next(self._indent(n) for n in range(start, end) if self._has_code(n))
        return " " * indent + _string_of(end - start)

    def _has_code(self, number: int) -> bool:
        line = self._lines[number].lstrip(" ")
        return bool(line) and not line.startswith("#")

    def _indent(self, number: int) -> int:
        line = self._lines[number]
        return len(line) - len(line.lstrip(" "))

    def _number(self, offset: int) -> int:
        """The line, from 0, that an offset is in."""
        return bisect_right(self._starts, offset) - 1
