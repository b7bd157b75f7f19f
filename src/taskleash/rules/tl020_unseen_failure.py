"""unseen-failure (TL020)

What it does
------------
Finds tasks that are kept, in an attribute, a list or a dict, and whose exception nobody looks at
before the end; and `gather(..., return_exceptions=True)` whose result is dropped. Off by default.
It stands beside the verdict: the risk of the task stays what it is. Tasks that never end have a
rule of their own, TL021.

Why is this bad?
----------------
The event loop logs `Task exception was never retrieved` once a failed task is gone that nobody has
asked for its exception. As long as something keeps the task, nothing is logged: the failure is
silent until the last reference goes, which for a singleton is the end of the program, if at all, or
until the teardown looks. What `return_exceptions=True` gives back counts as asked for, and is never
logged.

Example
-------
    import asyncio


    class Loader:
        def __init__(self, store):
            self._store = store

        def start(self):
            self._task = asyncio.create_task(self._store.load())

        async def close(self):
            self._task.cancel()

Use instead
-----------
    import asyncio
    import logging

    logger = logging.getLogger(__name__)


    def _log_failure(task):
        \"\"\"Log the exception that ended a task, if one did.\"\"\"
        if not task.cancelled() and task.exception() is not None:
            logger.error("%r failed", task, exc_info=task.exception())


    class Loader:
        def __init__(self, store):
            self._store = store

        def start(self):
            self._task = asyncio.create_task(self._store.load())
            self._task.add_done_callback(_log_failure)

        async def close(self):
            self._task.cancel()

Fix safety
----------
Logging the exception in a done callback (`log`) is safe: the task itself runs as before.
"""

from __future__ import annotations

from taskleash.rules import wording
from taskleash.rules.model import LOG, Diagnostic, Rule
from taskleash.sentences import claim, sentence
from taskleash.verdict.model import Lifetime, Risk, Site, Unseen

RULE = Rule("TL020", "unseen-failure", Risk.LOW, (LOG,), default=False, beside=True)
_SILENT = {
    Unseen.AS_LONG_AS_KEPT: claim(
        "{task} is kept, and nobody looks at its exception: a failure is silent as long as it is"
        " kept"
    ),
    Unseen.UNTIL_THE_END: claim(
        "{task} is looked at in a teardown or a cleanup alone: a failure is silent until then"
    ),
    Unseen.SWALLOWED: claim(
        "{task} is gathered with `return_exceptions=True`, and the result is dropped: a failure is"
        " never seen"
    ),
}


def check(site: Site) -> Diagnostic | None:
    """Match a task that ends by itself and whose exception nobody looks at in time."""
    if site.unseen not in _SILENT:
        return None
    if site.lifetime is Lifetime.ENDLESS and site.unseen is not Unseen.SWALLOWED:
        return None
    return Diagnostic(RULE, sentence(_SILENT[site.unseen], task=wording.task_in_holder(site)))
