"""overwritten-task (TL011)

What it does
------------
Finds tasks whose handle is replaced by a second spawn while the first may still run.

Why is this bad?
----------------
The place holds one task. After the second spawn it does not lead to the first any more: that may go
on running beside the new one, and the teardown, which ends what the place holds, misses it. Where
nothing else holds the first task, and nothing alive reaches what it waits for, it can be
garbage-collected half-way.

Example
-------
    import asyncio


    class Player:
        def __init__(self):
            self._task = None

        def on_song_chosen(self, song):
            self._task = asyncio.create_task(self._stream(song))

        async def _stream(self, song):
            await asyncio.sleep(200)

        async def close(self):
            if self._task is not None:
                self._task.cancel()

Use instead
-----------
    import asyncio


    class Player:
        def __init__(self):
            self._task = None

        def on_song_chosen(self, song):
            if self._task is not None and not self._task.done():
                self._task.cancel()
            self._task = asyncio.create_task(self._stream(song))

        async def _stream(self, song):
            await asyncio.sleep(200)

        async def close(self):
            if self._task is not None:
                self._task.cancel()

Fix safety
----------
Cancelling the earlier task before the new one starts (`cancel-previous`) is unsafe: two tasks that
ran side by side no longer do.
"""

from __future__ import annotations

from taskleash.rules import wording
from taskleash.rules.model import CANCEL_PREVIOUS, Diagnostic, Rule
from taskleash.sentences import sentence
from taskleash.verdict.model import Defect, Risk, Site

RULE = Rule(code="TL011", name="overwritten-task", risk=Risk.LOW, fixes=(CANCEL_PREVIOUS,))


def check(site: Site) -> Diagnostic | None:
    """Match a spawn that replaces a handle still in use."""
    if site.defect is not Defect.OVERWRITTEN:
        return None
    said = sentence(
        "{task} overwrites {place} while the earlier one may still run: nothing can end that one"
        " any more",
        task=wording.task(site),
        place=wording.holder(site, otherwise=sentence("a handle")),
    )
    return Diagnostic(RULE, said)
