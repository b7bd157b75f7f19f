"""What the audit says in a cell: plain text of inert names, code between backticks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from taskleash.audit.components import Component
from taskleash.audit.growth import Growth, Turn
from taskleash.audit.lifetimes import Life
from taskleash.audit.plan import FlagDecision, Step, Unchanged, effort_of
from taskleash.audit.remedies import Option
from taskleash.audit.watch import WARN_ALIVE
from taskleash.reporters import words
from taskleash.reporters.audit import words as audit_words
from taskleash.reporters.language import Language
from taskleash.reporters.report import Entry
from taskleash.reporters.series import series
from taskleash.rules.offers import objections
from taskleash.rules.registry import by_code
from taskleash.sentences import listed
from taskleash.verdict.model import Reach, Site, State

if TYPE_CHECKING:
    from taskleash.fixes.text.patch import Patch


def percentages(of: Component) -> tuple[str, str, str]:
    """How many of its tasks are tracked, ended on completion, cancelled at teardown."""
    return f"{of.tracked}%", f"{of.completed}%", f"{of.cancelled}%"


def place(site: Site) -> str:
    """``file.py:9``."""
    return f"{site.path}:{site.span.line}"


def lives_with(life: Life, say: Language) -> str:
    """What the task lives with: the process, an instance of which class, a call."""
    if life.standing.reach is Reach.INSTANCE and life.site.class_name:
        return say("each {name}", name=f"`{life.site.class_name}`")
    return say(audit_words.REACH[life.standing.reach])


def ended_by(life: Life, say: Language) -> str:
    """What ends the task: the name of a method, or in words how."""
    if life.standing.stopped_by:
        return f"`{life.standing.stopped_by}`"
    return say(words.ENDED_BY[life.site.cleaned.how] if life.is_ended else audit_words.NEVER)


def end_state(life: Life) -> State:
    """Whether the task is ended: on all paths, on some, or not at all."""
    if not life.is_ended:
        return State.NO
    return State.PARTIAL if life.site.cleaned.state is State.PARTIAL else State.YES


def period(life: Life) -> str:
    """How many seconds its loop sleeps for, empty where that is unknown."""
    return f"{life.standing.period} s" if life.standing.period else ""


def swallows(life: Life) -> str:
    """Where the coroutine swallows its cancellation: the line, with its file where it is another.

    Empty where it does not.
    """
    found = life.standing.swallows
    if found is None:
        return ""
    return f":{found.line}" if found.path == life.site.path else f"{found.path}:{found.line}"


def adds_up(site: Site, found: tuple[Growth, Turn], say: Language) -> str:
    """How a site's tasks add up, and what each of them keeps alive."""
    said = say(audit_words.GROWTH[found])
    kept = [name for name in site.captures if name.startswith("self ")] or list(site.captures)
    if not kept or found[0] is Growth.STAYS_KEPT:
        # Of those in a container most are done, and have let go of what they captured.
        return said
    names = series((f"`{name.removeprefix('self (').removesuffix(')')}`" for name in kept), say)
    return say("{growth}, each keeps one {names}", growth=said, names=names)


def ranking(say: Language) -> str:
    """How the plan ranks its steps."""
    return say(
        "Harm is how often the task is started (1 once, 2 for each call, 3 where what calls it is "
        "known or in a loop) × what it keeps alive (1 nothing, 2 something, 3 something heavy) × "
        "what stops it (1 it ends by itself, 2 not known or not always, 3 nothing). A high risk is "
        "P0 from a harm of 6 on, else P1; a low one is P1 from 6 on, else P2. Of equal harm, what "
        "is cheaper to mend comes first."
    )


def harm(step: Step[Entry]) -> str:
    """The factors of a step's harm and what they come to: ``3 × 2 × 1 = 6``."""
    of = step.harm
    return f"{of.often} × {of.keeps} × {of.lasts} = {of.total}"


def option(of: Option, say: Language) -> tuple[str, str, str]:
    """What speaks for an option, what against it, and what it costs."""
    against = say.told(of.objection) or say(
        audit_words.AGAINST.get(of.kind, audit_words.ANY_FIX_RISK)
    )
    effort = say(audit_words.EFFORTS[effort_of(of.offer)]) if of.offer is not None else ""
    return say(audit_words.FOR.get(of.kind, words.FIXES[of.kind])), against, effort


def remedy(step: Step[Entry], say: Language) -> str:
    """How to mend the finding: the recommended fix, or what a person is to do."""
    if step.fix is None:
        return say(audit_words.REMEDIES[step.entry.rule])
    return f"`{step.fix.kind}` {say(words.FIXES[step.fix.kind])}"


def fix_risk(step: Step[Entry], say: Language) -> str:
    """What the recommended fix changes for the program; where there is none, why not."""
    if step.fix is None:
        rule = by_code(step.entry.rule)
        found = objections(rule, step.entry.site) if rule is not None else ()
        return say.told(listed(found)) if found else ""
    if step.fix.applicability == "safe":
        return say(audit_words.NO_FIX_RISK)
    return say(audit_words.FIX_RISKS.get(step.fix.kind, audit_words.ANY_FIX_RISK))


def instead(step: Step[Entry], say: Language) -> str:
    """The kinds of the other fixes."""
    return series((fix.kind for fix in step.alternatives), say)


def changed_lines(patch: Patch) -> str:
    """How many lines the fix adds and removes: ``+3 -1``."""
    lines = patch.diff.split("\n")[2:]
    added, removed = (sum(line.startswith(sign) for line in lines) for sign in "+-")
    return f"+{added} -{removed}"


def question(decision: FlagDecision[Entry], say: Language) -> str:
    """What decides whether the steps matter."""
    if not decision.flag:
        return say("Does this code ever run?")
    return say("Is {flag} on?", flag=f"`{decision.flag}`")


def answers(decision: FlagDecision[Entry], say: Language) -> tuple[tuple[str, str], ...]:
    """The answers to the question, each with what follows from it."""
    findings = say.count(len(decision.steps), "finding")
    return (
        (say("no"), say("nothing to do now about {findings}", findings=findings)),
        (say("yes"), say("mend these first, in this order")),
    )


def reason(of: Unchanged[Entry], say: Language) -> str:
    """Why a task needs no change: how it is ended and where that is seen, or what silences it."""
    if of.reason in audit_words.REASONS:
        return say(audit_words.REASONS[of.reason])
    steps = [say.told(step.said) for step in of.entry.site.evidence]
    return say("; ").join(dict.fromkeys(steps)) or say(words.ENDED_BY[of.entry.site.cleaned.how])


def to_watch(sites: Sequence[Site], say: Language) -> str:
    """Which spawn sites to watch."""
    places = series((f"`{place(site)}`" for site in sites), say)
    return say(
        "Watch how many tasks are alive, and how many of them come from {places}.", places=places
    )


def threshold(say: Language) -> str:
    """From how many tasks on to warn, and how."""
    return say(
        "More than {count} living tasks are worth a warning. These lines log it:", count=WARN_ALIVE
    )


def without_a_change(say: Language) -> str:
    """How to see the same without a change to the program."""
    return say("This counts them by spawn site, with the program as it is:")
