"""What mutations start from: the fixtures, and modules of the standard library that use asyncio."""

from __future__ import annotations

import io
import sysconfig
import tokenize
from functools import cache
from pathlib import Path

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
