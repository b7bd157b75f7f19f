"""What `check --fix` takes beside `check`: time, processor time, and memory of its largest process.

    python tests/benchmarks/fixing.py [CORPUS…] [--runs 3]

A CORPUS is homeassistant, litellm or labelled; litellm where none is named. Both start with an
empty cache. The fixes are shown and not written, so that every run finds the same.

Exits with 0 whatever comes out, and with 2 where something cannot be measured.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.corpora import CORPORA, unpacked
from benchmarks.measure import BenchmarkError, Measured, Subject, in_turns
from benchmarks.subjects import TASKLEASH, require_taskleash

#: what was asked: megabytes, and how many times the processor time of a check
_MEGABYTES, _TIMES = 350, 1.5


def main() -> int:
    """Run the benchmark; the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("corpora", nargs="*", metavar="CORPUS", help=", ".join(CORPORA))
    parser.add_argument("--runs", type=int, default=3, help="of each command (default: 3)")
    options = parser.parse_args()
    if unknown := set(options.corpora) - CORPORA.keys():
        parser.error(f"no such corpus: {', '.join(sorted(unknown))}")
    try:
        require_taskleash()
        for name in options.corpora or ("litellm",):
            _print(name, _measure(name, options.runs))
    except BenchmarkError as error:
        print(f"fixing: {error}", file=sys.stderr)
        return 2
    return 0


def _measure(name: str, runs: int) -> dict[str, Measured]:
    with tempfile.TemporaryDirectory() as scratch:
        folder, cache = Path(scratch, "code"), Path(scratch, "cache")
        for package in unpacked(CORPORA[name]):
            shutil.copytree(package, folder / package.name)

        def subject(name: str, *options: str) -> Subject:
            command = [*TASKLEASH, "check", "--isolated", "--quiet", "--cache-dir", str(cache)]
            return Subject(
                name,
                [*command, *options, "."],
                folder,
                lambda: shutil.rmtree(cache, ignore_errors=True),
                (0, 1),
            )

        return in_turns([subject("check"), subject("fix", "--fix", "--diff")], runs)


def _print(name: str, found: dict[str, Measured]) -> None:
    print(f"{name:20}{'seconds':>9}{'cpu':>9}{'peak MB':>9}")
    for what, each in found.items():
        print(f"  {what:18}{each.seconds:9.2f}{each.cpu:9.2f}{each.peak:9.0f}")
    times = found["fix"].cpu / found["check"].cpu
    print(f"  {times:.2f} × the processor time of a check (asked: {_TIMES:g})")
    print(f"  {found['fix'].peak:.0f} MB (asked: {_MEGABYTES})", flush=True)


if __name__ == "__main__":
    sys.exit(main())
