"""discarded-task (TL001)

What it does
------------
Finds tasks whose handle is dropped where they are started: the call is a statement of its own, or
it is assigned to `_` or to a name that nobody reads, or it is the dropped value of a lambda, a
callback, a comprehension, a conditional or a boolean expression. The risk is low where the program
as it is never comes to the call. A coroutine that waits for nothing is over in its first step,
which the loop holds: it cannot vanish, but nothing waits for it.

Why is this bad?
----------------
Nothing can cancel the task or wait for its end before the loop ends: it may run on over what is
closed meanwhile, and as long as it is there it keeps alive what it captured. A `try` around the
call catches nothing of what the task raises; asyncio logs an exception that leaves it once the task
is gone, at the latest after the next run of the garbage collector.

The event loop keeps only a weak reference to a task (documentation of `asyncio.create_task`). What
the task waits for holds it, too: a timer, a thread or a socket does so until it is done. Where
nothing alive reaches what it waits for, as a queue or a future of its own, or the reader of a
connection that it has opened, a run of the cyclic garbage collector can take the task half-way. The
message says that it can vanish where that is proven, and names the line. It says as well where an
object holds what is waited for, so that the task lasts as long as that object does, where it hangs
on what may come from other code, and where it is not known.

Example
-------
    import asyncio


    class Inbox:
        def __init__(self, database):
            self._database = database

        async def on_message(self, message):
            asyncio.create_task(self._database.store(message))

Use instead
-----------
    import asyncio

    _background_tasks = set()


    class Inbox:
        def __init__(self, database):
            self._database = database

        async def on_message(self, message):
            task = asyncio.create_task(self._database.store(message))
            _background_tasks.add(task)
            task.add_done_callback(_background_tasks.discard)

Fix safety
----------
Keeping the task in a set until it is done (`track`) is safe: the task only lives as long as it
runs. Awaiting the coroutine in place (`await`) is unsafe: the caller now waits. Ending the tasks in
the teardown of their owner (`own`) is unsafe: it changes what the teardown does. With
`--fix-style taskgroup` the rest of the function runs in a task group (unsafe, too), which waits.
"""

from __future__ import annotations

from taskleash.rules import wording
from taskleash.rules.model import AWAIT, OWN, TRACK, Diagnostic, Rule
from taskleash.sentences import sentence
from taskleash.verdict.model import Defect, Risk, Site

RULE = Rule(code="TL001", name="discarded-task", risk=Risk.HIGH, fixes=(TRACK, AWAIT, OWN))


def check(site: Site) -> Diagnostic | None:
    """Match a site whose handle is dropped."""
    if site.defect is not Defect.DISCARDED:
        return None
    said = sentence(
        "{task} is dropped: {harm}", task=wording.task(site), harm=wording.harm_of_a_drop(site)
    )
    return Diagnostic(RULE, said)
