"""unawaited-coroutine (TL006)

What it does
------------
Finds coroutines that are made and dropped: a coroutine function is called, and nothing awaits the
result or turns it into a task. So it is with a coroutine function that is handed to what calls
plain functions: `loop.call_later(1, work)`, `add_done_callback(work)`, `add_signal_handler(...)`,
and with one that is handed uncalled to what takes coroutines: `create_task(work)`.

Why is this bad?
----------------
Calling a coroutine function runs nothing of its body. The work never happens; all there is to see
is a `RuntimeWarning` when the coroutine is collected, and in debug mode a `TypeError` of
`call_soon` and its kin. What takes coroutines raises `TypeError` for
a function, and `add_signal_handler` for a coroutine function.

Example
-------
    import asyncio


    async def store(message):
        await asyncio.sleep(1)


    async def on_message(message):
        store(message)

Use instead
-----------
    import asyncio


    async def store(message):
        await asyncio.sleep(1)


    async def on_message(message):
        await store(message)

Fix safety
----------
Awaiting the coroutine (`await`) is unsafe: code that never ran now runs, and the caller waits.
"""

from __future__ import annotations

from taskleash.rules import wording
from taskleash.rules.model import AWAIT, Diagnostic, Rule
from taskleash.sentences import sentence
from taskleash.verdict.model import Defect, Risk, Site

RULE = Rule(code="TL006", name="unawaited-coroutine", risk=Risk.HIGH, fixes=(AWAIT,))


def check(site: Site) -> Diagnostic | None:
    """Match a coroutine that nothing runs."""
    coroutine = wording.coroutine(site)
    if site.defect is Defect.UNCALLED:
        said = sentence("{coroutine} is handed over uncalled: it never runs", coroutine=coroutine)
        return Diagnostic(RULE, said)
    if site.defect is not Defect.UNAWAITED:
        return None
    said = sentence("{coroutine} is made and dropped: its body never runs", coroutine=coroutine)
    return Diagnostic(RULE, said)
