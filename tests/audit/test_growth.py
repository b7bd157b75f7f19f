from __future__ import annotations

from typing import Any

import pytest

from support.reports import NO, PARTIAL, site, sound
from taskleash.audit.growth import Growth, Turn, growth
from taskleash.reporters.audit.words import GROWTH
from taskleash.verdict.model import Defect, Lifetime, Multiplicity, Reach, Risk, Standing

ENDLESS = {"lifetime": Lifetime.ENDLESS}
LOOP = {"multiplicity": Multiplicity.LOOP}
ONCE = {"multiplicity": Multiplicity.ONCE}
OVERWRITTEN = {"defect": Defect.OVERWRITTEN, "cleaned": PARTIAL, "risk": Risk.LOW}
PER_INSTANCE = {**ONCE, "standing": Standing(Reach.INSTANCE)}


@pytest.mark.parametrize(
    "fields",
    [
        {"cleaned": PARTIAL},
        ONCE,
        {**ENDLESS, **ONCE},
        {**ENDLESS, "is_bounded": True},
        {**ENDLESS, **ONCE, "standing": Standing(Reach.PROCESS)},
        {**ENDLESS, "cleaned": PARTIAL, "risk": Risk.LOW},
    ],
)
def test_what_is_not_certain_is_not_said(fields: dict[str, Any]) -> None:
    assert growth(site(**fields)) is None


def test_a_sound_task_does_not_add_up() -> None:
    assert growth(sound(**ENDLESS, cleaned=NO)) is None


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (ENDLESS, (Growth.RUNS_ON, Turn.CALL)),
        ({**ENDLESS, **LOOP}, (Growth.RUNS_ON, Turn.LOOP)),
        ({**ENDLESS, **PER_INSTANCE}, (Growth.RUNS_ON, Turn.INSTANCE)),
        ({**ENDLESS, **OVERWRITTEN}, (Growth.CAN_RUN_ON, Turn.CALL)),
        ({}, (Growth.AT_ONCE, Turn.CALL)),
        (LOOP, (Growth.AT_ONCE, Turn.LOOP)),
        ({"lifetime": Lifetime.UNKNOWN}, (Growth.AT_ONCE, Turn.CALL)),
        ({"defect": Defect.UNPRUNED}, (Growth.STAYS_KEPT, Turn.CALL)),
        ({"defect": Defect.UNPRUNED, "is_keyed": True}, (Growth.STAYS_KEPT, Turn.KEY)),
        ({"is_keyed": True}, (Growth.AT_ONCE, Turn.CALL)),
    ],
)
def test_what_adds_up_with_what(fields: dict[str, Any], expected: tuple[Growth, Turn]) -> None:
    assert growth(site(**fields)) == expected


def test_every_growth_has_its_words() -> None:
    assert set(GROWTH) == {(one, turn) for one in Growth for turn in Turn}
