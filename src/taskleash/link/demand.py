"""What the linker asks for beyond the modules that spawn, and how files are found that have it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

#: comes before a name that every file which mentions it is wanted for
UNSURE = b"? "
#: bytes beyond ASCII are parts of letters
_TOKEN = re.compile(rb"\.?[\w\x80-\xff]+\(?")
#: to look for more names than that one by one takes longer than to look at every token there is
_FEW = 30


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
        self._forms = {name: frozenset(name.removeprefix(UNSURE).split()) for name in names}
        every = {form for forms in self._forms.values() for form in forms}
        #: the forms that a token of the source is, for those that are looked for
        self._tokens: dict[bytes, list[bytes]] = {}
        for form in every:
            for token in _written_as(form):
                self._tokens.setdefault(token, []).append(form)
        self._by_form: dict[bytes, list[bytes]] = {}
        for name, forms in self._forms.items():
            self._by_form.setdefault(max(forms, key=len), []).append(name)

    def found(self, data: bytes) -> tuple[bytes, ...]:
        """Those that a module mentions, sorted."""
        if len(self._forms) <= _FEW and not any(
            all(form in data for form in forms) for forms in self._forms.values()
        ):
            return ()
        tokens = self._tokens.keys() & set(_TOKEN.findall(data))
        there = {form for token in tokens for form in self._tokens[token]}
        return tuple(
            sorted(
                name
                for form in there
                for name in self._by_form.get(form, ())
                if self._forms[name] <= there
            )
        )


def _written_as(form: bytes) -> list[bytes]:
    """The tokens that have a form."""
    starts = [form] if form.startswith(b".") else [form, b"." + form]
    return [
        start + end for start in starts for end in ((b"",) if form.endswith(b"(") else (b"", b"("))
    ]
