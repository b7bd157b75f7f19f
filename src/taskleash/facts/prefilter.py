"""The cheap question asked of a file's raw bytes before anything is decoded or parsed."""

from __future__ import annotations

import re

from taskleash.facts.catalogue import DROPPED_WORDS, SPAWN_CLASSES, SPAWN_WORDS
from taskleash.source.loading import is_readable

_WORDS = b"|".join(w.encode() for w in sorted(SPAWN_WORDS))
_CLASSES = b"|".join(w.encode() for w in sorted(SPAWN_CLASSES))
_DROPPED = b"|".join(w.encode() for w in sorted(DROPPED_WORDS))
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
    sorted(word.encode() for word in (*SPAWN_WORDS, *DROPPED_WORDS))
    + sorted(f"{name}(".encode() for name in SPAWN_CLASSES)
)


def may_spawn(data: bytes, more: frozenset[str] = frozenset()) -> bool:
    """Tell whether a file's raw bytes hold any word with which a task can be spawned.

    ``more`` are names of further functions that spawn.
    """
    if any(literal in data for literal in _LITERALS) and _SPAWN.search(data) is not None:
        return True
    # Where words are written otherwise the file may have one: it will be said not to be read.
    return any(word.encode() in data for word in more) or not is_readable(data)
