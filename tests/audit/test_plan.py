from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from support.reports import AWAIT, TRACK, entry, site, sound
from taskleash.audit.plan import Effort, Plan, Priority, Reason, Step, plan
from taskleash.classify.model import Lifetime, Multiplicity, Risk, Site, Unseen
from taskleash.fixes.choice import FixOffer
from taskleash.fixes.patch import Patch
from taskleash.reporters.audit.phrases import fix_risk
from taskleash.reporters.audit.words import REMEDIES
from taskleash.reporters.language import ENGLISH
from taskleash.reporters.report import Entry
from taskleash.rules.registry import all_rules

OWN = FixOffer("own", "unsafe", False)
ONCE = {"multiplicity": Multiplicity.ONCE}
LOW = {"risk": Risk.LOW}
ENDLESS = {"lifetime": Lifetime.ENDLESS}


def found(path: str = "a.py", line: int = 3, rule: str = "TL001", **fields: Any) -> Entry:
    """A finding; the first of its fixes is the one that was found to work."""
    fixes = fields.pop("fixes", ())
    patches = tuple(Patch(one.kind, one.applicability, False, "", "", ()) for one in fixes[:1])
    return entry(site(path, line, **fields), rule, "m", fixes=fixes, patches=patches)


def only(of: Entry) -> Step[Entry]:
    (step,) = plan([of]).steps
    return step


@pytest.mark.parametrize(
    ("fields", "harm", "priority"),
    [
        ({}, 4, Priority.P0),
        ({"heavy": ("client",)}, 5, Priority.P0),
        (ENDLESS, 5, Priority.P0),
        ({**ONCE, "heavy": ("client",)}, 4, Priority.P0),
        (ONCE, 3, Priority.P1),
        ({**LOW, "heavy": ("client",)}, 3, Priority.P1),
        ({**LOW, "multiplicity": Multiplicity.LOOP}, 2, Priority.P2),
        ({**LOW, **ONCE, **ENDLESS}, 2, Priority.P2),
        ({**LOW, **ONCE}, 1, Priority.P2),
    ],
)
def test_risk_repetition_and_what_lasts_make_the_priority(
    fields: dict[str, Any], harm: int, priority: Priority
) -> None:
    step = only(found(**fields))
    assert (step.harm, step.priority) == (harm, priority)


def test_more_harm_comes_first_then_the_cheaper_fix_then_the_place() -> None:
    steps = plan(
        [
            found("a.py", risk=Risk.LOW, fixes=(TRACK,)),
            found("b.py"),
            found("c.py", fixes=(OWN,)),
            found("d.py", 9, fixes=(TRACK,)),
            found("d.py", 8, fixes=(TRACK,)),
            found("e.py", heavy=("client",)),
        ]
    ).steps
    places = [(step.entry.site.path, step.entry.site.span.line) for step in steps]
    assert places == [("e.py", 3), ("d.py", 8), ("d.py", 9), ("c.py", 3), ("b.py", 3), ("a.py", 3)]
    assert [str(step.priority) for step in steps] == ["P0", "P0", "P0", "P0", "P0", "P2"]


def test_the_fix_is_the_one_that_works_and_the_rest_are_alternatives() -> None:
    step = only(found(fixes=(TRACK, AWAIT, OWN)))
    assert (step.fix, step.alternatives) == (TRACK, (AWAIT, OWN))
    beside = only(found(fixes=(AWAIT, TRACK, OWN), multiplicity=Multiplicity.LOOP))
    assert (beside.fix, beside.alternatives, beside.effort) == (AWAIT, (OWN, TRACK), Effort.REVIEW)


def test_a_fix_that_does_not_work_is_left_to_a_person() -> None:
    untried = replace(found(fixes=(TRACK,)), patches=())
    assert (only(untried).fix, only(untried).effort) == (None, Effort.HAND)


def test_a_safe_fix_takes_a_command_and_no_fix_takes_a_person() -> None:
    assert only(found(fixes=(TRACK,))).effort is Effort.APPLY
    by_hand = only(found())
    assert (by_hand.fix, by_hand.alternatives, by_hand.effort) == (None, (), Effort.HAND)


def unchanged(of: Plan[Entry]) -> list[tuple[str, Reason]]:
    return [(each.entry.site.path, each.reason) for each in of.unchanged]


def test_what_needs_no_change_is_told_with_its_reason() -> None:
    made = plan(
        [
            entry(sound("a.py")),
            entry(site("b.py"), "TL001", suppressed=True),
            entry(site("c.py"), "TL001", known=True),
            entry(site("d.py")),
            entry(sound("e.py", unseen=Unseen.AS_LONG_AS_KEPT), "TL020", "nobody sees it fail"),
        ]
    )
    assert unchanged(made) == [
        ("a.py", Reason.SOUND),
        ("b.py", Reason.SUPPRESSED),
        ("c.py", Reason.KNOWN),
        ("d.py", Reason.UNREPORTED),
    ]
    assert [step.entry.site.path for step in made.steps] == ["e.py"]


def asleep(path: str, guard: str, **fields: Any) -> Site:
    given = {"risk": Risk.LOW, "would_be": Risk.HIGH, "dormant": True, "guard": guard}
    return site(path, **{**given, **fields})


def test_dormant_findings_wait_for_their_flag_with_the_harm_that_they_would_do() -> None:
    made = plan(
        [
            entry(asleep("a.py", "use_b", would_be=Risk.LOW), "TL011"),
            entry(asleep("b.py", "use_b"), "TL001"),
            entry(asleep("c.py", "use_a"), "TL001"),
            entry(sound("d.py", dormant=True, guard="use_a", would_be=Risk.NONE)),
        ]
    )
    assert made.steps == ()
    told = [
        (each.flag, [(s.entry.site.path, s.priority) for s in each.steps])
        for each in made.decisions
    ]
    assert told == [
        ("use_a", [("c.py", Priority.P0)]),
        ("use_b", [("b.py", Priority.P0), ("a.py", Priority.P2)]),
    ]
    assert unchanged(made) == [("d.py", Reason.SOUND)]


def test_what_takes_a_person_says_why_no_fix_is_made() -> None:
    again = only(found(rule="TL011", restarts_itself=True))
    assert fix_risk(again, ENGLISH).startswith("the task itself starts the next one")
    assert fix_risk(only(found(fixes=(TRACK,))), ENGLISH) == "none"
    assert fix_risk(only(found(fixes=(OWN,))), ENGLISH) == "the teardown does more"
    demoted = FixOffer("track", "unsafe", False)
    assert fix_risk(only(found(fixes=(demoted,))), ENGLISH) == "it may change what the program does"


def test_every_rule_that_reports_a_task_tells_a_person_what_to_do() -> None:
    tasks = {rule.code for rule in all_rules()} - {"TL000", "TL100"}
    assert set(REMEDIES) == tasks
