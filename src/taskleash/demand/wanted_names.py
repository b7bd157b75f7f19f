"""What the linker asks for beyond the modules that spawn, and how files are found that have it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from taskleash.source.spelling import searchable

#: comes before a name that every file which mentions it is wanted for
UNSURE = b"? "
_NOT_BEFORE = rb"(?![\w\x80-\xff])"
#: characters that are in most forms and rare elsewhere
_MARKS = (b".", b"_")


@dataclass(frozen=True)
class Demand:
    """What is asked for: modules by dotted name, the others by `names` that they mention.

    A name is a word in the form in which it matters: ``name`` anywhere, ``.name`` as an attribute,
    ``name(`` or ``.name(`` where it is called, ``(name`` as a base or a first argument. Several
    with spaces between them stand for files that have them all. What comes after ``?`` is a word of
    what seems to be out of use: every file that mentions it may use it. Of those that mention only
    `calls`, no more are wanted than are reported, and of the `starting` modules only those that may
    start a task. Of what is `defined` under some dotted names, the modules are wanted, too, that it
    is handed on from, and all bases of a class.
    """

    modules: frozenset[str]
    names: frozenset[bytes] = frozenset()
    calls: frozenset[bytes] = frozenset()
    starting: frozenset[str] = frozenset()
    defined: frozenset[str] = frozenset()

    def chain(self) -> Demand:
        """What is asked for by where it is imported from: it comes to an end, however long."""
        insisted = frozenset(name for name in self.calls if self.insists_on(name))
        return Demand(self.modules, calls=insisted, defined=self.defined)

    def insists_on(self, name: bytes) -> bool:
        """Whether every file is wanted that mentions one of the names."""
        return name.startswith(UNSURE)


class Search:
    """Looks for names of a `Demand` in the raw bytes of modules."""

    def __init__(self, names: Iterable[bytes]) -> None:
        #: the names by the last of their forms, each with its other forms
        self._names: dict[bytes, list[tuple[bytes, tuple[bytes, ...]]]] = defaultdict(list)
        for name in names:
            *others, last = name.removeprefix(UNSURE).split()
            self._names[last].append((name, tuple(others)))
        marked: dict[bytes, list[bytes]] = defaultdict(list)
        for form in self._names:
            marked[next((mark for mark in _MARKS if mark in form), b"")].append(form)
        self._groups = [_Alike(mark, forms) for mark, forms in marked.items()]
        forms = {*self._names}
        forms.update(*(others for group in self._names.values() for _, others in group))
        self._patterns = {form: _pattern(form) for form in forms}

    def found(self, data: bytes) -> tuple[bytes, ...]:
        """Those that a module mentions, sorted."""
        data = searchable(data)
        found: list[bytes] = []
        for form in (form for group in self._groups for form in group.possible(data)):
            if self._has(data, form):
                for name, others in self._names[form]:
                    if all(self._has(data, other) for other in others):
                        found.append(name)
        return tuple(sorted(found))

    def _has(self, data: bytes, form: bytes) -> bool:
        return self._patterns[form].search(data) is not None


class _Alike:
    """Forms that have the same mark in them.

    What is left of them from the mark on all begins alike, and is looked for in the time of one.
    """

    def __init__(self, mark: bytes, forms: list[bytes]) -> None:
        rests = {form: form[form.find(mark) :] for form in forms}
        # A rest comes before those that it begins with: it is found in their place.
        self._pattern = re.compile(b"|".join(map(re.escape, sorted(rests.values(), reverse=True))))
        self._forms = {
            found: [form for form, rest in rests.items() if found.startswith(rest)]
            for found in rests.values()
        }

    def possible(self, data: bytes) -> set[bytes]:
        """The forms that may be in the bytes; no others are."""
        found = set(self._pattern.findall(data))
        return {form for rest in found for form in self._forms[rest]}


def _pattern(form: bytes) -> re.Pattern[bytes]:
    """A name in its form and not as a part of a longer one; bytes beyond ASCII are letters.

    The name comes first in it, for that is looked for like plain bytes.
    """
    literal = re.escape(form)
    after = b"" if form.startswith((b".", b"(")) else rb"(?<![\w\x80-\xff]" + literal + rb")"
    return re.compile(literal + after + (b"" if form.endswith(b"(") else _NOT_BEFORE))
