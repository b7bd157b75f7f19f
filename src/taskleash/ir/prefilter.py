"""The cheap question asked of a file's raw bytes before anything is decoded or parsed."""

from __future__ import annotations

import re
from collections.abc import Iterable

from taskleash.models.table import MODELS
from taskleash.source.loading import is_readable
from taskleash.source.spelling import searchable


def _shortest(words: Iterable[str]) -> list[str]:
    """Of the words, those that no other is a part of: a text has one of them if it has any."""
    every = sorted(words)
    return [word for word in every if not any(w in word and w != word for w in every)]


_STARTING = MODELS.spawn_words | MODELS.callback_words
_WORDS = b"|".join(w.encode() for w in sorted(_STARTING))
_CLASSES = b"|".join(w.encode() for w in sorted(MODELS.spawn_classes))
_DROPPED = b"|".join(w.encode() for w in sorted(MODELS.dropped_words))
#: a spawn word anywhere, or a statement that begins with a call whose result it drops
_SPAWN = re.compile(
    rb"\b(?:"
    + _WORDS
    + rb")\b|\b(?:"
    + _CLASSES
    + rb")\(|^[ \t]*(?:[\w()]+\.)*(?:"
    + _DROPPED
    + rb")\(",
    re.MULTILINE,
)
#: one of these is in every match: looking for plain bytes is many times faster than the pattern
_LITERALS = tuple(
    [word.encode() for word in _shortest((*_STARTING, *MODELS.dropped_words))]
    + sorted(f"{name}(".encode() for name in MODELS.spawn_classes)
)


def may_spawn(data: bytes, more: frozenset[str] = frozenset()) -> bool:
    """Tell whether a file's raw bytes hold any word with which a task can be spawned.

    ``more`` are names of further functions that spawn.
    """
    data = searchable(data)
    if any(literal in data for literal in _LITERALS) and _SPAWN.search(data) is not None:
        return True
    # Where words are written otherwise the file may have one: it will be said not to be read.
    return any(word.encode() in data for word in more) or not is_readable(data)
