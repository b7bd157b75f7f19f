"""discarded-threadsafe-future (TL004)

What it does
------------
Finds calls of `asyncio.run_coroutine_threadsafe` whose future is dropped.

Why is this bad?
----------------
The future is the calling thread's only way to learn how the coroutine ended. Dropped, an exception
of the coroutine is seen by nobody, and the thread goes on as if the work was done.

Example
-------
    import asyncio


    def on_packet(loop, handle, packet):
        asyncio.run_coroutine_threadsafe(handle(packet), loop)

Use instead
-----------
    import asyncio


    def on_packet(loop, handle, packet):
        future = asyncio.run_coroutine_threadsafe(handle(packet), loop)
        return future.result(timeout=10)

Fix safety
----------
Logging the exception in a done callback (`log`) is safe: the thread goes on as before. To wait for
the result blocks the thread, which only its author can judge.
"""

from __future__ import annotations

from taskleash.classify.model import Defect, Risk, Site
from taskleash.rules import wording
from taskleash.rules.model import LOG, Diagnostic, Rule

RULE = Rule(code="TL004", name="discarded-threadsafe-future", risk=Risk.LOW, fixes=(LOG,))


def check(site: Site) -> Diagnostic | None:
    """Match a thread-safe spawn whose future is dropped."""
    if site.defect is not Defect.DISCARDED_THREADSAFE:
        return None
    harm = "the thread that starts it never learns whether it failed"
    return Diagnostic(RULE, f"future of {wording.coroutine(site)} is dropped: {harm}")
