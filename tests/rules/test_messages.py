"""What the rules say: one line that names this task, whatever is known of it."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import product

import pytest

from taskleash.ir.lowering.extract import extract
from taskleash.rules.registry import all_rules, diagnose
from taskleash.source.loading import Source
from taskleash.verdict.judge import judge
from taskleash.verdict.model import (
    Cell,
    Defect,
    Ending,
    Handle,
    Lifetime,
    Multiplicity,
    Risk,
    Site,
    Span,
    State,
    Unseen,
    Vanishing,
    Vanishings,
)

ALL = frozenset(rule.code for rule in all_rules())
# One line, lower case, what is wrong before a colon and what that does after it, no full stop.
STYLE = re.compile(r"[a-z][^\n:<>]+: [^\n:<>]+[^\n .!]")
AVOIDED = re.compile(r"\b(please|should|consider)\b|``| {2}")
NOTHING = Cell(State.NO, "none")
SITE = Site(
    path="app.py",
    span=Span(3, 5, 3, 30),
    statement=Span(3, 5, 3, 30),
    call="asyncio.create_task",
    task="poll",
    scope="Sensor.start",
    handle=Handle.STORED,
    ending=Ending.NONE,
    lifetime=Lifetime.SHORT,
    multiplicity=Multiplicity.ONCE,
    risk=Risk.HIGH,
    tracked=NOTHING,
    cleaned=NOTHING,
    holder="self._task",
)
CODE_OF = {
    Defect.DISCARDED: "TL001",
    Defect.CALLBACK_ONLY: "TL002",
    Defect.DROPPED_WRAPPER_RESULT: "TL003",
    Defect.DISCARDED_THREADSAFE: "TL004",
    Defect.DISCARDED_GATHER: "TL005",
    Defect.UNAWAITED: "TL006",
    Defect.UNCALLED: "TL006",
    Defect.NEVER_ENDED: "TL010",
    Defect.OVERWRITTEN: "TL011",
    Defect.PARTLY_ENDED: "TL012",
    Defect.UNPRUNED: "TL013",
    Defect.TEARDOWN_IGNORES: "TL014",
    Defect.ABANDONED_PENDING: "TL015",
}


def message(site: Site) -> str:
    found = diagnose(site, ALL)
    assert found is not None
    return found.message


@pytest.mark.parametrize("defect", Defect, ids=str)
def test_each_defect_is_reported_by_its_rule_alone(defect: Defect) -> None:
    site = replace(SITE, defect=defect)
    found = diagnose(site, ALL)
    assert found is not None
    assert found.code == CODE_OF[defect]
    assert diagnose(site, ALL - {found.code}) is None


def test_a_sound_site_is_reported_by_none() -> None:
    assert diagnose(SITE, ALL) is None


def test_an_unseen_failure_is_reported_where_nothing_worse_is() -> None:
    unseen = replace(SITE, unseen=Unseen.AS_LONG_AS_KEPT)
    worse = replace(unseen, defect=Defect.TEARDOWN_IGNORES)
    codes = [found.code for site in (unseen, worse) if (found := diagnose(site, ALL))]
    assert codes == ["TL020", "TL014"]


def kinds(site: Site) -> list[str]:
    found = diagnose(site, ALL)
    assert found is not None
    return [fix.kind for fix in found.fixes]


DROPPED = replace(SITE, defect=Defect.DISCARDED, scope="Sensor.read", prompt=State.YES)


def test_a_dropped_task_in_a_sync_function_cannot_be_awaited() -> None:
    assert kinds(replace(DROPPED, in_async=False)) == ["track"]
    assert kinds(replace(DROPPED, in_async=True, task="send")) == ["track", "await"]


def test_endless_work_is_not_awaited() -> None:
    assert kinds(replace(DROPPED, in_async=True, lifetime=Lifetime.ENDLESS)) == ["track"]


def test_work_that_goes_on_by_its_name_is_not_awaited() -> None:
    started = replace(DROPPED, in_async=True)
    assert kinds(replace(started, task="_run_recv_loop")) == ["track"]
    assert kinds(replace(started, task="send")) == ["track", "await"]


def test_only_a_class_with_a_teardown_can_own_its_tasks() -> None:
    never_ended = replace(SITE, defect=Defect.NEVER_ENDED)
    assert kinds(never_ended) == []
    assert kinds(replace(never_ended, teardowns=("Sensor.close",))) == []
    of_its_own = replace(never_ended, class_name="Sensor", teardowns=("Sensor.close",))
    assert kinds(of_its_own) == ["own"]


def test_a_task_that_restarts_itself_is_not_cancelled_by_itself() -> None:
    overwritten = replace(SITE, defect=Defect.OVERWRITTEN)
    assert kinds(overwritten) == ["cancel-previous"]
    assert kinds(replace(overwritten, restarts_itself=True)) == []
    assert kinds(replace(overwritten, multiplicity=Multiplicity.LOOP)) == []


@pytest.mark.parametrize("defect", [*Defect, None], ids=str)
def test_every_message_keeps_to_the_style_whatever_is_known_of_the_task(
    defect: Defect | None,
) -> None:
    known = product(
        ("poll", "", "<unknown>", "self\n    .poll"),
        ("self._task", "", "self._tasks[\n    key\n]"),
        Lifetime,
        Multiplicity,
        Handle,
    )
    for task, holder, lifetime, multiplicity, handle in known:
        text = message(
            replace(
                SITE,
                task=task,
                holder=holder,
                lifetime=lifetime,
                multiplicity=multiplicity,
                handle=handle,
                defect=defect,
                unseen=Unseen.UNTIL_THE_END if defect is None else Unseen.NOT,
            )
        )
        assert STYLE.fullmatch(text), text
        assert text.count("`") % 2 == 0, text
        assert not AVOIDED.search(text), text


def test_a_dropped_task_is_said_to_vanish_only_where_that_is_proven() -> None:
    site = replace(SITE, defect=Defect.DISCARDED, task="_websocket_send_func")
    dropped = "task `_websocket_send_func` is dropped: "
    harm = "nothing can stop it or wait for it"
    assert message(site) == f"{dropped}{harm}, and whether it can vanish half-way is not known"
    excluded = replace(site, vanishing=Vanishing(Vanishings.EXCLUDED))
    assert message(excluded) == f"{dropped}{harm}"
    proven = replace(site, vanishing=Vanishing(Vanishings.PROVEN, "other.py", 31, "self.queue"))
    assert message(proven) == (
        f"{dropped}it can vanish at line 31 of other.py, since nothing else holds `self.queue`,"
        f" and {harm}"
    )


def test_a_task_without_a_name_is_still_a_task() -> None:
    site = replace(SITE, defect=Defect.DISCARDED, task="<unknown>")
    assert message(site).startswith("a task is dropped: ")


def test_a_never_ended_task_says_how_it_does_harm() -> None:
    site = replace(SITE, defect=Defect.NEVER_ENDED)
    endless = message(replace(site, lifetime=Lifetime.ENDLESS, multiplicity=Multiplicity.LOOP))
    repeated = message(replace(site, multiplicity=Multiplicity.PER_CALL))
    once = message(site)
    assert endless.startswith("task `poll` in `self._task` runs for ever")
    assert repeated.startswith("task `poll` in `self._task` is started again and again")
    assert once.startswith(
        "task `poll` in `self._task` is kept, but nothing waits until it is done or cancels it"
    )


def test_the_place_that_loses_or_hoards_tasks_is_named() -> None:
    overwritten = message(replace(SITE, defect=Defect.OVERWRITTEN))
    unpruned = message(replace(SITE, defect=Defect.UNPRUNED, holder="self._tasks"))
    assert "overwrites `self._task` while the earlier one may still run" in overwritten
    assert "joins `self._tasks`, which only grows" in unpruned


def test_a_local_name_is_not_named_as_a_holder() -> None:
    local = replace(SITE, defect=Defect.PARTLY_ENDED, handle=Handle.LOCAL, holder="task")
    ended = replace(local, ending=Ending.PARTIAL)
    assert message(ended).startswith("task `poll` is ended on some paths only: ")
    assert message(local).startswith("task `poll` is given to the caller on some paths only: ")


def test_a_wrapper_names_its_call_and_a_returned_task_its_callers() -> None:
    dropped = replace(SITE, defect=Defect.DROPPED_WRAPPER_RESULT, call="bus.publish")
    returned = replace(dropped, handle=Handle.ESCAPES, call="asyncio.create_task")
    assert message(dropped).startswith("task `poll` that `bus.publish` returns is dropped: ")
    assert message(returned).startswith("task `poll` is returned to callers that drop it: ")


THREAD = """import asyncio

async def fails(x):
    await x.store()

async def pauses(x):
    await asyncio.sleep(1)

async def logs(x):
    try:
        await x.store()
    except Exception as error:
        print(error)

def start(loop, x):
    asyncio.run_coroutine_threadsafe({name}(x), loop)
"""


@pytest.mark.parametrize(
    ("name", "can_fail"), [("fails", True), ("pauses", False), ("logs", False)]
)
def test_a_failure_that_no_thread_learns_of_is_never_logged(name: str, can_fail: bool) -> None:
    (site,) = judge([extract(Source("a.py", "a", THREAD.format(name=name)))])
    found = diagnose(site, ALL)
    assert found is not None
    assert found.rule.code == "TL004"
    assert ("a failure is never logged" in found.message) == can_fail


LATER = """import asyncio

async def stop():
    await asyncio.sleep(1)

def start(loop):
    loop.{call}
"""


@pytest.mark.parametrize(
    ("call", "message", "why"),
    [
        ("call_soon(stop)", "is made and dropped: its body never runs", "takes plain functions"),
        ("add_signal_handler(2, stop)", "is handed over uncalled: it never runs", "`TypeError`"),
        ("create_task(stop)", "is handed over uncalled: it never runs", "`TypeError`"),
    ],
)
def test_what_raises_for_a_coroutine_function_does_not_drop_a_coroutine(
    call: str, message: str, why: str
) -> None:
    (site,) = judge([extract(Source("a.py", "a", LATER.format(call=call)))])
    found = diagnose(site, ALL)
    assert found is not None
    assert message in found.message
    assert why in site.evidence[0].message
