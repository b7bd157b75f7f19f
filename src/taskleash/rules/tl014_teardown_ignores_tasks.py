"""teardown-ignores-tasks (TL014)

What it does
------------
Finds tasks in a container that prunes itself, where the owner has a `close`, `stop` or another
teardown method which neither cancels nor awaits them; and tasks that such a method only tells to
end, by a flag that their loop asks for, without waiting until they are through.

Why is this bad?
----------------
The owner promises to be done after its teardown, and its tasks may not be: those that still run go
on over closed connections and released resources. What has not ended by itself is left to the end
of the loop: `asyncio.run` and the usual servers cancel it and wait for it, a loop that is closed by
hand destroys it while it is pending.

Example
-------
    import asyncio


    class Client:
        def __init__(self, url):
            self._url = url
            self._tasks = set()

        def refresh(self):
            task = asyncio.create_task(self._wait())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

        async def _wait(self):
            await asyncio.sleep(1)
            self._url = None

        async def close(self):
            self._url = ""

Use instead
-----------
    import asyncio


    class Client:
        def __init__(self, url):
            self._url = url
            self._tasks = set()

        def refresh(self):
            task = asyncio.create_task(self._wait())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

        async def _wait(self):
            await asyncio.sleep(1)
            self._url = None

        async def close(self):
            tasks = self._tasks - {asyncio.current_task()}
            for task in tasks:
                task.cancel()
            if tasks:
                await asyncio.wait(tasks, timeout=5)
            self._url = ""

Fix safety
----------
Ending the tasks in the teardown (`own`) is unsafe: work that used to go on after it is cancelled.
"""

from __future__ import annotations

from taskleash.rules import wording
from taskleash.rules.model import OWN, Diagnostic, Rule
from taskleash.sentences import sentence
from taskleash.verdict.model import Defect, Risk, Site

RULE = Rule(code="TL014", name="teardown-ignores-tasks", risk=Risk.LOW, fixes=(OWN,))


def check(site: Site) -> Diagnostic | None:
    """Match a task that its owner's teardown passes over, or only tells to end."""
    if site.defect is not Defect.TEARDOWN_IGNORES:
        return None
    said = sentence(
        "{task} is neither cancelled nor awaited when its owner is torn down: it can run on over"
        " what the teardown released",
        task=wording.task_in_holder(site),
    )
    return Diagnostic(RULE, said)
