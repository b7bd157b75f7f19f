"""Python source as pieces with a class each, for a page that colours them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from pygments.lexers.python import PythonLexer
from pygments.token import Token, _TokenType

from taskleash.reporters.inert import inert

#: a text, or its class and a text
Piece = str | tuple[str, str]
Code = list[Piece]

_TAB = "    "
_LONGEST = 400
_QUOTES = ('"""', "'''")

# What a reader tells apart; everything else is plain.
_CLASSES = (
    (Token.Comment, "c"),
    (Token.Literal.String, "s"),
    (Token.Literal.Number, "n"),
    (Token.Keyword, "k"),
    (Token.Operator.Word, "k"),
    (Token.Name.Decorator, "d"),
    (Token.Name.Function, "f"),
    (Token.Name.Class, "f"),
    (Token.Name.Builtin, "b"),
)


def highlighted(lines: Sequence[str], code_at: int) -> list[Code]:
    """The lines, inert; a very long one loses its end.

    They may begin within a string that three quotes end: the line with the index ``code_at`` is
    known to be in none.
    """
    plain = [_plain(line) for line in lines]
    opening = next((q for q in _QUOTES if _is_open(q, plain[:code_at])), "")
    text = "\n".join([opening, *plain, ""])
    return list(_lines(_lexer().get_tokens(text)))[1 : len(plain) + 1]


def _is_open(quotes: str, lines: Iterable[str]) -> bool:
    return sum(line.count(quotes) for line in lines) % 2 == 1


def _plain(line: str) -> str:
    shown = _TAB.join(map(inert, line.rstrip("\r").split("\t"))).rstrip()
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"


@cache
def _lexer() -> PythonLexer:
    return PythonLexer(stripnl=False, ensurenl=False)


def _lines(tokens: Iterable[tuple[_TokenType, str]]) -> Iterator[Code]:
    line: Code = []
    for kind, value in tokens:
        name = _class(kind)
        first, *rest = value.split("\n")
        _add(line, name, first)
        for text in rest:
            yield line
            line = []
            _add(line, name, text)
    yield line


@cache
def _class(kind: _TokenType) -> str:
    return next(
        (name for parent, name in _CLASSES if kind is parent or kind[: len(parent)] == parent), ""
    )


def _add(line: Code, name: str, text: str) -> None:
    """Add a piece, to the one before it where both have the same class."""
    if not text:
        return
    last = line[-1] if line else None
    if isinstance(last, str) and not name:
        line[-1] = last + text
    elif isinstance(last, tuple) and last[0] == name:
        line[-1] = (name, last[1] + text)
    else:
        line.append((name, text) if name else text)
