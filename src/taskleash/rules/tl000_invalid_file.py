"""invalid-file (TL000)

What it does
------------
Reports a file that cannot be analysed: a syntax error, bytes that do not decode, a NUL byte, code
nested too deeply for the parser, a file that cannot be read.

Why is this bad?
----------------
Nothing is known about the tasks of such a file. A gate that passed over it would be green for the
wrong reason. The other files are reported as usual.

Example
-------
    import asyncio


    async def on_message(store, message):
        asyncio.create_task(store(message)

Use instead
-----------
    import asyncio


    async def on_message(store, message):
        await asyncio.create_task(store(message))

Fix safety
----------
There is no fix: what the author meant is not known.
"""

from __future__ import annotations

from taskleash.rules.model import Diagnostic, Rule
from taskleash.verdict.model import Risk, Site

RULE = Rule(code="TL000", name="invalid-file", risk=Risk.HIGH)


def check(site: Site) -> Diagnostic | None:
    """Never matches a site: a file with this error has none, the error carries the code."""
    return None
