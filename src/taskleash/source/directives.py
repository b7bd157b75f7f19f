"""Comments that silence findings, as they stand in a text: ``# noqa`` and ``# taskleash: …``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from taskleash.records import dataclass

# To compile these takes a fiftieth of a run in which nothing has changed, which looks into no text.


@cache
def _comment_or_string() -> re.Pattern[str]:
    # Strings are matched only to step over them. A scanner of our own reads the syntax of every
    # Python version alike; the interpreter's tokenizer raises on syntax newer than itself.
    return re.compile(
        r"""
        (?P<comment> \# [^\r\n]* )
        | '''  [^'\\]* (?: (?: \\. | '(?!'') ) [^'\\]* )*  '''
        | \"{3} [^"\\]* (?: (?: \\. | "(?!"") ) [^"\\]* )*  \"{3}
        | ' [^'\\\r\n]* (?: \\ (?: \r\n | . ) [^'\\\r\n]* )* '
        | " [^"\\\r\n]* (?: \\ (?: \r\n | . ) [^"\\\r\n]* )* "
        """,
        re.VERBOSE | re.DOTALL,
    )


@cache
def _directive_pattern() -> re.Pattern[str]:
    return re.compile(
        r"""
        \#\s* (?:
            (?P<noqa> noqa ) (?![\w-])
            (?P<codes> \s*:\s* (?: (?: [a-z]+[0-9]+ | [a-z]+(?:-[a-z]+)+ ) [\s,]* )* )?
            | taskleash \s*:\s* (?:
                (?P<skip> skip-file ) (?![\w-])
                | ignore (?! [\w-] ) (?! \s*:?\s* tl[0-9]+ \b )
                  (?: \s* (?P<list> \[ [^\]]* (?: \] | $ ) ) )?
            )
        )
        """,
        re.VERBOSE | re.IGNORECASE,
    )


_MENTION_IN_BYTES = re.compile(b"noqa|taskleash", re.IGNORECASE)
_CODE = re.compile(r"[a-z]+(?:[0-9]+|(?:-[a-z]+)+)", re.IGNORECASE)
_NO_NAMES: Mapping[str, str] = {}
_WORD = re.compile(r"\s*:?\s*([\w-]+)")
NEWLINE = re.compile(r"\r\n?|\n")

NOQA = "noqa"
IGNORE = "ignore"
SKIP_FILE = "skip-file"


@dataclass(frozen=True)
class Code:
    """A code in a directive's list, in capitals, and where it or its name stands in the text."""

    name: str
    start: int
    end: int


@dataclass(frozen=True)
class Directive:
    """One directive: its ``kind``, its 1-based line and column, and its place in the text.

    ``codes`` are those of its list; None where it has no list, and so means every rule.
    """

    kind: str
    line: int
    column: int
    start: int
    end: int
    codes: tuple[Code, ...] | None


def directives(text: str, names: Mapping[str, str] = _NO_NAMES) -> list[Directive]:
    """The directives in the comments of a text, in their order.

    ``names`` are those of rules, with the codes that they stand for.
    """
    # To tell comments from strings takes long: only as far as there may be a directive.
    last = max((match.end() for match in _directive_pattern().finditer(text)), default=0)
    found = []
    line, line_start, seen = 1, 0, 0
    for start, end, is_comment in tokens(text) if last else ():
        if start >= last:
            break
        for match in _directive_pattern().finditer(text, start, end) if is_comment else ():
            for newline in NEWLINE.finditer(text, seen, match.start()):
                line, line_start = line + 1, newline.end()
            seen = match.start()
            column = match.start() - line_start + 1
            if not _names_a_rule(text, match.end(), end, names):
                found.append(_directive(match, line, column, names))
    return found


def _names_a_rule(text: str, start: int, end: int, names: Mapping[str, str]) -> bool:
    """Whether a rule's name follows where a list in brackets could: that was meant to be one."""
    word = _WORD.match(text, start, end)
    return word is not None and word[1].lower() in names


def may_have_directives(data: bytes) -> bool:
    """Whether the bytes of a file mention what every directive does: no text is needed for it."""
    return _MENTION_IN_BYTES.search(data) is not None


def tokens(text: str) -> Iterator[tuple[int, int, bool]]:
    """The start and the end of each comment and each string, and whether it is a comment."""
    for token in _comment_or_string().finditer(text):
        yield *token.span(), token["comment"] is not None


def _directive(match: re.Match[str], line: int, column: int, names: Mapping[str, str]) -> Directive:
    kind = NOQA if match["noqa"] else SKIP_FILE if match["skip"] else IGNORE
    group = "codes" if match["codes"] is not None else "list" if match["list"] else None
    codes = None
    if group is not None:
        places = _CODE.finditer(match.string, match.start(group), match.end(group))
        codes = tuple(_codes(places, names, stops=kind == NOQA))
    end = match.start() + len(match[0].rstrip(" \t,"))
    if kind == NOQA and group is not None and codes is not None:
        # What follows the list and looks like a name is a reason, or another tool's.
        end = codes[-1].end if codes else match.start(group) + match[group].index(":") + 1
    return Directive(kind, line, column, match.start(), end, codes)


def _codes(
    places: Iterable[re.Match[str]], names: Mapping[str, str], stops: bool
) -> Iterator[Code]:
    """The codes of a list; with ``stops`` only those before a word that is no code and no name."""
    for place in places:
        code = names.get(place[0].lower(), place[0].upper())
        if "-" not in code:
            yield Code(code, *place.span())
        elif stops:
            return
