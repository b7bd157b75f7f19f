from __future__ import annotations

import libcst as cst
import pytest

from taskleash.ir.lowering.extract import extract
from taskleash.ir.lowering.syntax import plain, syntax_error
from taskleash.source.loading import InvalidSource, Source

NOT_READ = "not read by the parser, though Python may take it: "


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
        ("x = 1\nasync = 2\n", (2, 9), NOT_READ + "expected one of def, for, with"),
        ("x = 'a\n", (1, 1), NOT_READ + "tokenizer error: unterminated string literal"),
    ],
)
def test_what_python_takes_and_libcst_refuses(
    refused: str, place: tuple[int, int], message: str
) -> None:
    with pytest.raises(cst.ParserSyntaxError) as raised:
        cst.parse_module(refused)
    error = syntax_error("valid = True\n", raised.value)
    assert (error.line, error.column, error.message) == (*place, message)


@pytest.mark.parametrize(
    "text",
    [
        "(x): int\ng()\n",
        "(x): int = 3; g()\n",
        "h(); (x.y): 'é' = f(); g()\n",
        "a = 1\r(x): int; g()\n",
        "if a:\n    if b:\n\t    x = 1; g()\n",
        "if a:\n\tif b:\n\t    x\n\telse:\n\t    g()\n",
    ],
)
def test_what_only_python_takes_is_read_all_the_same(text: str) -> None:
    module = extract(Source("m.py", "m", text)).functions["<module>"]
    lines = text.replace("\r", "\n").split("\n")
    line = next(number for number, each in enumerate(lines, start=1) if "g()" in each)
    column = lines[line - 1].index("g()") + 1
    assert f"({line}, {column}, " in repr(module)
    assert len(plain(text)) == len(text)


@pytest.mark.parametrize("text", ["x = 1\n", "def f(:\n", "x = 1\0", "if a:\n\tb\n"])
def test_what_is_plain_or_no_python_keeps_its_lines(text: str) -> None:
    assert plain(text).replace(" ", "") == text.replace("\t", "").replace(" ", "")


def test_a_refusal_of_a_tree_is_one_line() -> None:
    assert failure("def e():return*(())\n") == (
        1,
        1,
        NOT_READ + "must have at least one space after 'return'",
    )
