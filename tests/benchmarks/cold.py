"""A first run beside those who know a whole program, and what a second core is worth.

    python tests/benchmarks/cold.py [CORPUS] [--runs 1]

The CORPUS is one of `speed.py`'s, labelled where none is named. Each tool gets the very same files:
all that are there. Prints for each what it took by the clock and of the processors, and for
taskleash with one worker and with two; and last its processor time as a part of theirs, beside what
was asked for. To compare by the clock would be unfair to those that use one core.

Exits with 0 whatever comes out, and with 2 where something cannot be measured.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.corpora import CORPORA, python_files, unpacked
from benchmarks.measure import BenchmarkError, Measured, Subject, in_turns
from benchmarks.peers import flake8_async_on, lines_of, mypy_on, pylint_on
from benchmarks.subjects import TASKLEASH, require_taskleash

_ONE, _TWO = "taskleash, 1 worker", "taskleash, 2 workers"
#: what a first run may take of the processor time of the others, and of its own with one worker
_ASKED = {"mypy": 0.25, "pylint": 0.1, "flake8-async": 0.1}
_ASKED_OF_TWO = 0.6


def main() -> int:
    """Run the benchmark; the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("corpus", nargs="?", default="labelled", choices=sorted(CORPORA))
    parser.add_argument("--runs", type=int, default=1, help="of each command (default: 1)")
    options = parser.parse_args()
    try:
        require_taskleash()
        _print(_measured(options.corpus, options.runs))
    except BenchmarkError as error:
        print(f"cold: {error}", file=sys.stderr)
        return 2
    return 0


def _measured(name: str, runs: int) -> dict[str, Measured]:
    """What each tool takes for all files of a corpus."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "code")
        for package in unpacked(CORPORA[name]):
            shutil.copytree(package, folder / package.name)
        files = python_files(folder)
        print(f"{name}: {len(files):,} files, {lines_of(files):,} lines", flush=True)
        peers = [make(folder, files) for make in (mypy_on, pylint_on, flake8_async_on)]
        return in_turns([_own(folder, _ONE, 1), _own(folder, _TWO, 2), *peers], runs)


def _own(folder: Path, name: str, jobs: int) -> Subject:
    options = ["--isolated", "--quiet", "--no-cache", "--jobs", str(jobs), "--format", "json"]
    return Subject(name, [*TASKLEASH, "scan", *options, "."], folder)


def _print(found: dict[str, Measured]) -> None:
    print(f"  {'':28}{'seconds':>9}{'cpu':>9}{'peak MB':>9}")
    for name, each in found.items():
        print(f"  {name:28}{each.seconds:9.1f}{each.cpu:9.1f}{each.peak:9.0f}")
    print(f"\n  {'processor time of a first run':44}{'measured':>9}{'asked':>7}")
    for name, asked in _ASKED.items():
        ratio = found[_TWO].cpu / found[name].cpu
        print(f"  {f'of that of {name}':44}{ratio:9.2f}{asked:7g}  {_word(ratio, asked)}")
    ratio = found[_TWO].seconds / found[_ONE].seconds
    what = "by the clock, with two workers of one"
    print(f"  {what:44}{ratio:9.2f}{_ASKED_OF_TWO:7g}  {_word(ratio, _ASKED_OF_TWO)}")


def _word(ratio: float, asked: float) -> str:
    return "reached" if ratio <= asked else "missed"


if __name__ == "__main__":
    sys.exit(main())
