"""Real packages edited at random: what a scan keeps must change nothing that the next one says.

    python tests/corpus/edit.py [PACKAGE…] [--edits 10] [--seed 1]

Each package is scanned, edited and scanned again, so many times; a PACKAGE is a requirement or a
folder, which is copied. After each edit the report and the reasons for which files were read are
compared with those of a scan without a cache. Prints a line for each edit, with how many seconds of
the processor both scans took. Exits with 0 where all are the same, else with 1, and with 2 where a
package cannot be had.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support.edits import Texts, edited, put
from support.packages import unpacked
from support.registry import PipError

PACKAGES = ("nats-py==2.16.0", "aiocoap==0.4.17", "kopf==1.45.2", "sanic==25.12.1")


def said(folder: Path, *options: str) -> tuple[Any, float]:
    """What a scan says, without how long it took, and the processor's time for it."""
    command = [sys.executable, "-I", "-m", "taskleash", "scan", "--isolated", "--format", "json"]
    before = _seconds()
    ran = subprocess.run(
        [*command, "--explain-files", *options, "."],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
    )
    taken = _seconds() - before
    report = json.loads(ran.stdout)
    del report["summary"]["seconds"]
    return (report, ran.stderr), taken


def _seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def tried(package: Path, edits: int, seed: str) -> int:
    """Edit a package so often; returns after how many edits two scans did not say the same."""
    random, wrong = Random(seed), 0
    texts: Texts = {}
    for path in sorted(package.rglob("*.py")):
        texts[path.relative_to(package).as_posix()] = path.read_bytes().decode("utf-8", "replace")
    with tempfile.TemporaryDirectory() as scratch:
        folder, cache = Path(scratch, "program"), ("--cache-dir", str(Path(scratch, "cache")))
        put(folder, {}, texts)
        said(folder, *cache)
        for _ in range(edits):
            name, after = edited(texts, random)
            put(folder, texts, after)
            texts = after
            (found, kept), (expected, fresh) = said(folder, *cache), said(folder, "--no-cache")
            wrong += found != expected
            verdict = "same" if found == expected else "NOT THE SAME"
            print(f"  {verdict:12} {kept:6.1f} s {fresh:6.1f} s  {name}", flush=True)
    return wrong


def main() -> int:
    """Edit the packages that are named."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("packages", nargs="*", default=PACKAGES, metavar="PACKAGE")
    parser.add_argument("--edits", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    wrong = 0
    for package in options.packages:
        print(package, flush=True)
        with tempfile.TemporaryDirectory() as folder:
            is_folder = Path(package).is_dir()
            try:
                source = Path(package) if is_folder else unpacked(package, Path(folder))
            except PipError as error:
                print(error, file=sys.stderr)
                return 2
            wrong += tried(source, options.edits, f"{package} {options.seed}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
