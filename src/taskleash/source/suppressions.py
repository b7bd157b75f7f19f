"""Comments that silence findings: ``# noqa`` and ``# taskleash: ignore``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

# Strings are matched only to step over them. A scanner of our own reads the syntax of every Python
# version alike; the interpreter's tokenizer raises on syntax newer than itself.
_COMMENT_OR_STRING = re.compile(
    r"""
    (?P<comment> \# [^\n]* )
    | '''  [^'\\]* (?: (?: \\. | '(?!'') ) [^'\\]* )*  '''
    | \"{3} [^"\\]* (?: (?: \\. | "(?!"") ) [^"\\]* )*  \"{3}
    | ' [^'\\\n]* (?: \\. [^'\\\n]* )* '
    | " [^"\\\n]* (?: \\. [^"\\\n]* )* "
    """,
    re.VERBOSE | re.DOTALL,
)
_CODE = re.compile(r"[a-z]+[0-9]+", re.IGNORECASE)
_DIRECTIVE = re.compile(
    r"""
    \#\s* (?:
        noqa (?![\w-]) (?P<codes> \s*:\s* (?: [a-z]+[0-9]+ [\s,]* )* )?
        | taskleash \s*:\s* (?:
            (?P<skip> skip-file ) (?![\w-])
            | ignore (?![\w-]) (?: \s* (?P<list> \[ [^\]]* (?: \] | $ ) ) )?
        )
    )
    """,
    re.VERBOSE | re.IGNORECASE,
)


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


def suppressions(text: str) -> Suppressions:
    """The suppressions in the comments of ``text``."""
    lowered = text.lower()
    if "noqa" not in lowered and "taskleash" not in lowered:
        return Suppressions()
    skip_file = False
    by_line: dict[int, frozenset[str] | None] = {}
    for line, comment in _comments(text):
        for directive in _DIRECTIVE.finditer(comment):
            if directive["skip"]:
                skip_file = True
            else:
                by_line[line] = _union(by_line.get(line, frozenset()), _codes(directive))
    return Suppressions(skip_file, by_line)


def _comments(text: str) -> Iterator[tuple[int, str]]:
    """The comments with their 1-based lines."""
    normal = text.replace("\r\n", "\n").replace("\r", "\n")
    line, end = 1, 0
    for token in _COMMENT_OR_STRING.finditer(normal):
        if token["comment"]:
            line += normal.count("\n", end, token.start())
            end = token.start()
            yield line, token["comment"]


def _codes(directive: re.Match[str]) -> frozenset[str] | None:
    """The codes that a directive names; ``None`` where it has no list and so means all."""
    listed = directive["codes"] or directive["list"]
    return None if listed is None else frozenset(code.upper() for code in _CODE.findall(listed))


def _union(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    return None if one is None or other is None else one | other
