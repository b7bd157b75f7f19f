"""What is wrong with a file that libcst refuses, and what it refuses although it is valid."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator

import libcst as cst

from taskleash.source.loading import InvalidSource

_PLACE = re.compile(r"parser error: error at (\d+):(\d+): ")
_INDENT = re.compile(r"^[ \t]*\t[ \t]*", re.MULTILINE)
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_NOT_READ = "not read by the parser, though Python may take it"


def plain(text: str) -> str:
    """The text in the form that libcst reads, where it refuses what Python takes.

    Each character stays in its place but for a target in parentheses before an annotation, whose
    name moves by one. Gives the same text where there is nothing to put otherwise.
    """
    tree = _parsed(text)
    if tree is None:
        return text
    lines = _LINE.findall(text.replace("\r\n", " \n").replace("\r", "\n"))
    for line, start, end in _targets_in_parentheses(tree):
        # Positions are in bytes.
        data = lines[line - 1].encode()
        lines[line - 1] = (
            data[:start] + data[start + 1 : end] + b" " + data[end:].replace(b")", b" ", 1)
        ).decode()
    # Python compares indents with a tab as eight columns and as one, and takes no others than those
    # that come out the same.
    return _INDENT.sub(lambda indent: " " * len(indent[0]), "".join(lines))


def _targets_in_parentheses(tree: ast.Module) -> Iterator[tuple[int, int, int]]:
    """The line of each ``(name): annotation``, where it starts and where its name ends."""
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign) and node.col_offset < node.target.col_offset:
            end = node.target.end_col_offset
            if node.lineno == node.target.end_lineno and end is not None:
                yield node.lineno, node.col_offset, end


def _parsed(text: str) -> ast.Module | None:
    """The tree that Python's own parser makes; None where it refuses the text."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def syntax_error(
    text: str, refusal: cst.ParserSyntaxError | cst.CSTValidationError
) -> InvalidSource:
    """The error to report for a text that libcst refuses.

    Python's own parser is asked first: it names the mistake and its place, where libcst lists the
    tokens that it would have taken, and often gives no place.
    """
    valid = False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
        valid = True
    except SyntaxError as error:
        # Some errors have no column, or one of 0.
        line, column = error.lineno or 1, max(error.offset or 1, 1)
        return InvalidSource(f"syntax error: {error.msg}", line, column)
    except (ValueError, RecursionError, MemoryError):
        pass
    line, column, message = _told(refusal)
    return InvalidSource(f"{_NOT_READ if valid else 'syntax error'}: {message}", line, column)


def _told(refusal: cst.ParserSyntaxError | cst.CSTValidationError) -> tuple[int, int, str]:
    """The place that libcst tells, as far as it does, and its message."""
    if isinstance(refusal, cst.CSTValidationError):
        message = str(refusal).partition("\n")[0].rstrip(".")
        return 1, 1, message[:1].lower() + message[1:]
    message = refusal.message.partition("\n")[0]
    place = _PLACE.match(message)
    if place is None:
        return refusal.raw_line, refusal.raw_column + 1, message
    return int(place[1]), int(place[2]) + 1, message[place.end() :]
