"""What the comments of a file silence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field

from taskleash.records import dataclass
from taskleash.source.directives import SKIP_FILE, directives

_NO_NAMES: Mapping[str, str] = {}


@dataclass(frozen=True)
class Suppressions:
    """What the comments of one file silence.

    ``by_line`` has the rule codes silenced in a line, ``None`` standing for all of them;
    ``skip_file`` silences everything.
    """

    skip_file: bool = False
    by_line: Mapping[int, frozenset[str] | None] = field(default_factory=dict)

    def covers(self, code: str, lines: Iterable[int]) -> bool:
        """Whether a finding of rule ``code`` that occupies ``lines`` is silenced."""
        return self.skip_file or any(self._silences(code, line) for line in lines)

    def _silences(self, code: str, line: int) -> bool:
        codes = self.by_line.get(line, frozenset())
        return codes is None or code.upper() in codes


def suppressions(text: str, names: Mapping[str, str] = _NO_NAMES) -> Suppressions:
    """The suppressions in the comments of ``text``; ``names`` are those of rules, with codes."""
    skip_file = False
    by_line: dict[int, frozenset[str] | None] = {}
    for directive in directives(text, names):
        if directive.kind == SKIP_FILE:
            skip_file = True
            continue
        before = by_line.get(directive.line, frozenset())
        if before is None or directive.codes is None:
            by_line[directive.line] = None
        else:
            by_line[directive.line] = before | {code.name for code in directive.codes}
    return Suppressions(skip_file, by_line)
