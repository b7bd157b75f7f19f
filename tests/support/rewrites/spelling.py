"""The same names in letters that Python takes for others."""

from __future__ import annotations

import io
import keyword
import tokenize

_SMALL, _LARGE = "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LETTERS = str.maketrans(
    {
        **{letter: chr(ord("𝐚") + number) for number, letter in enumerate(_SMALL)},
        **{letter: chr(ord("Ａ") + number) for number, letter in enumerate(_LARGE)},
    }
)


def in_other_letters(text: str) -> str:
    """The text with every name in bold or wide letters: the same program."""
    lines = text.split("\n")
    for token in reversed(list(tokenize.generate_tokens(io.StringIO(text).readline))):
        is_keyword = keyword.iskeyword(token.string) or keyword.issoftkeyword(token.string)
        if token.type == tokenize.NAME and not is_keyword:
            line, start = token.start
            code = lines[line - 1]
            name = token.string.translate(_LETTERS)
            lines[line - 1] = f"{code[:start]}{name}{code[token.end[1] :]}"
    return "\n".join(lines)
