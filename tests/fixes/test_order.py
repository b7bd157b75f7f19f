"""Callers that drop the task of a function wait until that function was mended."""

from __future__ import annotations

from taskleash.fixes.engine import waiting
from taskleash.fixes.model import Target
from taskleash.ir.lowering.extract import extract
from taskleash.rules.registry import all_rules, diagnose
from taskleash.source.loading import Source
from taskleash.verdict.judge import judge

_RULES = frozenset(rule.code for rule in all_rules())
CODE = """\
import asyncio


async def send():
    await asyncio.sleep(1)


def start():
    return asyncio.create_task(send())


def again():
    return start()


def on_message():
    start()


def on_event():
    again()


def on_request():
    asyncio.create_task(send())
"""


def held(code: str, kind: str = "track") -> set[str]:
    """The functions whose findings wait."""
    sites = judge([extract(Source("a.py", "a", code))])
    found = [(site, diagnose(site, _RULES)) for site in sites]
    targets = [Target(site, d.code, (kind,)) for site, d in found if d is not None]
    return {target.site.scope for target in waiting(targets)}


def test_all_who_drop_the_task_wait_for_who_starts_it() -> None:
    assert held(CODE) == {"on_message", "on_event"}


def test_nobody_waits_for_what_is_not_mended() -> None:
    assert held(CODE, "await") == set()
    library = CODE.replace("def start():\n    return asyncio.create_task(send())", "import start")
    assert held(library.replace("import start", "from elsewhere import start")) == set()
