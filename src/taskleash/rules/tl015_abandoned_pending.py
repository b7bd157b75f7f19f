"""abandoned-pending (TL015)

What it does
------------
Finds tasks that go into `asyncio.wait` with a timeout, `FIRST_COMPLETED` or `FIRST_EXCEPTION`,
where nothing ends those that are still pending afterwards. The risk is high where each turn of a
loop leaves another one.

Why is this bad?
----------------
`asyncio.wait` cancels nothing: when it returns early, the tasks that are not done go on running.
Nobody awaits them, an exception that leaves one is at most logged, and once nothing holds them they
can be garbage-collected half-way where nothing alive reaches what they wait for.

Example
-------
    import asyncio


    async def fastest(mirrors, fetch):
        tasks = [asyncio.create_task(fetch(mirror)) for mirror in mirrors]
        done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return done.pop().result()

Use instead
-----------
    import asyncio


    async def fastest(mirrors, fetch):
        tasks = [asyncio.create_task(fetch(mirror)) for mirror in mirrors]
        done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        return done.pop().result()

Fix safety
----------
There is no fix unasked: whether the rest is cancelled or awaited is for its author to say. With
``--fix-style taskgroup`` the function waits for all that it started.
"""

from __future__ import annotations

from taskleash.rules import wording
from taskleash.rules.model import Diagnostic, Rule
from taskleash.sentences import sentence
from taskleash.verdict.model import Defect, Risk, Site

RULE = Rule(code="TL015", name="abandoned-pending", risk=Risk.HIGH)


def check(site: Site) -> Diagnostic | None:
    """Match a task that an early return of a wait leaves running."""
    if site.defect is not Defect.ABANDONED_PENDING:
        return None
    harm = sentence("nobody ends it or waits for it")
    if Risk.HIGH in (site.risk, site.would_be):
        harm = sentence(
            "each turn of the loop leaves another one, and nobody ends them or waits for them"
        )
    said = sentence(
        "{task} is left running where the wait for it returns early: {harm}",
        task=wording.task(site),
        harm=harm,
    )
    return Diagnostic(RULE, said)
