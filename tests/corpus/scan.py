"""Large packages scanned: nothing is lost, and nothing around a run changes what it says.

    python tests/corpus/scan.py [PACKAGE…]

The pinned packages, which have more than 20,000 files, are downloaded once into the user's cache
folder. Each is scanned with one worker and no cache; then again with all that must make no
difference changed: workers, hash seed, order of the paths, an empty cache and a filled one, locale,
time zone. Where the reports differ, each of these is tried alone, to name it.

Prints the counts of each package, and what is wrong with it: a run that fails or writes to standard
error, a file that was not read, a report that is not as the schema has it, an internal error, bytes
that differ. Exits with 0 where there is nothing, else with 1, and with 2 where a package cannot be
had.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.corpora import Corpus, unpacked
from benchmarks.measure import BenchmarkError
from support.schemas import report_errors
from taskleash.source.excludes import DEFAULT_EXCLUDES

PACKAGES = (
    "aiogram==3.31.0",
    "aiohttp==3.14.5",
    "asyncssh==2.24.1",
    "chainlit==2.12.0",
    "discord.py==2.7.1",
    "distributed==2026.8.0",
    "google-cloud-aiplatform==2.7.0",
    "homeassistant==2026.2.3",
    "kopf==1.45.2",
    "kubernetes_asyncio==36.1.0",
    "langchain-community==0.4.2",
    "litellm==1.109.1",
    "mitmproxy==11.0.2",
    "nats-py==2.16.0",
    "nicegui==3.18.0",
    "openai==3.54.0",
    "prefect==3.9.1",
    "pymodbus==3.16.1",
    "pyrogram==2.0.106",
    "ray==2.60.0",
    "sanic==25.12.1",
    "semantic-kernel==1.45.0",
    "telethon==1.45.0",
    "tornado==6.6.1",
    "twisted==26.10.0",
)
#: the Python whose wheels are taken; the packages that need a newer one
_PYTHON = "3.12"
_NEWER = {"homeassistant": "3.14"}
_SECONDS = re.compile(rb'"seconds": [0-9.e-]+')


@dataclass(frozen=True)
class Way:
    """A way to run that must make no difference; ``order`` is for the paths that are given."""

    name: str
    options: tuple[str, ...] = ("--no-cache",)
    variables: Mapping[str, str] = field(default_factory=dict)
    backwards: bool = False


def ways(cache: Path) -> tuple[Way, Way, Way, tuple[Way, ...]]:
    """The plain way, two in which all is different, and each difference alone."""
    cached = ("--cache-dir", str(cache))
    plain_c = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    odd = {"PYTHONHASHSEED": "1", "TZ": "Asia/Kathmandu", **plain_c}
    even = {"PYTHONHASHSEED": "2", "LC_ALL": "C.UTF-8", "TZ": "America/St_Johns"}
    plain = Way("plain", ("--no-cache", "--jobs", "1"), {"PYTHONHASHSEED": "0", "TZ": "UTC"})
    cold = Way("cold, and all else different", (*cached, "--jobs", "2"), odd, backwards=True)
    warm = Way("warm, and all else different", (*cached, "--jobs", "3"), even)
    alone = (
        Way("workers", ("--no-cache", "--jobs", "2")),
        Way("hash seed", variables={"PYTHONHASHSEED": "1"}),
        Way("order", backwards=True),
        Way("locale", variables=plain_c),
        Way("time zone", variables={"TZ": "Asia/Kathmandu"}),
        Way("a warm cache", cached),
    )
    return plain, cold, warm, alone


@dataclass
class Tally:
    """What was counted, and what is wrong."""

    files: int = 0
    parsed: int = 0
    sites: int = 0
    invalid: int = 0
    wrong: list[str] = field(default_factory=list)

    def __iadd__(self, other: Tally) -> Tally:
        self.files += other.files
        self.parsed += other.parsed
        self.sites += other.sites
        self.invalid += other.invalid
        self.wrong += other.wrong
        return self

    def __str__(self) -> str:
        return (
            f"{self.files} files, {self.parsed} parsed, {self.sites} sites,"
            f" {self.invalid} invalid files, {len(self.wrong)} faults"
        )


def tried(folder: Path) -> Tally:
    """Scan the package in the folder in every way."""
    with tempfile.TemporaryDirectory() as scratch:
        plain, cold, warm, alone = ways(Path(scratch, "cache"))
        first, wrong = scanned(folder, plain)
        tally = counted(first, wrong)
        tally.wrong += lost(folder, tally.files)
        for way in (cold, warm):
            found, wrong = scanned(folder, way)
            tally.wrong += wrong
            if found != first:
                names = [each.name for each in alone if scanned(folder, each)[0] != first]
                tally.wrong.append(f"{way.name}: other bytes, for: {', '.join(names) or 'all'}")
    return tally


def scanned(folder: Path, way: Way) -> tuple[bytes, list[str]]:
    """The JSON report of a run, but for the seconds, and what is wrong with the run."""
    paths = sorted(top_level(folder), reverse=way.backwards)
    command = [sys.executable, "-m", "taskleash", "scan", "--isolated", "--format", "json"]
    command.append("--no-respect-gitignore")
    ran = subprocess.run(
        [*command, *way.options, *paths],
        cwd=folder,
        env={**os.environ, **way.variables},
        capture_output=True,
        check=False,
    )
    wrong = []
    if ran.returncode:
        wrong.append(f"{way.name}: exit status {ran.returncode}")
    if ran.stderr:
        wrong.append(f"{way.name}: on standard error: {ran.stderr.decode(errors='replace')[:500]}")
    return _SECONDS.sub(b'"seconds": 0', ran.stdout), wrong


def top_level(folder: Path) -> list[str]:
    """The folders and Python files in the folder: whatever else were named would be read, too."""
    found = (name for name in os.listdir(folder) if not name.startswith("."))
    return [name for name in found if (folder / name).is_dir() or name.endswith((".py", ".pyi"))]


def counted(report: bytes, wrong: Sequence[str]) -> Tally:
    """The counts of a report, and what is wrong with it."""
    try:
        document = json.loads(report)
    except ValueError as error:
        return Tally(wrong=[*wrong, f"no JSON: {error}"])
    wrong = [*wrong, *report_errors(document)]
    wrong += [f"{e['path']}: {e['message']}" for e in document["errors"] if _is_ours(e)]
    summary = document["summary"]
    return Tally(
        summary["files"], summary["parsed"], summary["sites"], len(document["errors"]), wrong
    )


def _is_ours(error: Mapping[str, Any]) -> bool:
    """Whether a file that could not be analysed is so for a fault of this tool."""
    return "internal error" in error["message"] or "parser" in error["message"]


def lost(folder: Path, files: int) -> Iterator[str]:
    """That another look at the folder finds another number of files."""
    there = sum(1 for _ in python_files(folder))
    if there != files:
        yield f"{there} files are there, {files} were read"


def python_files(folder: Path) -> Iterator[str]:
    """The Python files in the folder, but for those that are excluded by default."""
    excluded = {pattern.strip("/") for pattern in DEFAULT_EXCLUDES}
    for here, folders, names in os.walk(folder):
        if here == str(folder):
            names = top_level(folder)
        folders[:] = [name for name in folders if name not in excluded]
        yield from (name for name in names if name.endswith((".py", ".pyi")))


def main() -> int:
    """Try the packages; the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("packages", nargs="*", help="requirements; the pinned ones if left out")
    options = parser.parse_args()
    total = Tally()
    requirements = options.packages or PACKAGES
    for requirement in requirements:
        python = _NEWER.get(requirement.partition("==")[0], _PYTHON)
        try:
            (folder,) = unpacked(Corpus(requirement, (requirement,), python))
        except BenchmarkError as error:
            print(f"scan: {error}", file=sys.stderr)
            return 2
        tally = tried(folder)
        total += tally
        print(f"{requirement}: {tally}", flush=True)
        for line in tally.wrong:
            print(f"  {line}", flush=True)
    print(f"{len(requirements)} packages: {total}")
    return 1 if total.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
