"""Which of a rule's fixes fit a site, as far as its verdict tells."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from taskleash.models.vocabulary import RUNNING_WORDS
from taskleash.rules.model import AWAIT, CANCEL_PREVIOUS, LOG, OWN, TRACK, Fix, Rule
from taskleash.sentences import Said, sentence
from taskleash.verdict.model import Defect, Lifetime, Multiplicity, Site


def _against_await(site: Site) -> Said:
    """Not where the work goes on for as long as its caller, by what it does or by its name."""
    # Imported here because a run that finds nothing has no use for the linker.
    from taskleash.models.vocabulary import words

    if not site.in_async:
        return sentence("nothing can be awaited outside `async def`")
    if site.lifetime is Lifetime.ENDLESS or (
        site.lifetime is Lifetime.UNKNOWN and not RUNNING_WORDS.isdisjoint(words(site.task))
    ):
        return sentence("whoever awaits `{task}` would not go on", task=site.task)
    return _against_track(site)


def _against_track(site: Site) -> Said:
    """Not what may be None: it has no ``add_done_callback``."""
    if site.gives_task:
        return ""
    return sentence("`{call}` may give something else than a task", call=site.call)


def _against_own(site: Site) -> Said:
    if site.teardowns:
        return ""
    return sentence("there is no `close()`, `stop()` or the like to end it in")


def _against_cancel_previous(site: Site) -> Said:
    if site.restarts_itself:
        return sentence(
            "the task itself starts the next one, and could not do so once it is cancelled"
        )
    if site.multiplicity is Multiplicity.LOOP:
        return sentence("the tasks of a loop are meant to run side by side")
    return ""


def _against_log(site: Site) -> Said:
    """Not where no failure leaves the work of a future that nobody keeps."""
    if site.defect is Defect.DISCARDED_THREADSAFE and site.never_fails:
        return sentence("no failure leaves `{task}`", task=site.task)
    return ""


_OBJECTIONS: Mapping[Fix, Callable[[Site], Said]] = {
    TRACK: _against_track,
    AWAIT: _against_await,
    OWN: _against_own,
    CANCEL_PREVIOUS: _against_cancel_previous,
    LOG: _against_log,
}


def offered(rule: Rule, site: Site) -> tuple[Fix, ...]:
    """The fixes of a rule that fit a site that it reports.

    What the source itself shows against one is heeded as far as it has been looked at.
    """
    return tuple(fix for fix in rule.fixes if not _objection(fix, site))


def objections(rule: Rule, site: Site) -> tuple[Said, ...]:
    """Why fixes of a rule do not fit a site that it reports, each reason once, as a clause."""
    reasons = (_objection(fix, site) for fix in rule.fixes)
    return tuple(dict.fromkeys(reason for reason in reasons if reason))


def objection_to(kind: str, site: Site) -> Said:
    """Why a fix of this kind does not fit a site, as a clause; empty where it does."""
    return next((_objection(fix, site) for fix in _OBJECTIONS if fix.kind == kind), "")


def _objection(fix: Fix, site: Site) -> Said:
    if shown := dict(site.unfit).get(fix.kind):
        return shown
    objection = _OBJECTIONS.get(fix)
    return objection(site) if objection is not None else ""
