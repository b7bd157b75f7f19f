"""Names written in letters that Python takes for others: `ｃreate_task` is `create_task`.

Python compares names by their form NFKC (PEP 3131), so whoever looks for a name has to do the same.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from taskleash.source.loading import InvalidSource, decode

_ASCII = bytes(range(128))
_WORD = re.compile(r"[0-9A-Za-z_\x80-\U0010ffff]+")
#: parts of Korean syllables: those and marks are the letters that join with the one before them
_FIRST_JAMO, _LAST_JAMO = "\u1100", "\u11ff"


def name_of(word: str) -> str:
    """The name that a word of a source text is to Python; what is no name stays as it is."""
    if word.isascii() or not word.isidentifier():
        return word
    return unicodedata.normalize("NFKC", word)


def may_be_respelt(text: str) -> bool:
    """Whether a text may have names that `name_of` changes, be it in a string or a comment."""
    if not _has_such_letters(text):
        return False
    # The letters also stand in what is no name, after an emoji for one.
    return any(name_of(word) != word for word in set(_WORD.findall(text)))


def searchable(data: bytes) -> bytes:
    """The bytes of a Python file in which all names stand as Python takes them, in UTF-8.

    For a search alone: places in it are others. What cannot be decoded is given as it is.
    """
    if data.isascii():
        return data
    # Hardly a file beyond ASCII has such letters, and they are all that has to be looked at.
    try:
        if not _has_such_letters(data.translate(None, _ASCII).decode()):
            return data
    except UnicodeDecodeError:
        pass
    try:
        text = decode(data)
    except InvalidSource:
        return data
    return _WORD.sub(_respelt, text).encode("utf-8", "surrogatepass")


def _has_such_letters(text: str) -> bool:
    return not text.isascii() and any(map(_joins_or_changes, set(text)))


def _respelt(word: re.Match[str]) -> str:
    return name_of(word[0])


@lru_cache(maxsize=4096)
def _joins_or_changes(letter: str) -> bool:
    """Whether a letter of names is another one to Python, or may be one with that before it."""
    if letter.isascii() or not f"a{letter}".isidentifier():
        return False
    joins = unicodedata.category(letter).startswith("M") or _FIRST_JAMO <= letter <= _LAST_JAMO
    return joins or not unicodedata.is_normalized("NFKC", letter)
