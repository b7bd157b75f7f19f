"""Files that are given by name: what is wrong with them, whatever they hold.

Of the files in a folder only those are parsed that may start a task. A file that is named is one
that somebody asks about: it is reported where it is not valid Python, whichever others are given.
"""

from __future__ import annotations

import ast
import sys
import warnings
from collections.abc import Callable, Collection, Iterable

from taskleash.driver.cache.memory import Memory
from taskleash.driver.inputs import Input
from taskleash.driver.parsing.parse import Broken
from taskleash.driver.parsing.parser import Parser
from taskleash.source.loading import InvalidSource, decode


def broken_by_name(
    asked: Iterable[Input],
    known: Collection[str],
    memory: Memory,
    make: Callable[[], Parser],
) -> dict[str, Broken]:
    """What is wrong with each named file, by path, but for those whose paths are ``known``.

    Python's own parser is asked first, since it is fast. What it refuses may be newer syntax:
    the parser that it can ``make`` decides.
    """
    valid = memory.question("python", [sys.version.encode()], bool, _is_python)
    doubtful = []
    for item in asked:
        if item.is_named and item.path not in known:
            try:
                if not valid.answer(item):
                    doubtful.append(item.with_data(memory.contents.data(item)))
            except InvalidSource:
                # It could be read before, so it is about to vanish: that is no verdict on it.
                continue
    if not doubtful:
        return {}
    with make() as parser:
        outcomes = parser.parse(doubtful)
    return {path: found for path, found in outcomes.items() if isinstance(found, Broken)}


def _is_python(data: bytes) -> bool:
    """Whether Python takes the bytes, as far as it is safe to ask it."""
    # Imported here because most runs name folders.
    from taskleash.ir.lowering.parser_bounds import check_depth, without_data

    try:
        text = without_data(decode(data))
        check_depth(text)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except (InvalidSource, SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
