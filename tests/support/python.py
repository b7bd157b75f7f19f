"""Whether a text that was made of another one is Python."""

from __future__ import annotations

import ast

import libcst


def is_read_like(text: str, original: str) -> bool:
    """Whether libcst and Python read a text, each unless it does not read the original either."""
    return _is_read(text) >= _is_read(original) and _is_python(text) >= _is_python(original)


def _is_read(text: str) -> bool:
    try:
        libcst.parse_module(text)
    except libcst.ParserSyntaxError:
        return False
    return True


def _is_python(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True
