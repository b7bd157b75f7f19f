"""How long taskleash takes, beside ruff in the same minutes, and how much memory.

    python tests/benchmarks/speed.py [CORPUS…] [--runs 5]

A CORPUS is homeassistant, litellm or labelled; all of them where none is named. The packages are
pinned and downloaded once, into the user's cache folder. Each is copied, read once so that the
disk plays no part, and then every command is run so many times, all of them in turn.

Prints for each command the median of its time, that as a multiple of ruff's, the median of its
processor time and the peak of its largest process; how many lines there are, how many of them are
in files that are parsed, in bodies of functions and outside, and what libcst's parser alone takes
for these; what a million lines without a spawn add; and last what was aimed at and reached.
Exits with 0 whatever that is, and with 2 where something cannot be measured.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.corpora import CORPORA, Size, bodies_of, size, unpacked
from benchmarks.measure import BenchmarkError, Measured, Subject, in_turns, measured
from benchmarks.peers import flake8_async, libcst, lines_of, ruff
from benchmarks.subjects import Runs, require_taskleash
from benchmarks.synthetic import Shape, write
from benchmarks.targets import FLOOR, IDLE, reached

_IDLE = Shape(files=4000, spawns=0)
#: a file that changed a moment ago is not remembered by its times
_SETTLING_SECONDS = 3.0

Figures = dict[str, Measured]


def main() -> int:
    """Run the benchmark; the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("corpora", nargs="*", metavar="CORPUS", help=", ".join(CORPORA))
    parser.add_argument("--runs", type=int, default=5, help="of each command (default: 5)")
    options = parser.parse_args()
    if unknown := set(options.corpora) - CORPORA.keys():
        parser.error(f"no such corpus: {', '.join(sorted(unknown))}")
    figures: dict[str, Figures] = {}
    try:
        require_taskleash()
        for name in options.corpora or CORPORA:
            figures[name] = _measure(name, options.runs)
    except BenchmarkError as error:
        print(f"speed: {error}", file=sys.stderr)
        return 2
    print("\n".join(reached(figures)))
    return 0


def _measure(name: str, runs: int) -> Figures:
    """Measure one corpus, and print what comes out."""
    corpus = CORPORA[name]
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "code")
        for package in unpacked(corpus):
            shutil.copytree(package, folder / package.name)
        present = size(folder)
        print(f"{', '.join(corpus.requirements)}: {_sized(present)}", flush=True)
        time.sleep(_SETTLING_SECONDS)
        own = Runs(folder, Path(scratch))
        peer = ruff(folder)
        changed = [own.restored(), own.changed(), own.commented()]
        changed += [own.spawning_changed(), own.body_changed()]
        subjects = [peer, own.cold(), own.warm(), *changed, own.staged(), own.version()]
        found = in_turns(subjects, runs)
        _print_table(found)
        found[FLOOR] = _with_floor(own.parsed(), present, found["cold"], Path(scratch, "parsed"))
        _print_flake8(folder, present, found)
        found[IDLE] = _with_idle_lines(folder, own, runs)
    return found


def _with_idle_lines(folder: Path, own: Runs, runs: int) -> Measured:
    """What a million lines without a spawn add to a cold scan, in multiples of reading them."""
    idle, aside = folder / "idle", folder.with_name("idle")
    written = write(_IDLE, aside)
    script = "import sys,pathlib\nfor p in pathlib.Path('idle').rglob('*.py'): p.read_bytes()"
    reading = Subject("reading", [sys.executable, "-c", script], folder)
    subjects = [
        _after(own.cold("without"), lambda: idle.exists() and idle.rename(aside)),
        _after(own.cold("with"), lambda: aside.rename(idle)),
        reading,
        ruff(folder),
    ]
    found = in_turns(subjects, runs)
    shutil.rmtree(idle)
    # A difference of two long runs: by the clock it would be that of what else the machine did.
    added = found["with"].cpu - found["without"].cpu
    taken = found["reading"].cpu
    print(
        f"  {written.lines:,} lines without a spawn in {written.files:,} more files: {added:.2f} s"
        f" of processor time more in a cold scan; a script that only reads them takes"
        f" {taken:.2f} s, ruff takes {found['ruff'].cpu:.2f} s for all",
        flush=True,
    )
    return Measured(added / taken, 0.0, 0.0)


def _after(subject: Subject, move: Callable[[], object]) -> Subject:
    """The subject with something else to do before it."""

    def prepare() -> None:
        move()
        subject.prepare()

    return replace(subject, prepare=prepare)


def _print_table(found: Figures) -> None:
    print(f"  {'':28}{'seconds':>9}{'× ruff':>9}{'cpu':>9}{'peak MB':>9}")
    for name, each in found.items():
        ratio = each.seconds / found["ruff"].seconds
        print(f"  {name:28}{each.seconds:9.2f}{ratio:9.2f}{each.cpu:9.2f}{each.peak:9.0f}")


def _with_floor(parsed: list[Path], present: Size, cold: Measured, listing: Path) -> Measured:
    """What libcst alone takes for the files that are parsed, which is printed with their size."""
    lines, bodies = lines_of(parsed), bodies_of(parsed)
    alone = measured(libcst(parsed, listing))
    print(
        f"  parsed: {_sized(Size(len(parsed), lines))}, {lines / present.lines:.1%} of the lines,"
        f" {bodies.lines:,} of them in {bodies.functions:,} bodies of functions, the others in"
        f" outlines\n  libcst's parser alone takes {alone.cpu:.2f} s of the processor for these,"
        f" a first run {cold.cpu / alone.cpu:.2f} × that",
        flush=True,
    )
    return alone


def _print_flake8(folder: Path, present: Size, found: Figures) -> None:
    """flake8-async would take minutes: it gets a sample."""
    subject, lines = flake8_async(folder)
    sample = measured(subject)
    whole = sample.seconds * present.lines / lines
    ratio = whole / found["ruff"].seconds
    print(
        f"  flake8-async: {sample.seconds:.1f} s and {sample.peak:.0f} MB for a sample of"
        f" {lines:,} lines; extrapolated to all lines {whole:.0f} s, {ratio:.0f} × ruff",
        flush=True,
    )


def _sized(what: Size) -> str:
    return f"{what.files:,} files, {what.lines:,} lines"


if __name__ == "__main__":
    sys.exit(main())
