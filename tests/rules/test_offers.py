"""Which fixes fit a site, and what is said where one does not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from support.reports import site
from taskleash.rules.model import AWAIT, CANCEL_PREVIOUS, OWN, TRACK
from taskleash.rules.offers import objections, offered
from taskleash.rules.registry import by_code
from taskleash.verdict.model import Lifetime, Multiplicity, Site

FITTING = site(in_async=True, teardowns=("Bot.close",), lifetime=Lifetime.SHORT)


def test_what_nothing_speaks_against_is_offered() -> None:
    rule = by_code("TL001")
    assert rule is not None
    assert offered(rule, FITTING) == (TRACK, AWAIT, OWN)
    assert objections(rule, FITTING) == ()


@pytest.mark.parametrize(
    ("code", "of", "left", "reason"),
    [
        ("TL005", replace(FITTING, in_async=False), (), "outside `async def`"),
        ("TL005", replace(FITTING, lifetime=Lifetime.ENDLESS), (), "would not go on"),
        ("TL002", replace(FITTING, gives_task=False), (), "something else than a task"),
        ("TL010", replace(FITTING, teardowns=()), (), "to end it in"),
        ("TL011", replace(FITTING, restarts_itself=True), (), "starts the next one"),
        ("TL011", replace(FITTING, multiplicity=Multiplicity.LOOP), (), "side by side"),
        ("TL001", replace(FITTING, in_async=False), (TRACK, OWN), "outside `async def`"),
        ("TL001", replace(FITTING, gives_task=False), (OWN,), "something else than a task"),
    ],
)
def test_what_is_not_offered_has_one_reason(
    code: str, of: Site, left: tuple[object, ...], reason: str
) -> None:
    rule = by_code(code)
    assert rule is not None
    assert offered(rule, of) == left
    (objection,) = objections(rule, of)
    assert reason in str(objection)


def test_no_other_rule_stops_at_the_previous_task() -> None:
    rule = by_code("TL011")
    assert rule is not None
    assert offered(rule, FITTING) == (CANCEL_PREVIOUS,)
