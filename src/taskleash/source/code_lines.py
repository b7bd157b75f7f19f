"""The lines of a source that are code: what is left without comments and empty lines."""

from __future__ import annotations

import re

from taskleash.records import dataclass

_STRING = r'''"""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"""''' + "|"
_STRING += r"""'''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'''""" + "|"
_STRING += r""""[^"\\\n]*(?:\\.[^"\\\n]*)*"|'[^'\\\n]*(?:\\.[^'\\\n]*)*'"""
_TOKEN = re.compile(rf"#[^\n]*|{_STRING}|\\\n|[\"'\n()\[\]{{}}]", re.DOTALL)
#: what other tools count as the end of a line, or as another margin, is left alone
_UNUSUAL = re.compile(r"[\r\f\v\0]")
#: where fields of a string are told from text for certain
_FIELDS = re.compile(r"[^{}]*(?:\{[^{}]*\}[^{}]*)*")


@dataclass(frozen=True)
class CodeLines:
    """The ``code`` of a source, and the 1-based ``numbers`` of its lines there, in order.

    Sources with the same code differ in comments, in empty lines and in spaces at the ends of
    lines, and none of these are within brackets or strings: each line of one is found in the other,
    with the same columns.
    """

    code: str
    numbers: tuple[int, ...]


def code_lines(text: str) -> CodeLines | None:
    """The code of a source; None where its strings, comments and brackets are not clear."""
    if _UNUSUAL.search(text):
        return None
    code: list[str] = []
    numbers: list[int] = []
    depth = begin = 0
    first = line = 1
    comment = -1
    # A last line without an end is one, too.
    text = f"{text}\n"
    for match in _TOKEN.finditer(text):
        found, at = match[0], match.start()
        if found == "\n" and not depth:
            kept = text[begin : at if comment < 0 else comment].rstrip(" \t")
            if kept:
                code.append(kept)
                numbers += range(first, line + 1)
            first, begin, comment = line + 1, at + 1, -1
        elif found in ("(", "[", "{"):
            depth += 1
        elif found in (")", "]", "}"):
            depth -= 1
        elif found[0] == "#":
            if not depth:
                comment = at
        elif found[0] in "\"'" and not _is_whole(text, at, found):
            return None
        if depth < 0:
            return None
        line += found.count("\n")
    return None if depth else CodeLines("\n".join(code), tuple(numbers))


def _is_whole(text: str, at: int, string: str) -> bool:
    """Whether a string has its end, and is not cut short by a quote in one of its fields."""
    if len(string) == 1:
        return False
    if {*"fFtT"}.isdisjoint(text[max(0, at - 2) : at]):
        return True
    return bool(_FIELDS.fullmatch(string.replace("{{", "").replace("}}", "")))
