"""Mutation testing: which small faults in a package do its tests not find?

    python tests/mutation/run.py source --mutants 60 --seed 1

Draws so many faults of the package's code, the same for the same seed, and runs the package's tests
on a copy with each, until one fails. A fault that makes them fail, or run for longer than the
bound, is found. Prints those that are not, for reading: one that changes nothing which anybody
could notice is no gap in the tests. Exits with 0; with 2 where the tests fail without a fault.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from mutation.mutants import Mutant, mutants

_ROOT = Path(__file__).resolve().parents[2]
#: what any part of the analysis shows in, the fastest first
_CORE = (
    "tests/test_fixtures.py",
    "tests/oracle",
    "tests/rules",
    "tests/test_flags.py",
    "tests/audit",
    "tests/runtime/test_vanishing.py",
    "tests/controlflow",
    "tests/semantics",
    "tests/verdict",
)
#: the tests of each package, the fastest first
_TESTS = {
    "source": (
        "tests/source",
        "tests/test_typos.py",
        "tests/test_bad_input.py",
        "tests/driver/test_unused_suppressions.py",
        "tests/driver/test_roots.py",
        "tests/security/test_configuration.py",
    ),
    "driver/cache": (
        "tests/driver/test_cache_database.py",
        "tests/driver/test_cache_contents.py",
        "tests/driver/test_cache_store.py",
        "tests/driver/test_cache_memory.py",
        "tests/driver/test_cache.py",
        "tests/security/test_cache.py",
        "tests/security/test_seal.py",
        "tests/driver/test_cache_restored.py",
        "tests/driver/test_moved_lines.py",
    ),
    "fixes": (
        "tests/fixes/test_lines.py",
        "tests/fixes/test_patch.py",
        "tests/fixes/test_rendering.py",
        "tests/fixes/test_style.py",
        "tests/fixes/test_order.py",
        "tests/fixes/test_places.py",
        "tests/fixes/test_proof.py",
        "tests/fixes/test_unused.py",
        "tests/fixes/test_imports.py",
        "tests/fixes/test_coroutines.py",
        "tests/fixes/test_refusals.py",
        "tests/fixes/test_codemods.py",
        "tests/fixes/test_shared_keeper.py",
        "tests/fixes/test_wrappers.py",
        "tests/fixes/test_engine.py",
        "tests/fixes/test_writing.py",
        "tests/fixes/test_behaviour.py",
    ),
    "controlflow": ("tests/controlflow", *_CORE),
    "semantics": _CORE,
    "dataflow": _CORE,
    "lifecycle": _CORE,
    "dormancy": ("tests/test_flags.py", *_CORE),
    "verdict": _CORE,
    "demand": ("tests/semantics", *_CORE),
}


def main() -> int:
    """Try the faults; the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("package", choices=_TESTS)
    parser.add_argument("--mutants", type=int, default=60, help="how many faults to try")
    parser.add_argument("--seed", type=int, default=0, help="which of them")
    parser.add_argument("--bound", type=float, default=600.0, help="seconds for a run of the tests")
    options = parser.parse_args()
    folder = _ROOT / "src" / "taskleash" / options.package
    every = [each for path in sorted(folder.rglob("*.py")) for each in mutants(path)]
    chosen = Random(options.seed).sample(every, min(options.mutants, len(every)))
    survivors = 0
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch, "src")
        shutil.copytree(_ROOT / "src", copy, ignore=shutil.ignore_patterns("__pycache__"))
        tests = _TESTS[options.package]
        if _fails(tests, copy, options.bound):
            print("the tests fail without any fault", file=sys.stderr)
            return 2
        for number, mutant in enumerate(chosen, start=1):
            with _applied(mutant, copy, number):
                if not _fails(tests, copy, options.bound):
                    survivors += 1
                    print(mutant.shown(mutant.path.read_bytes()), flush=True)
            print(f"{number} tried, {survivors} not found", file=sys.stderr, flush=True)
    found = len(chosen) - survivors
    print(f"{options.package}: {found} of {len(chosen)} faults found, of {len(every)} there are")
    return 0


@contextmanager
def _applied(mutant: Mutant, copy: Path, number: int) -> Iterator[None]:
    """The copy with a fault in it."""
    there = copy / mutant.path.relative_to(_ROOT / "src")
    before = there.read_bytes()
    # Times of their own: by them, in seconds, Python tells which bytecode is of which text.
    there.write_bytes(mutant.applied(before))
    os.utime(there, (2 * number, 2 * number))
    try:
        yield
    finally:
        there.write_bytes(before)
        os.utime(there, (2 * number + 1, 2 * number + 1))


def _fails(tests: Sequence[str], copy: Path, bound: float) -> bool:
    """Whether a test fails with the package in the copy, or does not end."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    kept = {"PYTHONPATH": str(copy), "PYTHONPYCACHEPREFIX": str(copy.parent / "bytecode")}
    environment = {**os.environ, **kept}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    try:
        ran = subprocess.run(
            command, cwd=_ROOT, env=environment, capture_output=True, timeout=bound, check=False
        )
    except subprocess.TimeoutExpired:
        return True
    return ran.returncode != 0


if __name__ == "__main__":
    sys.exit(main())
