"""What the comments of files with findings say, read once and kept beside the verdicts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from taskleash.driver.inputs import Input
from taskleash.records import dataclass
from taskleash.rules.registry import all_rules, names
from taskleash.source.loading import InvalidSource
from taskleash.source.misspelt import Misspelt, misspelt
from taskleash.source.suppressions import Suppressions, suppressions


@dataclass(frozen=True)
class Comments:
    """What the comments of a file silence, and those that were meant to and do not.

    Of each line that silences something, ``lines`` have the codes of the rules; None stands for
    all of them. Where the file ``is_skipped``, all is silenced.
    """

    is_skipped: bool = False
    lines: tuple[tuple[int, tuple[str, ...] | None], ...] = ()
    misspelt: tuple[Misspelt, ...] = ()

    @cached_property
    def silenced(self) -> Suppressions:
        """What they silence."""
        by_line = {line: None if codes is None else frozenset(codes) for line, codes in self.lines}
        return Suppressions(self.is_skipped, by_line)


def comments_in(item: Input) -> Comments:
    """What the comments of a file say; nothing where it has vanished since it was analysed."""
    try:
        text = item.text()
    except InvalidSource:
        return Comments()
    codes = [rule.code for rule in all_rules()]
    found = suppressions(text, names())
    lines = tuple(
        (line, None if silenced is None else tuple(sorted(silenced)))
        for line, silenced in found.by_line.items()
    )
    return Comments(found.skip_file, lines, tuple(misspelt(text, codes, names())))


class CommentsByPath:
    """The comments of the files ``inputs``, looked up in what is ``known`` before they are read."""

    def __init__(self, inputs: Mapping[str, Input], known: Mapping[str, Comments]) -> None:
        self._inputs = inputs
        self._known = dict(known)

    def of(self, path: str) -> Comments:
        """What those of one file say."""
        if path not in self._known:
            self._known[path] = comments_in(self._inputs[path])
        return self._known[path]
