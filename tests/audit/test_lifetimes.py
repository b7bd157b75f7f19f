from __future__ import annotations

import pytest

from support.reports import NO, PARTIAL, entry, site, sound, yes
from taskleash.audit.lifetimes import life_table
from taskleash.verdict.model import Evidence, Reach, Risk, Site, Standing

PROCESS = Standing(Reach.PROCESS)
STOPPED = Standing(Reach.INSTANCE, stopped_by="stop()")
SWALLOWS = Standing(Reach.PROCESS, stopped_by="stop()", swallows=Evidence("a.py", 9, 5, "caught"))


def risk(of: Site) -> Risk:
    (life,) = life_table([entry(of)])
    return life.risk


def test_a_task_that_ends_by_itself_is_not_in_the_table() -> None:
    assert life_table([entry(site())]) == ()


def test_a_sound_singleton_that_nothing_stops_is_low_here() -> None:
    sweeper = sound(cleaned=yes("self-managed"), standing=PROCESS)
    assert risk(sweeper) is Risk.LOW


@pytest.mark.parametrize(
    "ended",
    [sound(standing=STOPPED), sound(standing=PROCESS, cleaned=yes("owner"))],
    ids=["by a method", "by its owner"],
)
def test_what_something_ends_keeps_its_risk(ended: Site) -> None:
    assert risk(ended) is Risk.NONE


def test_swallowed_cancellation_is_never_without_risk() -> None:
    assert risk(sound(standing=SWALLOWS)) is Risk.LOW


def test_a_high_risk_stays_high() -> None:
    assert risk(site(standing=SWALLOWS)) is Risk.HIGH


def test_the_worst_comes_first() -> None:
    low = {"risk": Risk.LOW, "standing": STOPPED, "cleaned": PARTIAL}
    found = life_table(
        [
            entry(sound("a.py", standing=STOPPED)),
            entry(site("b.py", dormant=True, **low)),
            entry(site("c.py", **low)),
            entry(site("d.py", risk=Risk.LOW, cleaned=NO, standing=PROCESS)),
            entry(site("e.py", standing=PROCESS)),
        ]
    )
    assert [life.site.path for life in found] == ["e.py", "d.py", "c.py", "b.py", "a.py"]
    assert [life.is_ended for life in found] == [False, False, True, True, True]
