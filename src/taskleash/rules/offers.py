"""Which of a rule's fixes fit a site, as far as its verdict tells."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from taskleash.models.lifecycle import is_a_start
from taskleash.models.vocabulary import PROMPT_WORDS, RUNNING_WORDS, TELEMETRY_WORDS, words
from taskleash.rules.model import AWAIT, CANCEL_PREVIOUS, LOG, OWN, TASKGROUP, TRACK, Fix, Rule
from taskleash.sentences import Said, sentence
from taskleash.verdict.model import Defect, Handle, Lifetime, Multiplicity, Site, State

#: rules of work that was started to run beside its caller
STARTED = frozenset({"TL001", "TL003"})
#: the rule of what nobody waits for
_DROPPED = "TL001"


def _against_await(code: str, site: Site) -> Said:
    """Not where the work goes on for as long as its caller, by what it does or by its name."""
    if not site.in_async:
        return sentence("nothing can be awaited outside `async def`")
    if site.lifetime is Lifetime.ENDLESS or (
        site.lifetime is Lifetime.UNKNOWN and not RUNNING_WORDS.isdisjoint(words(site.task))
    ):
        return sentence("whoever awaits `{task}` would not go on", task=site.task)
    if site.handle is Handle.ESCAPES:
        return sentence("it is for the callers to await the task")
    if code in STARTED and (reason := against_waiting(site) or _against_start(site)):
        return reason
    return _against_track(code, site)


def against_waiting(site: Site) -> Said:
    """Why work that was started to run beside its caller has to stay there; empty if nothing tells.

    What is not at hand may be any function, unless its name says that it hands something over.
    """
    task, found = site.task, words(site.task)
    if site.is_closure:
        return sentence("`{task}` was written to run beside the function that it is in", task=task)
    is_any = site.prompt is State.UNKNOWN and PROMPT_WORDS.isdisjoint(found)
    is_running = not RUNNING_WORDS.isdisjoint(found)
    if site.lifetime is not Lifetime.SHORT or is_any or is_running:
        if not found or task.startswith("<"):
            return sentence("how long what it starts takes is not known")
        return sentence("how long `{task}` takes is not known", task=task)
    if site.prompt is State.NO:
        return sentence("`{task}` may wait for what comes after this", task=task)
    return _against_telemetry(site)


def _against_telemetry(site: Site) -> Said:
    if TELEMETRY_WORDS.isdisjoint(words(site.task)):
        return ""
    return sentence(
        "`{task}` tells how the program is used, which is no part of this", task=site.task
    )


def _against_start(site: Site) -> Said:
    if not is_a_start(site.scope.rpartition(".")[2], site.task):
        return ""
    return sentence("it would hold up the start")


def _against_track(_: str, site: Site) -> Said:
    """Not what may be None: it has no ``add_done_callback``."""
    if site.gives_task:
        return ""
    return sentence("`{call}` may give something else than a task", call=site.call)


def _against_own(code: str, site: Site) -> Said:
    """Not where the class has no teardown, or what starts the task is one itself."""
    if not site.teardowns:
        return sentence("there is no `close()`, `stop()` or the like to end it in")
    ending = {name.rpartition(".")[2] for name in site.teardowns}
    start = site.scope.removeprefix(f"{site.class_name}.").partition(".")[0]
    if start == "__del__":
        return sentence("nobody takes down what is gone already")
    if start in ending:
        return sentence("`{start}`, which starts it, is a teardown itself", start=start)
    if all(name.rpartition(".")[0] != site.class_name for name in site.teardowns):
        return sentence(
            "`{name}` has no close, stop or other teardown of its own here",
            name=site.class_name.rpartition(".")[2],
        )
    if ending == {site.task.rpartition(".")[2]}:
        return sentence("the work itself is `{task}`", task=site.task)
    if code != _DROPPED:
        return ""
    if not site.has_own_state:
        return sentence(
            "`{name}` has no `__init__` of its own that can make a container",
            name=site.class_name.rpartition(".")[2],
        )
    return _against_telemetry(site)


def _against_group(_: str, site: Site) -> Said:
    """Not where a group would wait for long, or a failure would leave it."""
    task = site.task
    if site.lifetime is not Lifetime.SHORT:
        return sentence("whoever waits for `{task}` would not go on", task=task)
    if site.handle is Handle.STORED:
        return sentence("`{place}` keeps it for longer", place=site.holder)
    if not site.never_fails:
        return sentence("its failure would come to the caller, and end what is beside it")
    return ""


def _against_cancel_previous(_: str, site: Site) -> Said:
    if site.restarts_itself:
        return sentence(
            "the task itself starts the next one, and could not do so once it is cancelled"
        )
    if site.multiplicity is Multiplicity.LOOP:
        return sentence("the tasks of a loop are meant to run side by side")
    return ""


def _against_log(_: str, site: Site) -> Said:
    """Not where no failure leaves the work of a future that nobody keeps."""
    if site.defect is Defect.DISCARDED_THREADSAFE and site.never_fails:
        return sentence("no failure leaves `{task}`", task=site.task)
    return ""


_OBJECTIONS: Mapping[Fix, Callable[[str, Site], Said]] = {
    TRACK: _against_track,
    AWAIT: _against_await,
    OWN: _against_own,
    TASKGROUP: _against_group,
    CANCEL_PREVIOUS: _against_cancel_previous,
    LOG: _against_log,
}


def offered(rule: Rule, site: Site) -> tuple[Fix, ...]:
    """The fixes of a rule that fit a site that it reports.

    What the source itself shows against one is heeded as far as it has been looked at.
    """
    return tuple(fix for fix in rule.fixes if not _objection(fix, rule.code, site))


def objections(rule: Rule, site: Site) -> tuple[Said, ...]:
    """Why fixes of a rule do not fit a site that it reports, each reason once, as a clause."""
    reasons = (_objection(fix, rule.code, site) for fix in rule.fixes)
    return tuple(dict.fromkeys(reason for reason in reasons if reason))


def objection_to(kind: str, code: str, site: Site) -> Said:
    """Why a fix of this kind does not fit a finding of a rule, as a clause; empty where it does."""
    found = (_objection(fix, code, site) for fix in _OBJECTIONS if fix.kind == kind)
    return next(found, "")


def _objection(fix: Fix, code: str, site: Site) -> Said:
    if shown := dict(site.unfit).get(fix.kind):
        return shown
    objection = _OBJECTIONS.get(fix)
    return objection(code, site) if objection is not None else ""
