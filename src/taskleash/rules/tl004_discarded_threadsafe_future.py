"""discarded-threadsafe-future (TL004)

What it does
------------
Finds calls of `asyncio.run_coroutine_threadsafe` whose future is dropped.

Why is this bad?
----------------
The future is what tells the calling thread how the coroutine ended. Where it is dropped, an
exception that leaves the coroutine is lost: the event loop logs it for no task that was started
this way (cpython#97827), and the thread goes on as if the work was done. As any task that nothing
holds it can be garbage-collected half-way where nothing alive reaches what it waits for; a future
that is kept prevents that. The risk is high where a `raise` of the coroutine's own leaves it, and
nothing there has logged the failure.

Example
-------
    import asyncio


    def on_packet(loop, handle, packet):
        asyncio.run_coroutine_threadsafe(handle(packet), loop)

Use instead
-----------
    import asyncio
    import logging

    logger = logging.getLogger(__name__)


    def _log_failure(future):
        \"\"\"Log the exception that ended a future, if one did.\"\"\"
        if not future.cancelled() and future.exception() is not None:
            logger.error("%r failed", future, exc_info=future.exception())


    def on_packet(loop, handle, packet):
        future = asyncio.run_coroutine_threadsafe(handle(packet), loop)
        future.add_done_callback(_log_failure)

Fix safety
----------
Logging the exception in a done callback (`log`) is safe: the thread goes on as before. To wait for
the result blocks the thread, which only its author can judge.
"""

from __future__ import annotations

from taskleash.rules import wording
from taskleash.rules.model import LOG, Diagnostic, Rule
from taskleash.sentences import sentence
from taskleash.verdict.model import Defect, Risk, Site, Unseen

RULE = Rule("TL004", "discarded-threadsafe-future", Risk.HIGH, (LOG,))


def check(site: Site) -> Diagnostic | None:
    """Match a thread-safe spawn whose future is dropped."""
    if site.defect is not Defect.DISCARDED_THREADSAFE:
        return None
    harm = sentence("nothing can stop it or wait for it")
    if site.risk is Risk.HIGH or site.unseen is Unseen.NEVER_LOGGED:
        harm = sentence("a failure is never logged, and nothing can stop it or wait for it")
    said = sentence(
        "future of {coroutine} is dropped: {harm}", coroutine=wording.coroutine(site), harm=harm
    )
    return Diagnostic(RULE, said)
