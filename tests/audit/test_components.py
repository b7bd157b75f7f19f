from __future__ import annotations

from support.reports import NO, PARTIAL, entry, site, sound
from taskleash.audit.components import Component, ComponentKind, package_card, score_card
from taskleash.verdict.model import Risk, Site, State


def card(*sites: Site) -> tuple[Component, ...]:
    return score_card([entry(one) for one in sites])


def test_a_class_is_a_component_and_the_rest_of_its_module_another() -> None:
    found = card(
        site("a/app.py", 3, class_name="Agent"),
        site("a/app.py", 9, class_name="Agent.Inner"),
        site("a/app.py", 20),
        site("a/tools/__init__.py", 1),
        site("b/app.py", 5, class_name="Agent"),
    )
    assert [(each.kind, each.name, each.path) for each in found] == [
        (ComponentKind.CLASS, "Agent", "a/app.py"),
        (ComponentKind.CLASS, "Agent.Inner", "a/app.py"),
        (ComponentKind.MODULE, "app", "a/app.py"),
        (ComponentKind.MODULE, "tools", "a/tools/__init__.py"),
        (ComponentKind.CLASS, "Agent", "b/app.py"),
    ]


def test_a_package_is_a_folder_with_its_own_files_alone() -> None:
    found = package_card(
        [entry(one) for one in (site("top.py"), site("a/x.py"), site("a/y.py"), site("a/b/z.py"))]
    )
    assert [(each.name, each.path, each.tasks) for each in found] == [
        (".", ".", 1),
        ("a", "a", 2),
        ("b", "a/b", 1),
    ]


def test_only_what_is_held_and_ended_throughout_scores_a_hundred() -> None:
    (whole,) = card(sound(on_completion=State.YES, at_teardown=State.YES))
    assert whole.score == 100
    (nothing,) = card(sound(tracked=NO, cleaned=NO))
    assert (nothing.score, nothing.tracked, nothing.completed, nothing.cancelled) == (0, 0, 0, 0)
    unheld = sound(tracked=NO, cleaned=NO)
    (only,) = card(sound(on_completion=State.YES, at_teardown=State.YES), unheld)
    assert (only.score, only.tracked, only.completed, only.cancelled) == (50, 50, 50, 50)
    assert only.risk is Risk.NONE


def test_a_partial_cell_counts_half() -> None:
    half = site(tracked=PARTIAL, cleaned=NO, risk=Risk.LOW, at_teardown=State.PARTIAL)
    (only,) = card(half)
    assert (only.tracked, only.cancelled, only.completed, only.score) == (50, 50, 0, 25)


def test_one_bad_task_among_many_keeps_the_score_below_a_hundred() -> None:
    (only,) = card(*(sound(line=n) for n in range(1, 300)), site(line=300))
    assert (only.tasks, only.score, only.risk) == (300, 99, Risk.HIGH)


def test_the_worst_comes_first() -> None:
    dormant = {"risk": Risk.LOW, "dormant": True}
    found = card(
        sound("a.py"),
        site("b.py", **dormant),
        site("c.py", risk=Risk.LOW),
        site("d.py"),
        site("e.py", tracked=PARTIAL),
    )
    assert [each.name for each in found] == ["d", "c", "b", "e", "a"]
