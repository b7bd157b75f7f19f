"""How long the language server's analysis takes after each letter that is written in the editor.

    python tests/benchmarks/keystrokes.py [--strokes 40]

The workspace is the pinned homeassistant package: 1.3 million lines. A statement is written letter
by letter at the end of a function that starts a task, in a file of some 500 lines and in one that
was made 5,000 lines long; after each letter the open file is looked at, as the server does. Prints
the median and the 95th of a hundred, beside what is aimed at. The server's pause of 0.1 s before it
looks comes on top, and so does the way to the editor and back.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.corpora import CORPORA, python_files, unpacked
from benchmarks.measure import BenchmarkError
from taskleash.driver.gathering.linked import tidied
from taskleash.server.analyst import Analyst
from taskleash.server.requests import Look, Looked

_SPAWN = re.compile(r"^([ ]+)(?:self\.)?\w+ = asyncio\.create_task\(.*\)$", re.MULTILINE)
_WRITTEN = "\nvalue = compute_something(first, second)"
#: lines of the file, the most that the median and the 95th of a hundred may take, in seconds
_AIMS = ((500, 0.06, 0.12), (5000, 0.2, 0.4))


def main() -> int:
    """Run the benchmark; the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--strokes", type=int, default=40, help="letters a file (default: 40)")
    strokes = parser.parse_args().strokes
    try:
        (folder,) = unpacked(CORPORA["homeassistant"])
        with tempfile.TemporaryDirectory() as scratch:
            root = Path(scratch) / "workspace"
            shutil.copytree(folder, root)
            (root / "pyproject.toml").write_text("")
            os.environ["XDG_CACHE_HOME"] = str(Path(scratch) / "cache")
            _measure(root, strokes)
    except BenchmarkError as error:
        print(f"keystrokes: {error}", file=sys.stderr)
        return 2
    return 0


def _measure(root: Path, strokes: int) -> None:
    analyst = Analyst()
    _look(analyst, root, (), {})
    for lines, median, rare in _AIMS:
        path, text, at = _file(root, lines)
        indent = _SPAWN.search(text, at)
        assert indent is not None
        taken = []
        for size in range(1, strokes + 1):
            letters = (_WRITTEN * strokes)[:size].replace("\n", "\n" + indent[1])
            written = f"{text[: indent.end()]}{letters}{text[indent.end() :]}"
            start = time.perf_counter()
            _look(analyst, root, (str(path),), {str(path): written})
            taken.append(time.perf_counter() - start)
            tidied()
        slow = statistics.quantiles(taken, n=20)[-1]
        print(
            f"{text.count(chr(10)):6,} lines: median {statistics.median(taken):.2f} s"
            f" (aim {median}), 95th of 100 {slow:.2f} s (aim {rare})"
        )


def _file(root: Path, lines: int) -> tuple[Path, str, int]:
    """The spawning file whose length is the nearest, its text made as long, and its spawn."""
    found = []
    for path in python_files(root):
        text = path.read_text(encoding="utf-8", errors="replace")
        if (spawn := _SPAWN.search(text)) is not None:
            found.append((abs(text.count("\n") - lines), path, text, spawn.start()))
    if not found:
        raise BenchmarkError("no file starts a task")
    _, path, text, at = min(found)
    made = 0
    while text.count("\n") < lines - 10:
        made += 1
        text += f"\n\ndef made_{made}(first, second):\n" + "".join(
            f"    value_{n} = first.get(second, {n})\n" for n in range(20)
        )
    return path, text, at


def _look(analyst: Analyst, root: Path, paths: tuple[str, ...], unsaved: dict[str, str]) -> None:
    answered = analyst.answer(Look(str(root), paths, unsaved, is_settled=bool(paths)))
    if not isinstance(answered, Looked):
        raise BenchmarkError(str(answered))


if __name__ == "__main__":
    sys.exit(main())
