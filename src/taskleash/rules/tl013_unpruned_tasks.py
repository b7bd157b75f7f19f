"""unpruned-tasks (TL013)

What it does
------------
Finds containers of tasks that only grow: tasks go in, and nothing takes a finished one out.

Why is this bad?
----------------
A finished task keeps its result, or its exception with the frames that it left and all that they
hold. In a container that is never pruned that stays for as long as the container does: memory grows
with every task.

Example
-------
    import asyncio


    class Server:
        def __init__(self):
            self._tasks = set()

        def on_connect(self, connection):
            self._tasks.add(asyncio.create_task(self._serve(connection)))

        async def _serve(self, connection):
            await asyncio.sleep(1)

Use instead
-----------
    import asyncio


    class Server:
        def __init__(self):
            self._tasks = set()

        def on_connect(self, connection):
            task = asyncio.create_task(self._serve(connection))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

        async def _serve(self, connection):
            await asyncio.sleep(1)

Fix safety
----------
Taking each task out when it is done (`track`) is safe: a finished task is of no more use there.
"""

from __future__ import annotations

from taskleash.rules import wording
from taskleash.rules.model import TRACK, Diagnostic, Rule
from taskleash.sentences import sentence
from taskleash.verdict.model import Defect, Risk, Site

RULE = Rule(code="TL013", name="unpruned-tasks", risk=Risk.HIGH, fixes=(TRACK,))


def check(site: Site) -> Diagnostic | None:
    """Match a task that joins a container which only grows."""
    if site.defect is not Defect.UNPRUNED:
        return None
    said = sentence(
        "{task} joins {place}, which only grows: finished tasks stay in memory with their results"
        " or failures",
        task=wording.task(site),
        place=wording.holder(site, otherwise=sentence("a container")),
    )
    return Diagnostic(RULE, said)
