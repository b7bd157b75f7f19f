"""Which fixes fit a site, and what is said where one does not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from support.reports import site
from taskleash.fixes.choice import reason_against
from taskleash.rules.model import AWAIT, CANCEL_PREVIOUS, OWN, TRACK
from taskleash.rules.offers import objection_to, objections, offered
from taskleash.rules.registry import by_code
from taskleash.verdict.model import Handle, Lifetime, Multiplicity, Site, State

FITTING = site(
    in_async=True,
    teardowns=("Bot.close",),
    lifetime=Lifetime.SHORT,
    class_name="Bot",
    scope="Bot.tell",
    has_own_state=True,
    never_fails=True,
)
DROPPED, STORED = "TL001", "TL010"


def test_what_nothing_speaks_against_is_offered() -> None:
    rule = by_code("TL001")
    assert rule is not None
    assert offered(rule, FITTING) == (TRACK, AWAIT, OWN)
    assert objections(rule, FITTING) == ()


@pytest.mark.parametrize(
    ("code", "of", "left", "reason"),
    [
        ("TL005", replace(FITTING, in_async=False), (), "outside `async def`"),
        ("TL005", replace(FITTING, lifetime=Lifetime.ENDLESS), (), "would not go on"),
        ("TL002", replace(FITTING, gives_task=False), (), "something else than a task"),
        ("TL010", replace(FITTING, teardowns=()), (), "to end it in"),
        ("TL011", replace(FITTING, restarts_itself=True), (), "starts the next one"),
        ("TL011", replace(FITTING, multiplicity=Multiplicity.LOOP), (), "side by side"),
        ("TL001", replace(FITTING, in_async=False), (TRACK, OWN), "outside `async def`"),
        ("TL001", replace(FITTING, gives_task=False), (OWN,), "something else than a task"),
    ],
)
def test_what_is_not_offered_has_one_reason(
    code: str, of: Site, left: tuple[object, ...], reason: str
) -> None:
    rule = by_code(code)
    assert rule is not None
    assert offered(rule, of) == left
    (objection,) = objections(rule, of)
    assert reason in str(objection)


@pytest.mark.parametrize(
    ("code", "kind", "of", "reason"),
    [
        (DROPPED, "await", replace(FITTING, is_closure=True), "written to run beside"),
        (DROPPED, "await", replace(FITTING, lifetime=Lifetime.UNKNOWN), "how long `send` takes"),
        (DROPPED, "await", replace(FITTING, task="listen"), "how long `listen` takes"),
        (DROPPED, "await", replace(FITTING, task="read"), "how long `read` takes"),
        (DROPPED, "await", replace(FITTING, task="<unknown>"), "how long what it starts takes"),
        (DROPPED, "await", replace(FITTING, prompt=State.NO), "wait for what comes after this"),
        (DROPPED, "await", replace(FITTING, task="send_telemetry"), "how the program is used"),
        (DROPPED, "await", replace(FITTING, handle=Handle.ESCAPES), "for the callers"),
        (
            DROPPED,
            "await",
            replace(FITTING, scope="Bot.start", task="fill", prompt=State.YES),
            "hold up the start",
        ),
        (DROPPED, "own", replace(FITTING, task="send_telemetry"), "how the program is used"),
        (DROPPED, "own", replace(FITTING, has_own_state=False), "no `__init__` of its own"),
        (DROPPED, "own", replace(FITTING, teardowns=("Base.close",)), "no close, stop or other"),
        (STORED, "own", replace(FITTING, teardowns=("Base.close",)), "no close, stop or other"),
        (STORED, "own", replace(FITTING, scope="Bot.__del__"), "gone already"),
        (STORED, "own", replace(FITTING, scope="Bot.close.<locals>.end"), "a teardown itself"),
        (STORED, "own", replace(FITTING, task="self.close"), "the work itself is"),
        (DROPPED, "taskgroup", replace(FITTING, never_fails=False), "come to the caller"),
        (DROPPED, "taskgroup", replace(FITTING, lifetime=Lifetime.UNKNOWN), "would not go on"),
        (DROPPED, "taskgroup", replace(FITTING, handle=Handle.STORED), "keeps it for longer"),
    ],
)
def test_what_the_verdict_shows_is_no_offer(code: str, kind: str, of: Site, reason: str) -> None:
    assert reason in str(objection_to(kind, code, of))
    assert not objection_to(kind, code, FITTING)


@pytest.mark.parametrize(
    ("code", "kind", "of"),
    [
        ("TL005", "await", replace(FITTING, is_closure=True)),
        ("TL005", "await", replace(FITTING, lifetime=Lifetime.UNKNOWN)),
        (DROPPED, "await", replace(FITTING, task="read", prompt=State.YES)),
        (DROPPED, "await", replace(FITTING, scope="Bot.start")),
        (STORED, "own", replace(FITTING, has_own_state=False)),
        (STORED, "own", replace(FITTING, teardowns=("Base.close", "Bot.aclose"))),
    ],
)
def test_what_speaks_against_one_rules_fix_is_nothing_to_another(
    code: str, kind: str, of: Site
) -> None:
    assert not objection_to(kind, code, of)


def test_no_other_rule_stops_at_the_previous_task() -> None:
    rule = by_code("TL011")
    assert rule is not None
    assert offered(rule, FITTING) == (CANCEL_PREVIOUS,)


@pytest.mark.parametrize(
    ("of", "reason"),
    [
        (FITTING, "add --fix-style taskgroup --unsafe-fixes"),
        (replace(FITTING, handle=Handle.STORED, holder="self._task"), "but `self._task` keeps it"),
        (replace(FITTING, never_fails=False), "but its failure would come to the caller"),
    ],
)
def test_a_group_is_asked_for_only_where_it_may_fit(of: Site, reason: str) -> None:
    said = str(reason_against(of, "TL012", (), "auto"))
    assert said.startswith("only a task group could hold it")
    assert reason in said
