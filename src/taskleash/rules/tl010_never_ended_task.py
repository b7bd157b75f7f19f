"""never-ended-task (TL010)

What it does
------------
Finds tasks that are stored, and that nothing in the project awaits, cancels or otherwise ends. The
risk is high where they are started again and again, and where the task is endless and its owner is
taken down without it, or one of many. It is low for one short task, and for an endless one that a
check starts once only, or that lives as long as what keeps it.

Why is this bad?
----------------
A stored task is held as long as what keeps it, and that is all. An endless one that waits for a
timer, a thread or a socket runs until it fails or the loop ends, and keeps alive what it captured,
often its owner: owners that are made anew for each connection pile up. As long as the task is kept,
an exception that nobody looks at is not even logged. At the end, `asyncio.run` and the usual
servers cancel what is left and wait for it; a loop that is closed by hand destroys it while it is
pending.

Example
-------
    import asyncio


    class Sensor:
        def __init__(self, port):
            self._port = port
            self._poller = None

        def start(self):
            if self._poller is None:
                self._poller = asyncio.create_task(self._poll())

        async def _poll(self):
            while True:
                await asyncio.sleep(1)

        async def close(self):
            await self._port.close()

Use instead
-----------
    import asyncio


    class Sensor:
        def __init__(self, port):
            self._port = port
            self._poller = None

        def start(self):
            if self._poller is None:
                self._poller = asyncio.create_task(self._poll())

        async def _poll(self):
            while True:
                await asyncio.sleep(1)

        async def close(self):
            task = self._poller
            if task is not None and not task.done() and task is not asyncio.current_task():
                task.cancel()
                await asyncio.wait([task], timeout=5)
                self._poller = None
            await self._port.close()

Fix safety
----------
Ending the task in the teardown of its owner (`own`) is unsafe: it changes what the teardown does.
Endless work is cancelled, work whose effect others see is waited for within a deadline.
"""

from __future__ import annotations

from taskleash.rules import wording
from taskleash.rules.model import OWN, Diagnostic, Rule
from taskleash.sentences import claim, sentence
from taskleash.verdict.model import Defect, Lifetime, Multiplicity, Risk, Site

RULE = Rule(code="TL010", name="never-ended-task", risk=Risk.HIGH, fixes=(OWN,))


def check(site: Site) -> Diagnostic | None:
    """Match a stored task that nothing ends."""
    if site.defect is not Defect.NEVER_ENDED:
        return None
    return Diagnostic(RULE, sentence(_fault_and_harm(site), task=wording.task_in_holder(site)))


def _fault_and_harm(site: Site) -> str:
    if site.lifetime is Lifetime.ENDLESS and site.captures:
        return claim(
            "{task} runs for ever and nothing ends it: as long as it runs it holds what it captured"
        )
    if site.lifetime is Lifetime.ENDLESS:
        return claim("{task} runs for ever and nothing ends it: only the end of the loop may")
    repeated = site.multiplicity is not Multiplicity.ONCE
    if repeated and Risk.HIGH in (site.risk, site.would_be):
        return claim(
            "{task} is started again and again, and nothing waits until it is done or cancels it:"
            " as many run at once as start before the first is done"
        )
    return claim(
        "{task} is kept, but nothing waits until it is done or cancels it: only the end of the loop"
        " does, if that"
    )
