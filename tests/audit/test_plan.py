from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from support.reports import AWAIT, PARTIAL, TRACK, entry, site, sound
from taskleash.audit.plan import Effort, Harm, Plan, PlanReason, Priority, Step, plan
from taskleash.audit.remedies import command, options
from taskleash.fixes.choice import FixOffer
from taskleash.fixes.text.patch import Patch
from taskleash.reporters.audit.decisions import conclusion, tree
from taskleash.reporters.audit.phrases import fix_risk
from taskleash.reporters.audit.words import REMEDIES
from taskleash.reporters.language import ENGLISH
from taskleash.reporters.report import Entry
from taskleash.rules.registry import all_rules
from taskleash.verdict.model import Lifetime, Multiplicity, Risk, Site, Unseen

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


KNOWN_CALLER = {"often": "once for each call of `f`, from `g`"}


@pytest.mark.parametrize(
    ("fields", "harm", "priority"),
    [
        ({}, Harm(2, 1, 1), Priority.P1),
        ({"heavy": ("client",)}, Harm(2, 3, 1), Priority.P0),
        ({"captures": ("self (App)",)}, Harm(2, 2, 1), Priority.P1),
        ({**KNOWN_CALLER, "captures": ("self (App)",)}, Harm(3, 2, 1), Priority.P0),
        ({"multiplicity": Multiplicity.LOOP, "captures": ("x",)}, Harm(3, 2, 1), Priority.P0),
        (ENDLESS, Harm(2, 1, 3), Priority.P0),
        ({**ENDLESS, "cleaned": PARTIAL}, Harm(2, 1, 2), Priority.P1),
        ({"lifetime": Lifetime.UNKNOWN}, Harm(2, 1, 2), Priority.P1),
        (ONCE, Harm(1, 1, 1), Priority.P1),
        ({**LOW, "heavy": ("client",)}, Harm(2, 3, 1), Priority.P1),
        ({**LOW, "multiplicity": Multiplicity.LOOP}, Harm(3, 1, 1), Priority.P2),
        ({**LOW, **ONCE}, Harm(1, 1, 1), Priority.P2),
    ],
)
def test_how_often_what_is_kept_and_what_stops_it_make_the_priority(
    fields: dict[str, Any], harm: Harm, priority: Priority
) -> None:
    step = only(found(**fields))
    assert (step.harm, step.priority) == (harm, priority)


def test_each_step_has_the_command_that_makes_its_fix() -> None:
    own = only(found("my app.py", fixes=(OWN,)))
    assert command(own.entry, own.fix) == (
        "taskleash check --fix --unsafe-fixes --fix-style own --select TL001 'my app.py'"
    )
    track = only(found(fixes=(TRACK,)))
    assert command(track.entry, track.fix) == (
        "taskleash check --fix --fix-style track --select TL001 a.py"
    )
    by_hand = only(found())
    assert command(by_hand.entry, by_hand.fix) == (
        "taskleash check --format full --select TL001 a.py"
    )


def test_the_options_are_compared_with_what_speaks_against_those_that_do_not_fit() -> None:
    step = only(found(fixes=(AWAIT, TRACK)))
    said = [(o.kind, o.offer, str(o.objection)) for o in options(step.entry, step.fix)]
    assert said == [
        ("await", AWAIT, ""),
        ("track", TRACK, ""),
        ("own", None, "there is no `close()`, `stop()` or the like to end it in"),
    ]


def test_the_conclusion_counts_what_is_to_be_done_when() -> None:
    made = plan(
        [
            found(heavy=("client",)),
            found(**ONCE),
            found(**LOW, **ONCE),
            entry(asleep("b.py", "use_b", heavy=("client",)), "TL001"),
            entry(asleep("c.py", "use_b", would_be=Risk.LOW), "TL011"),
            entry(sound("d.py")),
        ]
    )
    assert conclusion(made, ENGLISH) == (
        "In short: 1 to mend today, 1 to mend next, 1 when there is time, "
        "1 after asking whether `use_b` is on, 1 that need no change."
    )
    assert conclusion(plan([]), ENGLISH) == "In short: nothing to mend."


def test_the_tree_asks_whether_it_runs_how_often_and_what_is_left() -> None:
    steps = [found(heavy=("client",)), entry(asleep("b.py", "use_b", task="other"), "TL001")]
    assert tree(plan(steps), ENGLISH) == [
        "Tasks pile up, or end half-way",
        "├─ 1. Is use_b on?",
        "│   ├─ yes → mend send, other",
        "│   └─ no → mend send",
        "├─ 2. Does main run often?",
        "│   ├─ yes → send is P0",
        "│   └─ no → send is P1",
        "└─ 3. Are tasks still left alive after that?",
        "    ├─ yes → see where they start: taskleash trace --warn-alive 30 -- python app.py",
        "    └─ no → done",
    ]
    assert tree(plan([entry(sound())]), ENGLISH) == []


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
    assert [str(step.priority) for step in steps] == ["P0", "P1", "P1", "P1", "P1", "P2"]


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


def unchanged(of: Plan[Entry]) -> list[tuple[str, PlanReason]]:
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
        ("a.py", PlanReason.SOUND),
        ("b.py", PlanReason.SUPPRESSED),
        ("c.py", PlanReason.KNOWN),
        ("d.py", PlanReason.UNREPORTED),
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
        ("use_a", [("c.py", Priority.P1)]),
        ("use_b", [("b.py", Priority.P1), ("a.py", Priority.P2)]),
    ]
    assert unchanged(made) == [("d.py", PlanReason.SOUND)]


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
