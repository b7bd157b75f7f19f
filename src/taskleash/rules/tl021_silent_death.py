"""silent-death (TL021)

What it does
------------
Finds tasks that are meant to run for ever, are kept, and whose failure nobody would notice before
the teardown: a consumer, a heartbeat, a listener. Off by default. It stands beside the verdict: the
risk of the task stays what it is.

Why is this bad?
----------------
An exception that leaves the task ends it, and the program goes on without: messages are not
consumed, connections not kept alive. As long as the task is kept, the event loop does not log the
exception. A handler in the task that logs the failure is enough.

Example
-------
    import asyncio


    class Consumer:
        def __init__(self, queue):
            self._queue = queue

        def start(self):
            self._task = asyncio.create_task(self._consume())

        async def close(self):
            self._task.cancel()

        async def _consume(self):
            while True:
                self.handle(await self._queue.get())

Use instead
-----------
    import asyncio
    import logging

    logger = logging.getLogger(__name__)


    def _log_failure(task):
        \"\"\"Log the exception that ended a task, if one did.\"\"\"
        if not task.cancelled() and task.exception() is not None:
            logger.error("%r failed", task, exc_info=task.exception())


    class Consumer:
        def __init__(self, queue):
            self._queue = queue

        def start(self):
            self._task = asyncio.create_task(self._consume())
            self._task.add_done_callback(_log_failure)

        async def close(self):
            self._task.cancel()

        async def _consume(self):
            while True:
                self.handle(await self._queue.get())

Fix safety
----------
Logging the exception in a done callback (`log`) is safe: the task itself runs as before.
"""

from __future__ import annotations

from taskleash.rules import wording
from taskleash.rules.model import LOG, Diagnostic, Rule
from taskleash.sentences import claim, sentence
from taskleash.verdict.model import Lifetime, Risk, Site, Unseen

RULE = Rule("TL021", "silent-death", Risk.LOW, (LOG,), default=False, beside=True)
_SILENT = frozenset({Unseen.AS_LONG_AS_KEPT, Unseen.UNTIL_THE_END})


def check(site: Site) -> Diagnostic | None:
    """Match an endless kept task whose failure nobody would notice before the teardown."""
    if site.lifetime is not Lifetime.ENDLESS or site.unseen not in _SILENT:
        return None
    text = claim(
        "{task} runs for ever, and nothing looks at its exception: where it fails nobody notices"
    )
    if site.unseen is Unseen.UNTIL_THE_END:
        text = claim(
            "{task} runs for ever, and nothing looks at its exception: where it fails nobody"
            " notices before the teardown"
        )
    return Diagnostic(RULE, sentence(text, task=wording.task_in_holder(site)))
