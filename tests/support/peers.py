"""What other linters expect of a file, read from their own data, and how taskleash compares."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from support.packages import Finding

_SPAWNS = {"create_task", "ensure_future"}


@dataclass(frozen=True)
class Verdicts:
    """The lines of one file that a peer reports, and the spawning lines that it passes over."""

    positive: frozenset[int]
    negative: frozenset[int]


def spawn_lines(source: str) -> frozenset[int]:
    """The lines where a call of something named ``create_task`` or ``ensure_future`` starts."""
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return frozenset(call.lineno for call in calls if _called_name(call.func) in _SPAWNS)


def commented(source: str, code: str) -> Verdicts:
    """The verdicts of a file that marks its positives with ``# CODE: column`` comments."""
    mark = re.compile(rf"#\s*{code}: \d+")
    lines = enumerate(source.splitlines(), start=1)
    positive = frozenset(number for number, line in lines if mark.search(line))
    return Verdicts(positive, spawn_lines(source) - positive)


def disagreements(
    verdicts: Verdicts, findings: Sequence[Finding], known: Mapping[int, str]
) -> list[str]:
    """Where taskleash differs from a peer without a known reason, and reasons that have no use.

    It differs where it has no rule for a line that the peer reports, and where it puts a high risk
    on a spawning line that the peer passes over.
    """
    reported = {f.line for f in findings if f.rule is not None}
    high = {f.line for f in findings if f.rule is not None and f.risk == "high"}
    missed = verdicts.positive - reported
    surplus = verdicts.negative & high
    return [
        *(f"line {n}: a positive that is not reported" for n in sorted(missed - known.keys())),
        *(f"line {n}: a negative with high risk" for n in sorted(surplus - known.keys())),
        *(f"line {n}: no longer differs" for n in sorted(known.keys() - missed - surplus)),
    ]


def _called_name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
