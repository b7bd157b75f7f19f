"""Real code with statements grafted in that start tasks, and with comments that silence."""

from __future__ import annotations

import re
from random import Random

from fuzz.grammar import Grammar
from fuzz.seeds import SPAWNING, excerpt, is_small, texts

_STATEMENTS = (
    SPAWNING,
    "self._task = asyncio.create_task(self.run())",
    "self._tasks.append(asyncio.ensure_future(work()))",
    "task = loop.create_task(work()); task.add_done_callback(print)",
    "[asyncio.create_task(work(x)) for x in range(3)]",
    "asyncio.gather(work(), work())",
    "asyncio.run_coroutine_threadsafe(work(), loop)",
    "_ = asyncio.create_task(\n{indent}    work(),\n{indent}    name='''a\nb''',\n{indent})",
    "if a: asyncio.create_task(work())",
    "return asyncio.create_task(work())",
    "lambda: asyncio.create_task(work())",
    "self.start_soon(asyncio.create_task(work()))",
    "asyncio.create_task(work()) if x else y",
    "x and asyncio.create_task(work())",
    "while True: asyncio.create_task(work())",
    "await asyncio.wait([asyncio.create_task(work())], timeout=1)",
    "async def inner(): asyncio.create_task(work())",
)
_COMMENTS = (
    "# noqa", "# noqa: TL001", "# noqa:TL001,TL010 , E501", "# NOQA : tl001",
    "# noqa: TL001 -- why",
    "# taskleash: ignore", "# taskleash: ignore[TL001]", "# taskleash: ignore[TL001, TL999]",
    "# taskleash: ignore[", "# taskleash: ignore[]", "# taskleash:skip-file",
    "# type: ignore # noqa",
    "# noqa: TL001 # taskleash: ignore[TL010] # noqa", "#noqa:TL001é", "# noqa: TL1, TL00",
    "# noqa:,",
    "# noqa: TL001,,TL002", "# TASKLEASH: IGNORE[tl001]", "#:noqa", "# noqa\u2028: TL001",
    "#" * 300,
    "# noqa: TL001\t, TL002\x0c", "# fmt: off", "# noqa: " + "TL001, " * 50,
)  # fmt: skip
_LINE = re.compile(r"([ \t]*)[^\s#)\]}\"'].*$")
_NEEDS_EARLIER = re.compile(
    r"\s*(?:elif|else|except|finally|case|[)\]}.,+\-*/|&]|and |or |if |for )"
)
_SIMPLE_END = re.compile(r".*[\w)\]]$")


def with_spawns(rng: Random) -> bytes:
    """A text with spawning statements before some of its lines, indented like those."""
    text = excerpt(rng, (20, 40)) if is_small(rng) else rng.choice(texts())
    lines = text.splitlines() or ["pass"]
    for _ in range(rng.randint(1, 6)):
        places = _places(lines)
        if not places:
            break
        place = rng.choice(places)
        found = _LINE.match(lines[place])
        indent = found[1] if found else ""
        lines.insert(place, indent + rng.choice(_STATEMENTS).replace("{indent}", indent))
    return _joined(rng, ["import asyncio", *lines] if rng.random() < 0.2 else lines)


def with_comments(rng: Random) -> bytes:
    """A text with spawns and comments that silence them, or try to, in any place."""
    if rng.random() < 0.5:
        lines = Grammar(rng, small=is_small(rng)).module().splitlines()
    else:
        lines = with_spawns(rng).decode("utf-8", "surrogateescape").splitlines()
    spawning = [n for n, line in enumerate(lines) if "create_task" in line] or [0]
    for _ in range(rng.randint(1, 8)):
        number = rng.choice(spawning) if rng.random() < 0.7 else rng.randrange(len(lines) or 1)
        comment = rng.choice(_COMMENTS)
        if rng.random() < 0.7:
            lines[number] += f"  {comment}"
        else:
            lines.insert(number, comment)
    return _joined(rng, lines)


def _places(lines: list[str]) -> list[int]:
    """The lines before which a statement may stand, as far as a line tells."""
    found = []
    for number, line in enumerate(lines):
        before = lines[number - 1] if number else "pass"
        starts = _LINE.match(line) is not None and not _NEEDS_EARLIER.match(line)
        closed = before.endswith(":") or (
            _SIMPLE_END.match(before) and before.count("(") == before.count(")")
        )
        if starts and closed:
            found.append(number)
    return found


def _joined(rng: Random, lines: list[str]) -> bytes:
    newline = rng.choice(("\n",) * 6 + ("\r\n", "\r"))
    end = rng.choice(("\n", "\n", "\n", "", "\n\n", "\n    "))
    return (newline.join(lines) + end).encode("utf-8", "surrogateescape")
