"""Which of a rule's fixes fit a site, as far as its verdict tells."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from taskleash.classify.model import Lifetime, Multiplicity, Site
from taskleash.facts.catalogue import RUNNING_WORDS
from taskleash.rules.model import AWAIT, CANCEL_PREVIOUS, OWN, TRACK, Fix, Rule


def _can_await(site: Site) -> bool:
    """Not where the work goes on for as long as its caller, by what it does or by its name."""
    # Imported here because a run that finds nothing has no use for the linker.
    from taskleash.link.teardown import words

    runs_on = site.lifetime is Lifetime.ENDLESS or (
        site.lifetime is Lifetime.UNKNOWN and not RUNNING_WORDS.isdisjoint(words(site.task))
    )
    return site.in_async and site.gives_task and not runs_on


def _can_track(site: Site) -> bool:
    """Not what may be None: it has no ``add_done_callback``."""
    return site.gives_task


def _can_own(site: Site) -> bool:
    return bool(site.teardowns)


def _can_cancel_previous(site: Site) -> bool:
    return site.multiplicity is not Multiplicity.LOOP and not site.restarts_itself


_CONDITIONS: Mapping[Fix, Callable[[Site], bool]] = {
    TRACK: _can_track,
    AWAIT: _can_await,
    OWN: _can_own,
    CANCEL_PREVIOUS: _can_cancel_previous,
}


def offered(rule: Rule, site: Site) -> tuple[Fix, ...]:
    """The fixes of a rule that fit a site that it reports.

    The source may still show that one of them cannot be made.
    """
    return tuple(fix for fix in rule.fixes if _fits(fix, site))


def _fits(fix: Fix, site: Site) -> bool:
    condition = _CONDITIONS.get(fix)
    return condition is None or condition(site)
