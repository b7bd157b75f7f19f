"""callback-only-task (TL002)

What it does
------------
Finds tasks that nothing touches after their start but `add_done_callback` or `set_name`.

Why is this bad?
----------------
A done callback is a reference from the task to the callback, not to the task. Nothing can cancel
the task or wait for its end before the loop ends. The event loop keeps only a weak reference: where
nothing alive reaches what the task waits for, it can be garbage-collected half-way, and then its
callbacks never run.

Example
-------
    import asyncio


    def report(task):
        if not task.cancelled():
            print(task.exception())


    async def on_message(store, message):
        asyncio.create_task(store(message)).add_done_callback(report)

Use instead
-----------
    import asyncio

    _background_tasks = set()


    def report(task):
        if not task.cancelled():
            print(task.exception())


    async def on_message(store, message):
        task = asyncio.create_task(store(message))
        _background_tasks.add(task)
        task.add_done_callback(report)
        task.add_done_callback(_background_tasks.discard)

Fix safety
----------
Keeping the task in a set until it is done (`track`) is safe: the task only lives as long as it
runs.
"""

from __future__ import annotations

from taskleash.rules import wording
from taskleash.rules.model import TRACK, Diagnostic, Rule
from taskleash.sentences import sentence
from taskleash.verdict.model import Defect, Risk, Site

RULE = Rule(code="TL002", name="callback-only-task", risk=Risk.HIGH, fixes=(TRACK,))


def check(site: Site) -> Diagnostic | None:
    """Match a site whose handle only gets callbacks or a name."""
    if site.defect is not Defect.CALLBACK_ONLY:
        return None
    said = sentence(
        "{task} gets a callback or a name and is then dropped: {harm}",
        task=wording.task(site),
        harm=wording.harm_of_a_drop(site),
    )
    return Diagnostic(RULE, said)
