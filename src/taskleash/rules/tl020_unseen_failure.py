"""unseen-failure (TL020)

What it does
------------
Finds tasks that are kept and remove themselves when they are done, and whose exception nobody ever
looks at. Off by default: the pattern of the asyncio documentation is one of them.

Why is this bad?
----------------
A task that fails this way is gone from its container before anyone can ask it. The event loop logs
`Task exception was never retrieved` when the task is collected, without the place that started it,
and the program goes on as if the work was done.

Example
-------
    import asyncio

    tasks = set()


    async def on_message(store, message):
        task = asyncio.create_task(store(message))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

Use instead
-----------
    import asyncio
    import logging

    logger = logging.getLogger(__name__)

    tasks = set()


    def _log_failure(task):
        \"\"\"Log the exception that ended a task, if one did.\"\"\"
        if not task.cancelled() and task.exception() is not None:
            logger.error("%r failed", task, exc_info=task.exception())


    async def on_message(store, message):
        task = asyncio.create_task(store(message))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        task.add_done_callback(_log_failure)

Fix safety
----------
Logging the exception in a done callback (`log`) is safe: the task itself runs as before.
"""

from __future__ import annotations

from taskleash.classify.model import Risk, Site
from taskleash.rules import wording
from taskleash.rules.model import LOG, Diagnostic, Rule

RULE = Rule(code="TL020", name="unseen-failure", risk=Risk.LOW, fixes=(LOG,), default=False)


def check(site: Site) -> Diagnostic | None:
    """Match an otherwise sound task whose exception nobody looks at."""
    if site.defect is not None or not site.unseen_failure:
        return None
    fault = "removes itself without a look at its exception"
    return Diagnostic(RULE, f"{wording.task_in_holder(site)} {fault}: nobody sees it fail")
