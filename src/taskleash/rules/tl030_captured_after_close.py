"""captured-after-close (TL030)

What it does
------------
Finds tasks that use a resource which their starter closes without waiting for them: a session, a
file, a connection, a transaction of a `with` or `async with` block that may be left while the task
runs, one that the starter closes by a call, or one that FastAPI makes for a request (`Depends`,
`UploadFile`) and closes once the function has returned. Off by default. It stands beside the
verdict: the risk of the task stays what it is.

Why is this bad?
----------------
Whether the task is done in time is a race: it works as long as nobody is slow. Where it loses, it
goes on with what is closed, and may fail where it uses that next, far from the code that caused it.

Example
-------
    import asyncio

    import aiohttp

    _background_tasks = set()


    async def fetch(session, url):
        async with session.get(url) as response:
            return await response.text()


    async def refresh(url):
        async with aiohttp.ClientSession() as session:
            task = asyncio.create_task(fetch(session, url))
            _background_tasks.add(task)
            task.add_done_callback(_background_tasks.discard)

Use instead
-----------
    import asyncio

    import aiohttp

    _background_tasks = set()


    async def fetch(url):
        async with aiohttp.ClientSession() as session, session.get(url) as response:
            return await response.text()


    async def refresh(url):
        task = asyncio.create_task(fetch(url))
        _background_tasks.add(task)
        task.add_done_callback(_background_tasks.discard)

Fix safety
----------
There is no fix: the task can be awaited within the block, or open the resource itself.
"""

from __future__ import annotations

from taskleash.rules import wording
from taskleash.rules.model import Diagnostic, Rule
from taskleash.sentences import claim, sentence
from taskleash.verdict.model import Risk, Site

RULE = Rule("TL030", "captured-after-close", Risk.LOW, default=False, beside=True)


def check(site: Site) -> Diagnostic | None:
    """Match a task that uses what its starter closes first."""
    found = site.captured
    if found is None:
        return None
    text = claim(
        "{task} uses {name}, which is closed at line {line}: nothing waits for the task before that"
    )
    if found.is_block:
        text = claim(
            "{task} uses {name}, which the block of line {line} closes: nothing waits for the task"
            " before that"
        )
    names = {"name": wording.quoted(found.name), "line": str(found.line)}
    if found.after:
        text = claim(
            "{task} uses {name}, which is closed once {function} has returned: nothing waits for"
            " the task before that"
        )
        names = {"name": wording.quoted(found.name), "function": wording.quoted(found.after)}
    return Diagnostic(RULE, sentence(text, task=wording.task(site), **names))
