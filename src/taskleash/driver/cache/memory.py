"""What earlier runs found out, and what this one adds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeVar

from taskleash.driver.cache.contents import Contents
from taskleash.driver.cache.keys import key
from taskleash.driver.cache.questions import Question
from taskleash.driver.cache.store import NoStore, Store
from taskleash.driver.cache.verdicts import VERDICTS, Verdicts
from taskleash.driver.inputs import Input
from taskleash.driver.parse import Broken, Parsed, unpacked
from taskleash.facts.known import KnownCalls
from taskleash.facts.packing import BadPacking
from taskleash.source.loading import InvalidSource

_A = TypeVar("_A")


class Memory:
    """Facts, answers and verdicts, each under a key of all that it depends on.

    Nothing is written before `save`.
    """

    def __init__(self, store: Store | None = None) -> None:
        self._store = store or NoStore()
        self._questions: list[Question[Any]] = []
        self._entries: dict[bytes, bytes] = {}
        self.contents = Contents(self._store)

    def question(
        self, kind: str, parts: Iterable[bytes], ask: Callable[[bytes], _A]
    ) -> Question[_A]:
        """A question about files; kind and parts say all that the answer depends on."""
        question = Question(key(kind, *parts), ask, self.contents, self._store)
        self._questions.append(question)
        return question

    def outcomes(self, inputs: Sequence[Input]) -> dict[str, Parsed]:
        """What parsing the inputs gave, by path, as far as it is known; they have their bytes."""
        if not self._store.lasts:
            return {}
        keys = {item.path: self._outcome_key(item) for item in inputs}
        stored = self._store.get(set(keys.values()))
        found: dict[str, Parsed] = {}
        for path, wanted in keys.items():
            if wanted in stored:
                with suppress(BadPacking):
                    found[path] = _at(path, unpacked(stored[wanted]))
        return found

    def keep_outcome(self, item: Input, packed: bytes) -> None:
        """Remember what parsing an input gave."""
        if self._store.lasts:
            self._entries[self._outcome_key(item)] = packed

    def program_key(
        self, asked: Iterable[Input], others: Iterable[Input], known: KnownCalls
    ) -> bytes | None:
        """Stands for all that the verdicts depend on; None where that cannot be read or kept.

        ``asked`` are the files that are reported, ``others`` those that may be looked into.
        """
        if not self._store.lasts:
            return None
        parts = [repr(known).encode()]
        try:
            for group, items in ((b"asked", asked), (b"other", others)):
                for item in items:
                    name = f"{item.path}\0{item.file.module}".encode("utf-8", "surrogateescape")
                    parts += (group, name, self.contents.digest(item))
        except InvalidSource:
            return None
        return key("verdicts", *parts)

    def verdicts(self, program: bytes | None) -> Verdicts | None:
        """The verdicts on the program with this key, where they are known."""
        if program is None:
            return None
        stored = self._store.get([program]).get(program)
        if stored is None:
            return None
        try:
            found: Verdicts = VERDICTS.unpack(stored)
        except BadPacking:
            return None
        return found

    def keep_verdicts(self, program: bytes | None, verdicts: Verdicts) -> None:
        """Remember the verdicts, unless another run could fare better with a file."""
        if program is None or not self.contents.steady:
            return
        if all(broken.lasts for broken in verdicts.broken.values()):
            self._entries[program] = VERDICTS.pack(verdicts)

    def save(self) -> None:
        """Keep for other runs what this one has found out so far."""
        self._entries |= self.contents.news()
        for question in self._questions:
            self._entries |= question.news()
        self._store.put(self._entries)
        self._entries = {}

    def _outcome_key(self, item: Input) -> bytes:
        # Of its path, the facts know only whether it is that of a package.
        name = item.path.rpartition("/")[2].partition(".")[0]
        return key(
            "outcome",
            self.contents.digest(item),
            item.file.module.encode("utf-8", "surrogateescape"),
            b"package" if name == "__init__" else b"module",
        )


def _at(path: str, outcome: Parsed) -> Parsed:
    return outcome if isinstance(outcome, Broken) else replace(outcome, path=path)
