"""Flags that are given and that no file mentions: most likely a typo."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches

from taskleash.driver.cache.memory import Memory
from taskleash.driver.inputs import Input
from taskleash.ir.feature_flags import FeatureFlag
from taskleash.source.loading import InvalidSource
from taskleash.source.spelling import searchable

_NEAR = 0.8
#: each is looked for in all files: so many are nobody's typo
_MOST = 1000
#: so many pairs of a flag and a word are compared: where there are more, no word is suggested
_MOST_PAIRS = 300_000
_WORD = re.compile(rb"[A-Za-z_][\w-]{2,60}")


def unread(
    given: Iterable[FeatureFlag],
    asked: Sequence[Input],
    context: Callable[[], Sequence[Input]],
    memory: Memory,
) -> tuple[str, ...]:
    """What to say of each flag that is given and mentioned nowhere.

    ``asked`` are the files of the run, ``context`` gives the rest of their project, which is only
    looked into for what they do not mention.
    """
    left = list(given)[:_MOST]
    seen: list[Input] = []
    for is_context in (False, True):
        if not left:
            return ()
        seen += context() if is_context else asked
        left = [flag for flag in left if not _is_mentioned(flag.last, seen, memory)]
    if not left or not seen:
        return ()
    words = _words(seen, memory)
    near = words if len(words) * len(left) <= _MOST_PAIRS else set[str]()
    return tuple(_told(flag, near) for flag in left)


def _is_mentioned(name: str, files: Iterable[Input], memory: Memory) -> bool:
    word = re.compile(rb"(?<!\w)" + re.escape(name.encode()) + rb"(?!\w)", re.IGNORECASE)
    mentions = memory.question(
        "flag", [name.encode()], bool, lambda data: word.search(searchable(data)) is not None
    )
    return any(_answer(mentions.answer, item) for item in files)


def _answer(answer: Callable[[Input], bool], item: Input) -> bool:
    try:
        return answer(item)
    except InvalidSource:
        return False


def _words(files: Iterable[Input], memory: Memory) -> set[str]:
    """All words of the files that may be a flag's name."""
    words: set[str] = set()
    for item in files:
        try:
            words.update(map(bytes.decode, _WORD.findall(searchable(memory.contents.data(item)))))
        except (InvalidSource, UnicodeDecodeError):
            continue
    return words


def _told(flag: FeatureFlag, words: Iterable[str]) -> str:
    near = get_close_matches(flag.last, words, n=1, cutoff=_NEAR)
    hint = f", did you mean `{near[0]}`?" if near else ""
    return f"flag `{flag.name}`: no file mentions it, so it decides nothing{hint}"
