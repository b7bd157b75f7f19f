"""Sentences as data: an English text with fields, and what stands in them.

The text is the key by which a language finds its own, and tells what a sentence claims.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from taskleash.records import dataclass


@dataclass(frozen=True)
class Sentence:
    """An English text with ``{fields}``, and what stands in each; false where nothing is said."""

    text: str
    values: tuple[tuple[str, Said], ...] = ()

    def __str__(self) -> str:
        if not self.values:
            return self.text
        return self.text.format(**{name: str(value) for name, value in self.values})

    def __bool__(self) -> bool:
        return bool(self.text)

    def with_names(self, changed: Callable[[str], str]) -> Sentence:
        """The sentence with every name in it changed."""
        values = ((name, with_names(value, changed)) for name, value in self.values)
        return Sentence(self.text, tuple(values))


@dataclass(frozen=True)
class Line:
    """A line of a file, which reads as its 1-based number."""

    path: str
    number: int

    def __str__(self) -> str:
        return str(self.number)


#: what a report says: a sentence, a line, or a name that is the same in every language
Said: TypeAlias = Sentence | Line | str
#: said where there is nothing to say
NOTHING = Sentence("")


def sentence(text: str, **values: Said) -> Sentence:
    """A sentence; its text is in the catalogue of every language."""
    return Sentence(text, tuple(values.items()))


def with_names(said: Said, changed: Callable[[str], str]) -> Said:
    """What is said with every name in it changed."""
    if isinstance(said, Line):
        return said
    return said.with_names(changed) if isinstance(said, Sentence) else changed(said)


def claim(text: str) -> str:
    """The text as it is: it is filled elsewhere, and is in the catalogue as well."""
    return text


def listed(said: Sequence[Said]) -> Said:
    """Clauses, one after the other."""
    found = said[0]
    for each in said[1:]:
        found = sentence("{first}; {second}", first=found, second=each)
    return found


def both(names: Sequence[str]) -> Said:
    """Names, one after the other."""
    found: Said = names[0]
    for each in names[1:]:
        found = sentence("{first} and {second}", first=found, second=each)
    return found
