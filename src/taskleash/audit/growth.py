"""Whether a site's tasks add up while the program runs, as far as its verdict proves it."""

from __future__ import annotations

from taskleash.verdict.model import (
    Defect,
    Lifetime,
    Multiplicity,
    Reach,
    Risk,
    Site,
    State,
    Word,
)


class Growth(Word):
    """How tasks add up: each start leaves one running, can leave one, or leaves it in a place.

    Those that end by themselves are only as many at once as were started in that time.
    """

    RUNS_ON = "runs-on"
    CAN_RUN_ON = "can-run-on"
    STAYS_KEPT = "stays-kept"
    AT_ONCE = "at-once"


class Turn(Word):
    """What adds one more: a call, a turn of a loop, an instance of the class, a new key."""

    CALL = "call"
    LOOP = "loop"
    INSTANCE = "instance"
    KEY = "key"


def growth(site: Site) -> tuple[Growth, Turn] | None:
    """How the site's tasks add up, and with what; None where that is not known to be so."""
    turn = _turn(site)
    if turn is None or site.risk is Risk.NONE:
        return None
    if site.is_bounded and turn is not Turn.INSTANCE:
        return None
    if site.defect is Defect.UNPRUNED:
        # The next one under the same key takes its place.
        return Growth.STAYS_KEPT, Turn.KEY if site.is_keyed else turn
    if site.lifetime is not Lifetime.ENDLESS:
        return (Growth.AT_ONCE, turn) if site.cleaned.state is State.NO else None
    if site.cleaned.state is State.NO:
        return Growth.RUNS_ON, turn
    return (Growth.CAN_RUN_ON, turn) if site.defect is Defect.OVERWRITTEN else None


def _turn(site: Site) -> Turn | None:
    if site.multiplicity is Multiplicity.LOOP:
        return Turn.LOOP
    if site.multiplicity is Multiplicity.PER_CALL:
        return Turn.CALL
    per_instance = site.standing is not None and site.standing.reach is Reach.INSTANCE
    return Turn.INSTANCE if per_instance else None
