"""Programs whose functions start tasks and go on: how × what they do × who calls them."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from support.fixed.shapes import Promise, Shape

_PROGRAM = """\
import asyncio
import logging

logger = logging.getLogger("program")


def say(*what):
    try:
        note(*what)
    except Exception:
        print(what)


async def work(what):
{work}

async def handle(items, is_urgent=False):
    say("handling")
{starts}

async def main():
{main}
    await asyncio.sleep(9)
"""

_WORK = {
    "short": "await asyncio.sleep(1)\nsay('end', what)",
    "sends": "try:\n    await asyncio.sleep(1)\n    note('end', what)\nexcept Exception:\n"
    "    logger.exception('lost')",
    "fails": (
        "await asyncio.sleep(1)\nif what == 1:\n    say('fail', what)\n"
        "    raise ValueError(what)\nsay('end', what)"
    ),
    "endless": "while True:\n    await asyncio.sleep(1)\n    say('ping', what)",
}
_KINDS = frozenset({"taskgroup", "await"})

#: how the function starts them, and the kinds that fit; what it starts first is 1
_STARTS = {
    "each of several": (
        "for each in items:\n    asyncio.create_task(work(each))\nsay('handled')",
        {"taskgroup"},
    ),
    "one beside another": (
        "asyncio.create_task(work(1))\nawait work(2)\nsay('handled')",
        {"taskgroup"},
    ),
    "two": (
        "asyncio.create_task(work(1))\nasyncio.create_task(work(2))\nsay('handled')",
        {"taskgroup"},
    ),
    "awaited on some ways": (
        "task = asyncio.create_task(work(1))\nawait work(2)\nif is_urgent:\n    return\nawait task",
        {"taskgroup"},
    ),
    "the first of two": (
        (
            "one, other = asyncio.create_task(work(1)), asyncio.create_task(work(2))\n"
            "await asyncio.wait([one, other], return_when=asyncio.FIRST_COMPLETED)"
        ),
        {"taskgroup"},
    ),
    "one, and says so": (
        "asyncio.create_task(work(1))\nlogger.info('started')",
        {"await"},
    ),
    "one at the end": (
        "say('handled')\nasyncio.create_task(work(1))",
        {"await"},
    ),
    "one on some ways": (
        "if items:\n    asyncio.create_task(work(1))\nelse:\n    say('nothing')",
        {"await"},
    ),
    "one behind a way out": (
        "if not items:\n    say('nothing')\n    return\nasyncio.create_task(work(1))",
        {"await"},
    ),
    "one by a name": (
        "task = asyncio.create_task(work(1), name='work')\nsay('handled')",
        {"await"},
    ),
    "one by the loop": (
        "asyncio.get_running_loop().create_task(work(1))\nsay('handled')",
        {"await"},
    ),
    "one in a try": (
        (
            "try:\n    asyncio.create_task(work(1))\nexcept Exception:\n"
            "    logger.exception('not started')\nsay('handled')"
        ),
        {"await"},
    ),
    "one by ensure_future": (
        "asyncio.ensure_future(work(1))\nsay('handled')",
        {"await"},
    ),
    "one on several lines": (
        (
            "asyncio.create_task(\n    # the first one\n    work(\n        1,\n    )\n)\n"
            "say('handled')"
        ),
        {"await"},
    ),
    "one in a case": (
        (
            "match items:\n    case [_, *_]:\n        asyncio.create_task(work(1))\n"
            "    case _:\n        say('nothing')\nsay('handled')"
        ),
        {"await"},
    ),
    "one once that went well": (
        (
            "try:\n    say('trying')\nexcept Exception:\n    logger.exception('not begun')\n"
            "else:\n    asyncio.create_task(work(1))\nsay('handled')"
        ),
        {"await"},
    ),
    "each after a pause": (
        "for each in items:\n    await asyncio.sleep(0)\n    asyncio.create_task(work(each))",
        {"taskgroup"},
    ),
    "each under a condition": (
        (
            "for each in items:\n    if each > 0:\n        asyncio.create_task(work(each))\n"
            "say('handled')"
        ),
        {"taskgroup"},
    ),
    "each by a name": (
        (
            "for index, each in enumerate(items):\n"
            "    asyncio.create_task(work(each), name=f'work {index}')"
        ),
        {"taskgroup"},
    ),
    "one beside a pause": (
        "asyncio.create_task(work(1))\nawait asyncio.sleep(3)\nsay('handled')",
        {"taskgroup"},
    ),
    "one beside a pause, on some ways": (
        "if items:\n    asyncio.create_task(work(1))\nawait asyncio.sleep(3)\nsay('handled')",
        {"taskgroup"},
    ),
    "in a list": (
        (
            "tasks = [asyncio.create_task(work(each)) for each in items]\n"
            "await asyncio.sleep(0)\nsay('handled', len(tasks))"
        ),
        {"taskgroup"},
    ),
    "beside what raises": (
        "asyncio.create_task(work(1))\nawait work(2)\nraise KeyError('handled')",
        set[str](),
    ),
    "beside what is caught": (
        (
            "asyncio.create_task(work(1))\ntry:\n    await work(2)\n    raise KeyError('handled')\n"
            "except Exception as error:\n    say('caught', error)"
        ),
        {"taskgroup"},
    ),
}
#: what becomes of the caller, and whether all work is to be done before what comes next
_CALLS = {
    "it waits": ("await handle([1, 2])\nnote('after')", True),
    "it waits, in haste": ("await handle([1, 2], True)\nnote('after')", True),
    "two wait at once": (
        (
            "both = await asyncio.gather(handle([1, 2]), handle([1, 2]), return_exceptions=True)\n"
            "for each in both:\n    if each is not None:\n        note('known', each)\n"
            "note('after')"
        ),
        True,
    ),
    "it catches errors": (
        (
            "try:\n    await handle([1, 2])\nexcept (KeyError, ValueError) as error:\n"
            "    note('known', error)\nnote('after')"
        ),
        True,
    ),
    "it is cancelled": (
        (
            "caller = asyncio.create_task(handle([1, 2]))\nawait asyncio.sleep(0.5)\n"
            "caller.cancel()\nawait asyncio.wait([caller])\nnote('after')"
        ),
        False,
    ),
}
#: callers that end with what the function raises
_ENDED = frozenset({"it waits", "it waits, in haste"})


def grouped() -> Iterator[Shape]:
    """Every way of starting tasks, with all work and all callers."""
    for how in _STARTS:
        for work in _WORK:
            for call in _CALLS:
                # An error that ends the program keeps the task alive, which its frames know.
                if "raises" not in how or call not in _ENDED:
                    yield _shape(how, work, call)


def _shape(how: str, work: str, call: str) -> Shape:
    (starts, fitting), (main, is_done) = _STARTS[how], _CALLS[call]
    if "FIRST" in starts or "urgent" in starts or work == "fails":
        ends: tuple[str, ...] = ("end 1",)
    else:
        ends = tuple(f"end {each}" for each in (1, 2) if f"work({each})" in starts)
    known = work in ("short", "sends")
    ends = ends if known else ()
    source = _PROGRAM.format(
        work=textwrap.indent(_WORK[work] + "\n", " " * 4),
        starts=textwrap.indent(starts + "\n", " " * 4),
        main=textwrap.indent(main, " " * 4),
    )
    promise = Promise(
        ends if is_done else (),
        tuple((each, "after") for each in ends) if is_done else (),
        lost=() if is_done else ("end 1", "end 2"),
    )
    return Shape(
        f"started {how}, {work}, {call}",
        source,
        # What an await catches is logged.
        refused=_KINDS - (fitting if known else fitting & {"await"} if work == "fails" else set()),
        promises=dict.fromkeys(fitting, promise),
    )
