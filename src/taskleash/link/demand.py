"""What the linker asks for beyond the modules that spawn, and how files are found that have it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

#: comes before a name that every file which mentions it is wanted for
UNSURE = b"? "
_NOT_AFTER = rb"(?<![\w\x80-\xff])"
_NOT_BEFORE = rb"(?![\w\x80-\xff])"


@dataclass(frozen=True)
class Demand:
    """What is asked for: modules by dotted name, the others by `names` that they mention.

    A name is a word in the form in which it matters: ``name`` anywhere, ``.name`` as an attribute,
    ``name(`` or ``.name(`` where it is called. Several with spaces between them stand for files
    that have them all. What comes after ``?`` is a word of what seems to be out of use: every file
    that mentions it may use it. Of those that mention only `calls`, no more are wanted than are
    reported, and of the `starting` modules only those that may start a task.
    """

    modules: frozenset[str]
    names: frozenset[bytes]
    calls: frozenset[bytes] = frozenset()
    starting: frozenset[str] = frozenset()

    def insists_on(self, name: bytes) -> bool:
        """Whether every file is wanted that mentions one of the names."""
        return name.startswith(UNSURE)


class Search:
    """Looks for names of a `Demand` in the raw bytes of modules."""

    def __init__(self, names: Iterable[bytes]) -> None:
        #: the names by the last of their forms, each with the other forms
        self._names: dict[bytes, list[tuple[bytes, tuple[bytes, ...]]]] = defaultdict(list)
        for name in names:
            *others, last = name.removeprefix(UNSURE).split()
            self._names[last].append((name, tuple(others)))
        forms = {*self._names}
        forms.update(*(others for group in self._names.values() for _, others in group))
        self._patterns = {form: _pattern(form) for form in forms}

    def found(self, data: bytes) -> tuple[bytes, ...]:
        """Those that a module mentions, sorted."""
        found: list[bytes] = []
        for form, group in self._names.items():
            # To look for plain bytes is many times faster than for a pattern.
            if form in data and self._patterns[form].search(data):
                found += (name for name, others in group if self._has(data, others))
        return tuple(sorted(found))

    def _has(self, data: bytes, forms: tuple[bytes, ...]) -> bool:
        return all(form in data and self._patterns[form].search(data) for form in forms)


def _pattern(form: bytes) -> re.Pattern[bytes]:
    """A name in its form and not as a part of a longer one; bytes beyond ASCII are letters."""
    start = b"" if form.startswith(b".") else _NOT_AFTER
    return re.compile(start + re.escape(form) + (b"" if form.endswith(b"(") else _NOT_BEFORE))
