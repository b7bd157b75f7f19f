"""What a file of models says of a function's phase is what the analysis goes by."""

from __future__ import annotations

import pytest

from taskleash.ir.known import KnownCalls
from taskleash.ir.lowering.extract import extract
from taskleash.models.lifecycle import Phase
from taskleash.models.reading import models
from taskleash.source.loading import Source
from taskleash.verdict.judge import judge
from taskleash.verdict.model import Site

HEAD = """import asyncio
import app
from app import on_shutdown
from bot import Plugin

async def beat():
    while True:
        await asyncio.sleep(1)

"""
PHASES = [phase.value for phase in Phase]


def only_site(text: str, *entries: dict[str, str]) -> Site:
    """The site of a program where these entries are told."""
    known = KnownCalls(lifecycle=models({"lifecycle": [*entries]}, "models.toml").lifecycle)
    (site,) = judge([extract(Source("pkg/a.py", "pkg.a", HEAD + text))], known)
    return site


def said(text: str, *entries: dict[str, str]) -> str:
    site = only_site(text, *entries)
    return f"{site.risk} {site.handle}/{site.ending}"


def teardown(**known: str) -> dict[str, str]:
    return {"phase": "teardown", **known}


# A method that the framework calls at the end, with an argument, among others that nothing calls.
METHOD = """class Weather(Plugin):
    def on_load(self):
        self._task = asyncio.create_task(beat())

    def on_retire(self, bot):
        self._task.cancel()
"""


@pytest.mark.parametrize(
    "name",
    [
        "on_retire", "Weather.on_retire", "pkg.a.Weather.on_retire", "Plugin.on_retire",
        "bot.Plugin.on_retire",
    ],
)  # fmt: skip
def test_a_teardown_by_its_name(name: str) -> None:
    assert said(METHOD) == "low stored/partial"
    assert said(METHOD, teardown(name=name)) == "none stored/cancelled"


@pytest.mark.parametrize(
    "name", ["on_retir", "Other.on_retire", "a.on_retire", "bot.on_retire", "pkg.Weather.on_retire"]
)
def test_a_name_of_something_else(name: str) -> None:
    assert said(METHOD, teardown(name=name)) == "low stored/partial"


@pytest.mark.parametrize("phase", ["setup", "event", "once"])
def test_another_phase_is_no_teardown(phase: str) -> None:
    assert said(METHOD, {"phase": phase, "name": "on_retire"}) == "low stored/partial"


def test_the_evidence_names_who_says_so() -> None:
    site = only_site(METHOD, teardown(name="on_retire", source="bot 2.1"))
    texts = [note.message for note in site.evidence]
    assert any("`Weather.on_retire`, a teardown by bot 2.1" in text for text in texts), texts


DECORATED = """class Weather:
    def run(self):
        self._task = asyncio.create_task(beat())

    @{decorator}
    async def retire(self, bot):
        self._task.cancel()
"""


@pytest.mark.parametrize(
    ("written", "decorator"),
    [
        ("app.on_retire", "app.on_retire"),
        ("app.on_retire", "on_retire"),
        ("app.on_retire()", "app.on_retire"),
        ("app.on_retire(late=True)", "on_retire"),
        ("web.app.on_retire", "app.on_retire"),
    ],
)
def test_a_teardown_by_its_decorator(written: str, decorator: str) -> None:
    text = DECORATED.format(decorator=written)
    assert said(text) == "low stored/partial"
    assert said(text, teardown(decorator=decorator)) == "none stored/cancelled"
    assert said(text, teardown(name=decorator)) == "low stored/partial"
    assert said(text, teardown(decorator=f"x{decorator}")) == "low stored/partial"


def test_a_decorator_that_is_imported_by_another_name() -> None:
    text = "from app import at_end as last\n\n" + DECORATED.format(decorator="last")
    assert said(text) == "low stored/partial"
    assert said(text, teardown(decorator="app.at_end")) == "none stored/cancelled"


REGISTERED = """class Weather:
    def run(self):
        self._task = asyncio.create_task(beat())
        {registers}

    async def _halted(self, reason):
        self._task.cancel()
"""


@pytest.mark.parametrize(
    "registers", ["self.app.at_end(self._gone)", "app.at_end(self._gone)", "at_end(self._gone)"]
)
def test_a_teardown_by_what_registers_it(registers: str) -> None:
    text = REGISTERED.format(registers=registers).replace("_halted", "_gone")
    assert said(text) == "none stored/partial"
    assert said(text, teardown(registrar="at_end")) == "none stored/cancelled"
    assert said(text, teardown(registrar="end")) == "none stored/partial"


def test_a_registrar_that_is_imported_by_another_name() -> None:
    text = REGISTERED.format(registers="last(self._gone)").replace("_halted", "_gone")
    text = "from app import at_end as last\n\n" + text
    assert said(text, teardown(registrar="app.at_end")) == "none stored/cancelled"
    assert said(text, teardown(registrar="web.at_end")) == "none stored/partial"


# A domain method that is called as a teardown is, beside one of the whole.
DOMAIN = """class Mailbox:
    def watch(self):
        self._task = asyncio.create_task(beat())

    async def close(self):
        self._task.cancel()

    async def finish(self): ...
"""


def test_a_method_that_ends_a_part_only() -> None:
    part = {"phase": "teardown-of-a-part", "name": "Mailbox.close"}
    whole = teardown(name="Mailbox.finish")
    assert said(DOMAIN) == "none stored/cancelled"
    assert said(DOMAIN, part) == "none stored/cancelled"
    assert said(DOMAIN, part, whole) == "low stored/partial"
    assert said(DOMAIN, whole) == "none stored/cancelled"


def test_a_method_that_is_named_like_a_teardown_and_is_none() -> None:
    event = {"phase": "event", "name": "Mailbox.close"}
    assert said(DOMAIN, event) == "low stored/partial"


def test_the_first_entry_counts() -> None:
    event = {"phase": "event", "name": "on_retire"}
    assert said(METHOD, event, teardown(name="on_retire")) == "low stored/partial"
    assert said(METHOD, teardown(name="on_retire"), event) == "none stored/cancelled"


# Kept in one attribute, cancelled at the end: what happens if it runs again?
AGAIN = """class Player:
    def {name}(self, track):
        self._task = asyncio.create_task(beat())

    async def close(self):
        self._task.cancel()
"""


def test_what_comes_again_replaces_its_task() -> None:
    text = AGAIN.format(name="play")
    assert said(text) == "none stored/cancelled"
    for phase, defect in (("event", "overwritten"), ("setup", "None"), ("once", "None")):
        site = only_site(text, {"phase": phase, "name": "play"})
        assert str(site.defect) == defect, phase


def test_an_event_by_its_name_that_comes_once() -> None:
    text = AGAIN.format(name="on_track")
    assert str(only_site(text).defect) == "overwritten"
    site = only_site(text, {"phase": "once", "name": "Player.on_track"})
    assert (str(site.defect), str(site.multiplicity)) == ("None", "once")
    site = only_site(text, {"phase": "setup", "name": "Player.on_track"})
    assert (str(site.defect), str(site.multiplicity)) == ("None", "per-call")


def test_an_event_by_what_registers_it() -> None:
    text = AGAIN.format(name="play") + "\n\ndef go(player: Player):\n    app.each(player.play)\n"
    assert str(only_site(text).defect) == "None"
    event = {"phase": "event", "registrar": "app.each"}
    assert str(only_site(text, event).defect) == "overwritten"


SELF_REMOVING = """class Server:
    def __init__(self):
        self._tasks = set()

    async def take(self):
        task = asyncio.create_task(beat())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def retire(self): ...
"""


def test_a_teardown_that_passes_over_tasks_is_found() -> None:
    assert str(only_site(SELF_REMOVING).defect) == "None"
    site = only_site(SELF_REMOVING, teardown(name="retire"))
    assert str(site.defect) == "teardown-ignores"
    assert site.teardowns == ("Server.retire",)


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("text", [METHOD, DOMAIN, SELF_REMOVING, AGAIN.format(name="on_track")])
def test_what_is_said_of_another_function_changes_nothing(text: str, phase: str) -> None:
    other = {"phase": phase, "name": "elsewhere"}
    decorated = {"phase": phase, "decorator": "app.elsewhere"}
    registered = {"phase": phase, "registrar": "app.elsewhere"}
    assert only_site(text, other, decorated, registered) == only_site(text)
