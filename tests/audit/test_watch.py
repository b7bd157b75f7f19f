from __future__ import annotations

from support.reports import entry, site
from taskleash.audit.watch import watched
from taskleash.verdict.model import Risk


def test_two_sites_of_a_line_are_watched_as_one_the_worst_first() -> None:
    low = entry(site("b.py", 3, risk=Risk.LOW))
    found = [low, *(entry(site("a.py", line)) for line in (5, 5, 4))]
    assert [(each.path, each.span.line) for each in watched(found)] == [
        ("a.py", 4),
        ("a.py", 5),
        ("b.py", 3),
    ]


def test_eight_lines_are_enough_to_watch() -> None:
    found = [entry(site("a.py", line)) for line in range(1, 10) for _ in range(2)]
    assert [each.span.line for each in watched(found)] == list(range(1, 9))
