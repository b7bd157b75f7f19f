"""Whether a text that was made of another one is Python."""

from __future__ import annotations

import ast

import libcst


def is_read_like(text: str, original: str) -> bool:
    """Whether libcst reads a text, and Python, too, unless the original is too new for it."""
    try:
        libcst.parse_module(text)
    except libcst.ParserSyntaxError:
        return False
    return not _is_python(original) or _is_python(text)


def _is_python(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True
