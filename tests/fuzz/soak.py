"""Very many inputs: none may end in a traceback, an internal error, or take longer than a bound.

    python tests/fuzz/soak.py --inputs 100000
    python tests/fuzz/soak.py --kind grammar --first 4711 --inputs 1 --show

Each input follows from its kind and its number alone (and from the version of Python, whose modules
are among what is mutated). It is analysed, reported in some format and fixed; what is fixed must
parse, and a second run must change nothing of it. Configurations, baselines, caches and the like
are tried with the whole command line.

Prints each way to fail once, with the smallest input found that fails so, and how to draw it again.
Exits with 0 where no input fails, and with 1 where one does, or where it was interrupted.
"""

from __future__ import annotations

import argparse
import itertools
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from fuzz.cases import Case, Failure
from fuzz.children import BOUND_SECONDS, DIED, OVER, Children, Job
from fuzz.kinds import KINDS, case, drawn
from fuzz.smaller import smaller

_EVERY_SECONDS = 30.0
_TRIES = 1000
_ENDING = (signal.SIGINT, signal.SIGTERM)


@dataclass
class _Soaked:
    """What was tried: how many of each kind, what fails in which way, and the slowest."""

    kinds: Counter[str] = field(default_factory=Counter)
    failing: dict[str, list[tuple[str, int, Failure]]] = field(default_factory=dict)
    slowest: tuple[float, str] = (0.0, "none")
    start: float = field(default_factory=time.monotonic)

    @property
    def count(self) -> int:
        return self.kinds.total()


def main() -> int:
    """Try the inputs; the exit status."""
    # A shell has what it runs in the background ignore interrupts.
    for number in _ENDING:
        signal.signal(number, _interrupt)
    options = _options()
    jobs = options.jobs or os.cpu_count() or 1
    if options.kind:
        wanted = [(options.kind, options.first + n) for n in range(options.inputs)]
    else:
        wanted = drawn(options.first, options.inputs)
    if options.show:
        for kind, seed in wanted:
            print(case(kind, seed))
    with Children(jobs, options.bound) as children:
        soaked = _soaked(children, wanted)
        # Who does not wait for the soak will not wait for small inputs either.
        tries = _TRIES if soaked.count == len(wanted) else 0
        with suppress(KeyboardInterrupt):
            for what, found in soaked.failing.items():
                bounded = int(tries * 2 / options.bound) if what == OVER else tries
                _show(what, found, children, bounded)
    total = sum(map(len, soaked.failing.values()))
    kinds = ", ".join(f"{n} {kind}" for kind, n in sorted(soaked.kinds.items()))
    seconds, slowest = soaked.slowest
    print(f"{soaked.count} of {len(wanted)} inputs ({kinds}): {total} failed in "
          f"{len(soaked.failing)} ways; the slowest, {slowest}, took {seconds:.1f} s")  # fmt: skip
    return 1 if soaked.failing or soaked.count < len(wanted) else 0


def _interrupt(number: int, frame: object) -> None:
    """End what is going on, and let no second interrupt come between that and its children."""
    for other in _ENDING:
        signal.signal(other, signal.SIG_IGN)
    raise KeyboardInterrupt


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--inputs", type=int, default=1000, help="how many inputs to try")
    parser.add_argument("--first", type=int, default=0, help="the number of the first")
    parser.add_argument("--kind", choices=KINDS, help="inputs of this kind only")
    parser.add_argument("--jobs", type=int, default=0, help="processes; one for each core")
    parser.add_argument("--bound", type=float, default=BOUND_SECONDS, help="seconds for an input")
    parser.add_argument("--show", action="store_true", help="print the inputs")
    return parser.parse_args()


def _soaked(children: Children, wanted: list[tuple[str, int]]) -> _Soaked:
    """The inputs tried; an interrupt ends the soak early, with what it has found by then."""
    found = _Soaked()
    said = found.start
    with suppress(KeyboardInterrupt):
        for job, failure, seconds in children.tried(iter(wanted)):
            assert not isinstance(job, Case)
            found.kinds[job[0]] += 1
            found.slowest = max(found.slowest, (seconds, f"{job[0]} {job[1]}"))
            if failure is not None and _stands(job, failure):
                if failure.what not in found.failing:
                    print(f"{job[0]} {job[1]}: {failure.what}", flush=True)
                found.failing.setdefault(failure.what, []).append((*job, failure))
            if time.monotonic() - said > _EVERY_SECONDS:
                said = time.monotonic()
                print(f"{found.count} inputs in {said - found.start:.0f} s", file=sys.stderr)
    return found


def _stands(job: tuple[str, int], failure: Failure) -> bool:
    """Whether the failure is the tool's: a worker may die of a file, the run has to go on.

    Where the process that tried it died, the command is asked, which has workers to lose.
    """
    if failure.what != DIED or (drawn := case(*job)).commands:
        return True
    with tempfile.TemporaryDirectory() as folder:
        for path, data in drawn.files.items():
            Path(folder, path).write_bytes(data)
        command = [
            sys.executable,
            "-m",
            "taskleash",
            "check",
            "--no-cache",
            "--fix",
            "--unsafe-fixes",
        ]
        try:
            ran = subprocess.run(
                command, cwd=folder, capture_output=True, timeout=BOUND_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            return True
    said = ran.stdout + ran.stderr
    return ran.returncode not in (0, 1) or b"internal error" in said or b"Traceback" in said


def _show(what: str, found: list[tuple[str, int, Failure]], children: Children, most: int) -> None:
    """Print one way to fail, with its input made as small as so many tries make it."""
    kind, seed, failure = found[0]
    tries = itertools.count()

    def fails(candidate: Case) -> bool:
        if next(tries) >= most:
            return False
        return any(f is not None and f.what == what for _, f, _ in children.tried(_only(candidate)))

    small = smaller(case(kind, seed), fails)
    print(f"\n== {what}: {len(found)} inputs, as --kind {kind} --first {seed} --inputs 1")
    print(", ".join(f"{kind} {seed}" for kind, seed, _ in found[1:11]))
    print(small)
    print(failure.detail[-3000:], flush=True)


def _only(candidate: Case) -> Iterator[Job]:
    yield candidate


if __name__ == "__main__":
    sys.exit(main())
