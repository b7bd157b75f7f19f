"""dropped-wrapper-result (TL003)

What it does
------------
Finds tasks that a function of the project starts and returns, and that a caller drops.

Why is this bad?
----------------
The function hands the care of the task to its caller. Where the caller drops the result, nothing
can cancel the task or wait for it before the loop ends. The event loop keeps only a weak reference:
the task can be garbage-collected half-way where nothing alive reaches what it waits for.

Example
-------
    import asyncio


    class Bus:
        def publish(self, message):
            return asyncio.create_task(self._send(message))

        async def _send(self, message):
            await asyncio.sleep(1)


    async def announce(bus: Bus):
        bus.publish("ready")

Use instead
-----------
    import asyncio
    from typing import Any

    _background_tasks: set[asyncio.Task[Any]] = set()


    class Bus:
        def publish(self, message):
            task = asyncio.create_task(self._send(message))
            _background_tasks.add(task)
            task.add_done_callback(_background_tasks.discard)
            return task

        async def _send(self, message):
            await asyncio.sleep(1)


    async def announce(bus: Bus):
        bus.publish("ready")

Fix safety
----------
Keeping the task in a set until it is done (`track`) is safe: the task only lives as long as it
runs. Awaiting the result (`await`) is unsafe: the caller now waits. Neither is offered where the
function may give something else than a task, `None` for one, which cannot be kept or awaited.
"""

from __future__ import annotations

from taskleash.rules import wording
from taskleash.rules.model import AWAIT, TRACK, Diagnostic, Rule
from taskleash.sentences import sentence
from taskleash.verdict.model import Defect, Handle, Risk, Site

RULE = Rule(code="TL003", name="dropped-wrapper-result", risk=Risk.HIGH, fixes=(TRACK, AWAIT))


def check(site: Site) -> Diagnostic | None:
    """Match a wrapper's call that is dropped, and a spawn that is returned to such calls."""
    if site.defect is not Defect.DROPPED_WRAPPER_RESULT:
        return None
    if site.unannounced:
        said = sentence(
            "{task} is returned where a function is annotated to return nothing: its callers drop"
            " it",
            task=wording.task(site),
        )
        return Diagnostic(RULE, said)
    names = {"task": wording.task(site), "harm": wording.harm_of_a_drop(site)}
    if site.handle is Handle.ESCAPES:
        return Diagnostic(
            RULE, sentence("{task} is returned to callers that drop it: {harm}", **names)
        )
    call = wording.quoted(site.call)
    said = sentence("{task} that {call} returns is dropped: {harm}", call=call, **names)
    return Diagnostic(RULE, said)
