"""What mutations start from: the fixtures, and modules of the standard library that use asyncio."""

from __future__ import annotations

import io
import re
import sysconfig
import tokenize
from functools import cache
from pathlib import Path
from random import Random

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
#: of the standard library: async code, and code that uses much of the syntax
_LIBRARY = (
    "asyncio",
    "concurrent",
    "unittest",
    "importlib",
    "dataclasses.py",
    "typing.py",
    "ast.py",
)
_MAX_BYTES = 12_000
_DEFINITION = re.compile(r"(?:class|def|async def|@|import|if) ?")
#: so many inputs are of a screen: nearly all that can go wrong shows in few lines, and they take a
#: tenth of the time that whole modules do
_SMALL = 0.96
#: what the search for spawns looks for in raw bytes
SPAWNING = "asyncio.create_task(work())"


@cache
def texts() -> tuple[str, ...]:
    """Source texts, always in the same order."""
    library = Path(sysconfig.get_path("stdlib"))
    found = sorted(FIXTURES.rglob("*.py"))
    for name in _LIBRARY:
        path = library / name
        found += sorted(path.rglob("*.py")) if path.is_dir() else [path]
    return tuple(_read(path) for path in found if path.stat().st_size <= _MAX_BYTES)


def is_small(rng: Random) -> bool:
    """Whether the input to draw is to be of some lines, or as large as a module."""
    return rng.random() < _SMALL


def excerpt(rng: Random, lengths: tuple[int, ...]) -> str:
    """So many lines of some text, from the start of a definition on: most of it is Python still."""
    lines = rng.choice(texts()).splitlines(keepends=True)
    starts = [0, *(n for n, line in enumerate(lines) if _DEFINITION.match(line))]
    start = rng.choice(starts)
    return "".join(lines[start : start + rng.choice(lengths)])


@cache
def words() -> tuple[str, ...]:
    """The tokens of those texts."""
    found: set[str] = set()
    for text in texts()[::3]:
        tokens = tokenize.generate_tokens(io.StringIO(text).readline)
        found |= {t.string for t in tokens if t.string.strip() and len(t.string) < 60}
    return tuple(sorted(found))


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")
