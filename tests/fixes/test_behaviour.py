"""The fixed programs are run: none hangs, loses work, swallows a failure or raises a new one."""

from __future__ import annotations

import sys
from collections import Counter
from functools import cache

import pytest

from support.fixed.asked import ASKED
from support.fixed.ended import ENDED
from support.fixed.grouped import grouped
from support.fixed.mending import Attempt, attempted
from support.fixed.merged import MERGED
from support.fixed.replaced import replaced
from support.fixed.running import Run, ran
from support.fixed.shapes import Promise, Shape, shapes
from support.fixed.written import WRITTEN, Written
from support.sweeps import swept

KINDS = ("track", "await", "own", "cancel-previous", "log", "taskgroup")
PROGRAMS = (*WRITTEN, *ENDED, *ASKED, *MERGED)
SHAPES = (*shapes(), *replaced(), *grouped())
NONE, OWN = frozenset[str](), frozenset({"own"})
#: the notes of what a program does on its own, which a teardown may stop
_ENDS = ("end ", "sent ", "ping ", "saved ", "reported", "seen ", "released ", "hello")
#: those of who caught a failure
CAUGHT = ("caught ", "known ")


@cache
def fix_of(source: str, kind: str, is_library: bool = False) -> Attempt | None:
    return attempted(source, kind, is_library)


@cache
def before(shape: Shape) -> Run:
    return ran(shape.source, keeps=True, eager=shape.is_eager)


def cases() -> list[tuple[Shape, str]]:
    return [(shape, kind) for shape in SHAPES for kind in KINDS]


def sound(old: Run, new: Run, text: str) -> None:
    """What no fix may bring about."""
    assert not new.is_stuck or old.is_stuck, f"it hangs\n{text}"
    assert new.error == old.error, f"another exception\n{text}"
    failed = sum(note.startswith("fail ") for note in new.notes)
    caught = sum(note.startswith(CAUGHT) for note in new.notes) + bool(new.error)
    assert new.failures.total() + caught >= failed, f"a failure that nobody is told of\n{text}"


def lost(old: Run, new: Run) -> list[str]:
    """What was done before and is not done any more."""
    gone = Counter(old.notes) - Counter(new.notes)
    return [note for note in gone.elements() if note.startswith(_ENDS)]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", swept(SHAPES), ids=lambda shape: shape.name)
def test_a_fixed_class_does_its_work_and_can_be_closed(shape: Shape, kind: str) -> None:
    if shape.is_eager and sys.version_info < (3, 12):
        pytest.skip("there are no eager tasks before 3.12")
    if kind == "taskgroup" and sys.version_info < (3, 11):
        pytest.skip("there are no task groups before 3.11")
    fix = fix_of(shape.source, kind, shape.is_library)
    if fix is None:
        return
    if kind in shape.refused:
        assert not fix.made, fix.text
    if not fix.made:
        return
    old, new = before(shape), ran(fix.text, keeps=False, eager=shape.is_eager)
    sound(old, new, fix.text)
    if kind == "track":
        assert (new.notes, new.failures) == (old.notes, old.failures), fix.text
    promise = shape.promises.get(kind, Promise())
    if not shape.may_stop and not (shape.is_let_go and kind in ("own", "log")):
        assert [note for note in lost(old, new) if note not in promise.lost] == [], fix.text
    if kind == "own":
        promise = Promise(shape.ends, shape.in_order)
    assert [note for note in promise.ends if note not in new.notes] == [], fix.text
    assert [note for note in promise.never if note in new.notes] == [], fix.text
    for first, second in promise.in_order:
        assert new.notes.index(first) < new.notes.index(second), fix.text


@pytest.mark.parametrize("shape", swept(SHAPES), ids=lambda shape: shape.name)
def test_what_others_may_want_to_see_the_end_of_is_not_ended_unasked(shape: Shape) -> None:
    asked, unasked = (
        attempted(shape.source, "own", shape.is_library, unasked=each) for each in (NONE, OWN)
    )
    if asked is not None and unasked is not None:
        # What never ends, and what changes nothing but its object.
        is_over = shape.name.endswith(("endless", "computes")) and "own" not in shape.refused
        assert unasked.made == (asked.made if is_over else 0), unasked.reasons
        assert not unasked.made or unasked.text == asked.text


@pytest.mark.sweep
def test_at_least_half_of_what_is_offered_is_made() -> None:
    offered, made = Counter[str](), Counter[str]()
    for shape, kind in cases():
        if (fix := fix_of(shape.source, kind, shape.is_library)) is not None:
            offered[kind] += 1
            made[kind] += fix.made > 0
    for kind in KINDS:
        print(f"{kind}: {made[kind]} of {offered[kind]} programs that it applies to are fixed")
    print(f"all: {made.total()} of {offered.total()}")
    assert offered.total() > 100
    assert [kind for kind in KINDS if made[kind] < offered[kind] / 2] == []


@pytest.mark.parametrize(
    ("program", "kind"),
    [(each, kind) for each in PROGRAMS for kind in each.kinds],
    ids=lambda value: value if isinstance(value, str) else value.name,
)
def test_a_fixed_program_does_what_it_did(program: Written, kind: str) -> None:
    fix = fix_of(program.source, kind, program.is_library)
    made = fix is not None and fix.made > 0
    assert made is program.kinds[kind], fix.reasons if fix is not None else "not offered"
    if fix is None or not made:
        return
    if kind == "taskgroup" and sys.version_info < (3, 11):
        pytest.skip("there are no task groups before 3.11")
    old, new = ran(program.source, keeps=True), ran(fix.text, keeps=False)
    sound(old, new, fix.text)
    wanted = program.notes.get(kind, ())
    assert [note for note in wanted if note not in new.notes] == [], fix.text
    if kind == "track":
        assert fix.reasons == (), fix.text
        assert (new.notes, new.failures) == (old.notes, old.failures), fix.text
    elif kind == "await":
        assert sorted(new.notes) == sorted(old.notes), fix.text
        places = [new.notes.index(note) for note in wanted]
        assert places == sorted(places), fix.text


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_a_written_program_runs_as_it_is(program: Written) -> None:
    run = ran(program.source, keeps=True)
    assert not run.is_stuck
    assert not run.error


def test_the_harness_sees_a_hang_a_loss_and_a_swallowed_failure() -> None:
    hangs = "import asyncio\nasync def main():\n    await asyncio.Event().wait()\n"
    assert ran(hangs, keeps=False).is_stuck
    drops = (
        "import asyncio\nasync def work():\n    await asyncio.sleep(1)\n    note('end')\n"
        "async def main():\n    asyncio.create_task(work())\n    await asyncio.sleep(2)\n"
    )
    assert ran(drops, keeps=True).notes == ("end",)
    assert ran(drops, keeps=False).notes == ()
    fails = drops.replace("note('end')", "raise ValueError(1)")
    assert ran(fails, keeps=True).failures == Counter({"ValueError(1)": 1})
