"""Comments that were meant to silence something and do not."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from taskleash.records import dataclass
from taskleash.source.directives import IGNORE, NEWLINE, SKIP_FILE, directives, tokens

_OURS = re.compile(r"\#\s*taskleash\s*:\s*(?P<word>[\w-]*)(?P<rest>[^#\r\n]*)", re.IGNORECASE)
_FIRST = re.compile(r"\s*:?\s*([\w-]+)")
_LISTED = re.compile(r"[^\s,\[\]]+")
_KINDS = (IGNORE, SKIP_FILE)
_NEAR = 0.7


@dataclass(frozen=True)
class Misspelt:
    """One such comment: its 1-based line, and what is wrong with it."""

    line: int
    message: str


def misspelt(text: str, codes: Collection[str], names: Mapping[str, str]) -> Iterator[Misspelt]:
    """The comments of a text that mean this program and say nothing that it knows.

    ``codes`` are those of all rules, ``names`` their names with the codes.
    """
    if not _OURS.search(text):
        return
    silencing = {directive.start for directive in directives(text, names)}
    line = counted = 0
    for start, end, is_comment in tokens(text):
        for found in _OURS.finditer(text, start, end) if is_comment else ():
            message = _message(found, found.start() in silencing, codes, names)
            if message:
                line += len(NEWLINE.findall(text, counted, start))
                counted = start
                yield Misspelt(line + 1, message)


def _message(
    found: re.Match[str], silences: bool, codes: Collection[str], names: Mapping[str, str]
) -> str:
    word = found["word"].lower()
    if word not in _KINDS:
        near = _close(word, _KINDS)
        hint = f"did you mean `{near[0]}`?" if near else f"expected {' or '.join(_KINDS)}"
        return f"`taskleash: {found['word']}` silences nothing, {hint}"
    if not silences:
        first = _FIRST.match(found["rest"])
        listed = first[1] if first else ""
        return f"`taskleash: ignore {listed}` silences nothing: write `ignore[{listed}]`"
    if word == IGNORE and found["rest"].lstrip().startswith("["):
        for listed in _LISTED.findall(found["rest"].partition("]")[0]):
            if listed.upper() not in codes and listed.lower() not in names:
                return f"`{listed}` is no rule{_near(listed, [*codes, *names])}"
    return ""


def _near(word: str, known: list[str]) -> str:
    lowered = {each.lower(): each for each in known}
    near = _close(word.lower(), lowered)
    return f", did you mean `{lowered[near[0]]}`?" if near else ""


def _close(word: str, known: Collection[str]) -> list[str]:
    # Imported here because hardly any comment is misspelt.
    from difflib import get_close_matches

    return get_close_matches(word, known, n=1, cutoff=_NEAR)
