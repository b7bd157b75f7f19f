"""Source text reduced to what a formatter leaves alone."""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r"""
    (?P<comment> \# [^\n]* )
    | (?: (?<!\w) [bfrtu]{1,2} )?
      (?P<quote> \"{3} | ''' | ["'] ) (?P<string> (?: [^\\] | \\. )*? ) (?P=quote)
    | (?P<number> (?<![\w.]) \.? \d [\w.]* )
    | (?P<layout> [\s()\\] | , (?= (?: \s | \\ | \#[^\n]*\n )* [])}] ) )
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)


def normalised(code: str) -> str:
    """The code without layout, comments, trailing commas, parentheses and quotes.

    Formatters add and remove parentheses, choose quotes, join strings and spell numbers alike. The
    result is for comparison: what differs in nothing else becomes equal.
    """
    return _TOKEN.sub(_kept, code.replace("\r\n", "\n"))


def _kept(token: re.Match[str]) -> str:
    if token["string"] is not None:
        return token["string"].replace("\\", "")
    return _zeros(token["number"].lower()) if token["number"] else ""


def _zeros(number: str) -> str:
    """The number with a digit at each side of its point."""
    return re.sub(r"(?<=\d)\.(?!\d)", ".0", re.sub(r"(?<!\d)\.", "0.", number))
