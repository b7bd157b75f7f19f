from __future__ import annotations

import libcst as cst
import pytest

from taskleash.facts.extract import extract
from taskleash.facts.syntax import syntax_error
from taskleash.source.loading import InvalidSource, Source


def failure(text: str) -> tuple[int, int, str]:
    with pytest.raises(InvalidSource) as raised:
        extract(Source("m.py", "m", text))
    assert "\n" not in raised.value.message
    return raised.value.line, raised.value.column, raised.value.message


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("x = 1\ny = = 2\n", (2, 5), "syntax error: invalid syntax"),
        ("é = = 2\n", (1, 5), "syntax error: invalid syntax"),
        ("x = 1\n\nprint(x\n", (3, 6), "syntax error: '(' was never closed"),
        ("x = 'a\n", (1, 5), "syntax error: unterminated string literal (detected at line 1)"),
        ("x = '\\d'; y = = 1\n", (1, 15), "syntax error: invalid syntax"),
        (
            "if x:\n    a\n  b\n",
            (3, 4),
            "syntax error: unindent does not match any outer indentation level",
        ),
    ],
)
def test_a_syntax_error_has_its_place_and_name(
    text: str, place: tuple[int, int], message: str, recwarn: pytest.WarningsRecorder
) -> None:
    assert failure(text) == (*place, message)
    assert not recwarn.list


@pytest.mark.parametrize(
    ("refused", "place", "message"),
    [
        ("x = 1\nasync = 2\n", (2, 9), "syntax error: expected one of def, for, with"),
        ("x = 'a\n", (1, 1), "syntax error: tokenizer error: unterminated string literal"),
    ],
)
def test_what_python_takes_and_libcst_refuses(
    refused: str, place: tuple[int, int], message: str
) -> None:
    with pytest.raises(cst.ParserSyntaxError) as raised:
        cst.parse_module(refused)
    error = syntax_error("valid = True\n", raised.value)
    assert (error.line, error.column, error.message) == (*place, message)
