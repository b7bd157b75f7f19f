"""discarded-gather (TL005)

What it does
------------
Finds calls of `asyncio.gather`, `asyncio.shield` and `loop.run_in_executor` whose result is
dropped.

Why is this bad?
----------------
The call starts its work and goes on without it. Nobody waits for the work by way of the result, and
an exception that leaves it is at most logged, once the result is gone. The tasks that are made of
coroutines are held by what they wait for alone: the event loop keeps weak references.

Example
-------
    import asyncio


    async def save(users, groups):
        asyncio.gather(users.save(), groups.save())

Use instead
-----------
    import asyncio


    async def save(users, groups):
        await asyncio.gather(users.save(), groups.save())

Fix safety
----------
Awaiting the result (`await`) is unsafe: the caller now waits, and sees what the work raises.
"""

from __future__ import annotations

from taskleash.rules import wording
from taskleash.rules.model import AWAIT, Diagnostic, Rule
from taskleash.sentences import sentence
from taskleash.verdict.model import Defect, Risk, Site

RULE = Rule(code="TL005", name="discarded-gather", risk=Risk.LOW, fixes=(AWAIT,))


def check(site: Site) -> Diagnostic | None:
    """Match a dropped group of work."""
    if site.defect is not Defect.DISCARDED_GATHER:
        return None
    said = sentence(
        "result of {call} is dropped: nobody waits for its work, and a failure is at most logged",
        call=wording.quoted(site.call),
    )
    return Diagnostic(RULE, said)
