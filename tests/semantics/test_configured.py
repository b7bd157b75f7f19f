"""Calls that the settings name: they spawn, take the task over, or are safe to drop."""

from __future__ import annotations

from taskleash.ir.known import KnownCalls
from taskleash.ir.lowering.extract import extract
from taskleash.ir.prefilter import may_spawn
from taskleash.models.api import Api, Starts
from taskleash.rules.registry import diagnose
from taskleash.rules.selection import resolve_codes
from taskleash.source.loading import Source
from taskleash.verdict.judge import judge
from taskleash.verdict.model import Site

TOOLS = """
import asyncio

def fire(work):
    return asyncio.create_task(work)
"""
CALLER = """
from app.tools import fire

async def beat(): ...

def ring():
    fire(beat())
"""


def sites(known: KnownCalls, **modules: str) -> dict[tuple[str, int], Site]:
    """The sites by path and line."""
    named = {f"app/{name}.py": (f"app.{name}", text) for name, text in modules.items()}
    facts = [extract(Source(path, name, text)) for path, (name, text) in named.items()]
    return {(site.path, site.span.line): site for site in judge(facts, known)}


def code(site: Site) -> str:
    """The rule that reports the site, or nothing."""
    found = diagnose(site, resolve_codes((), ()))
    return found.code if found else ""


def test_a_dropped_result_of_a_safe_call_is_no_finding() -> None:
    known = KnownCalls(safe=("app.tools.fire",))

    found = sites(known, tools=TOOLS, caller=CALLER)

    assert {place: code(site) for place, site in found.items()} == {
        ("app/tools.py", 5): "",
        ("app/caller.py", 7): "",
    }
    assert "safe-calls" in found["app/caller.py", 7].evidence[0].message


def test_without_the_setting_the_same_call_is_one() -> None:
    found = sites(KnownCalls(), tools=TOOLS, caller=CALLER)

    assert {place: code(site) for place, site in found.items()} == {
        ("app/tools.py", 5): "TL003",
        ("app/caller.py", 7): "TL003",
    }


def test_a_safe_call_does_not_excuse_another_caller() -> None:
    known = KnownCalls(safe=("app.tools.fire",))
    plain = (
        "import asyncio\n\nasync def beat(): ...\n\ndef ring():\n    asyncio.create_task(beat())\n"
    )

    assert code(sites(known, plain=plain)["app/plain.py", 6]) == "TL001"


def test_a_call_of_another_library_that_spawns_is_judged_like_create_task() -> None:
    text = "import lib\n\nasync def beat(): ...\n\ndef ring():\n    lib.launch(beat())\n"

    assert sites(KnownCalls(), caller=text) == {}
    found = sites(KnownCalls(spawn=("lib.launch",)), caller=text)

    assert code(found["app/caller.py", 6]) == "TL001"
    assert found["app/caller.py", 6].task == "beat"


def test_an_owner_call_ends_what_it_takes() -> None:
    text = (
        "from lib import Hub\n\nasync def beat(): ...\n\n"
        "def ring(hub: Hub):\n    hub.adopt(beat())\n"
    )

    found = sites(KnownCalls(owner=("lib.Hub.adopt",)), caller=text)

    assert str(found["app/caller.py", 6].handle) == "owned"
    assert code(found["app/caller.py", 6]) == ""


def test_evidence_of_an_owner_says_who_says_so() -> None:
    text = (
        "import pool\n\nasync def beat(): ...\n\n"
        "def ring():\n    pool.keep(beat())\n    pool.submit('beat', beat())\n"
    )
    told = Api("pool.submit", "pool 2.1", Starts.OWNER, work=1)

    found = sites(KnownCalls(owner=("pool.keep",), apis=(told,)), caller=text)

    assert [step.message for step in found["app/caller.py", 6].evidence] == [
        "`pool.keep` is listed in `owner-calls`"
    ]
    assert [step.message for step in found["app/caller.py", 7].evidence] == [
        "`pool.submit` keeps it and sees to its end, as `pool 2.1` says"
    ]


def test_a_method_that_the_settings_name_is_meant_where_the_class_is_not_known() -> None:
    text = "async def beat(): ...\n\ndef ring(hub):\n    hub.launch(beat())\n"

    found = sites(KnownCalls(spawn=("lib.Hub.launch",)), caller=text)

    assert code(found["app/caller.py", 4]) == "TL001"


def test_a_file_that_mentions_a_configured_name_is_parsed() -> None:
    known = KnownCalls(spawn=("lib.launch",))

    assert may_spawn(b"lib.launch(beat())", known.words)
    assert not may_spawn(b"lib.lunch(beat())", known.words)
