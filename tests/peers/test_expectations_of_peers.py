"""How the peers' expectations are read, and what counts as a disagreement with them."""

from __future__ import annotations

from support.packages import Finding
from support.peers import Verdicts, commented, disagreements, spawn_lines

SOURCE = """\
import asyncio
asyncio.create_task(one())  # ASYNC300: 0
task = asyncio.ensure_future(
    two(),
)
asyncio.create_task  # no call
"create_task()"
[asyncio.create_task(three())]  # ASYNC300: 1
create_task(four())  # a comment that names ASYNC300
"""
VERDICTS = Verdicts(frozenset({2, 8}), frozenset({3, 9}))


def finding(line: int, rule: str | None, risk: str) -> Finding:
    return Finding("peer.py", line, rule, risk)


AGREEING = [
    finding(2, "TL001", "high"),
    finding(3, "TL010", "low"),
    finding(8, "TL005", "low"),
    finding(9, None, "none"),
]


def test_a_spawn_is_a_call_at_the_line_where_it_starts() -> None:
    assert spawn_lines(SOURCE) == {2, 3, 8, 9}


def test_marked_lines_are_positive_and_all_other_spawns_negative() -> None:
    assert commented(SOURCE, "ASYNC300") == VERDICTS


def test_reported_positives_and_low_negatives_agree() -> None:
    assert disagreements(VERDICTS, AGREEING, {}) == []


def test_a_positive_without_a_rule_and_a_high_negative_disagree() -> None:
    differing = [finding(2, None, "none"), finding(9, "TL001", "high")]
    assert disagreements(VERDICTS, differing, {}) == [
        "line 2: a positive that is not reported",
        "line 8: a positive that is not reported",
        "line 9: a negative with high risk",
    ]


def test_a_known_divergence_is_passed_over_while_it_lasts() -> None:
    differing = [*AGREEING[:3], finding(9, "TL001", "high")]
    known = {9: "the reason"}
    assert disagreements(VERDICTS, differing, known) == []
    assert disagreements(VERDICTS, AGREEING, known) == ["line 9: no longer differs"]
