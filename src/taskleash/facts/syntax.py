"""What is wrong with a file that libcst refuses, and where."""

from __future__ import annotations

import ast
import re
import warnings

import libcst as cst

from taskleash.source.loading import InvalidSource

_PLACE = re.compile(r"parser error: error at (\d+):(\d+): ")


def syntax_error(text: str, refusal: cst.ParserSyntaxError) -> InvalidSource:
    """The error to report for a text that libcst refuses.

    Python's own parser is asked first: it names the mistake and its place, where libcst lists the
    tokens that it would have taken, and often gives no place.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except SyntaxError as error:
        # Some errors have no column, or one of 0.
        line, column = error.lineno or 1, max(error.offset or 1, 1)
        return InvalidSource(f"syntax error: {error.msg}", line, column)
    except (ValueError, RecursionError, MemoryError):
        pass
    message = refusal.message.partition("\n")[0]
    place = _PLACE.match(message)
    if place is None:
        return InvalidSource(f"syntax error: {message}", refusal.raw_line, refusal.raw_column + 1)
    return InvalidSource(
        f"syntax error: {message[place.end() :]}", int(place[1]), int(place[2]) + 1
    )
