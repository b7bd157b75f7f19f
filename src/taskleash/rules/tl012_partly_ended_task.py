"""partly-ended-task (TL012)

What it does
------------
Finds tasks that are awaited, cancelled or given to the caller on some paths of normal operation,
and left running on others.

Why is this bad?
----------------
On the path without an end the task may go on alone: an exception that leaves it is at most logged,
and if its handle goes out of scope there, it can be garbage-collected half-way where nothing alive
reaches what it waits for. Such a path is easily the rare one, which no test takes.

Example
-------
    import asyncio


    async def lookup(cache, key, load):
        task = asyncio.create_task(load(key))
        if key in cache:
            return cache[key]
        return await task

Use instead
-----------
    import asyncio


    async def lookup(cache, key, load):
        task = asyncio.create_task(load(key))
        if key in cache:
            task.cancel()
            return cache[key]
        return await task

Fix safety
----------
Whether the other path waits for the task or cancels it is for its author to say. With
`--fix-style taskgroup` the rest of the function runs in a task group, which waits (unsafe).
"""

from __future__ import annotations

from taskleash.rules import wording
from taskleash.rules.model import Diagnostic, Rule
from taskleash.sentences import claim, sentence
from taskleash.verdict.model import Defect, Ending, Risk, Site

RULE = Rule(code="TL012", name="partly-ended-task", risk=Risk.LOW)


def check(site: Site) -> Diagnostic | None:
    """Match a task that only some paths end."""
    if site.defect is not Defect.PARTLY_ENDED:
        return None
    task = wording.task_in_holder(site)
    if site.ending is Ending.NONE:
        text = claim(
            "{task} is given to the caller on some paths only: on the others it runs on, and"
            " nothing can stop it or wait for it"
        )
    else:
        text = claim(
            "{task} is ended on some paths only: on the others it runs on, and nothing can stop it"
            " or wait for it"
        )
    return Diagnostic(RULE, sentence(text, task=task))
