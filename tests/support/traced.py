"""Programs run under `taskleash trace`, by every Python at hand."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from support.command import environment
from taskleash.trace.file import load
from taskleash.trace.model import Trace

_SEEN = re.compile(r"#\s*seen:\s*(.*)$")
#: what a comment has to name where it is not 0
OUTCOMES = ("started", "finished", "cancelled", "failed", "collected", "unseen", "held", "left")
VERSIONS = ("3.10", "3.11", "3.12", "3.13", "3.14")


def interpreters() -> list[str]:
    """The Pythons of the versions that taskleash supports: this one, and those of pyenv."""
    found = {"{}.{}".format(*sys.version_info[:2]): sys.executable}
    for version in VERSIONS:
        for path in sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python")):
            found.setdefault(version, str(path))
    return [found[version] for version in sorted(found)]


def run_traced(
    *command: str, cwd: Path, options: tuple[str, ...] = (), **variables: str
) -> tuple[subprocess.CompletedProcess[str], Trace]:
    """Run a command under observation; gives how it ended, and the trace."""
    report = cwd / "trace.json"
    ran = subprocess.run(
        [
            sys.executable,
            "-m",
            "taskleash",
            "trace",
            "--report",
            str(report),
            *options,
            "--",
            *command,
        ],
        cwd=cwd,
        env=environment(**variables),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert report.exists(), ran.stderr
    return ran, load(str(report))


def expected(program: Path) -> dict[int, dict[str, int]]:
    """What the comments ``# seen: started=3 left=1`` of a program expect, by line."""
    found = {}
    for number, line in enumerate(program.read_text(encoding="utf-8").splitlines(), 1):
        if match := _SEEN.search(line):
            pairs = (part.split("=") for part in match[1].split())
            found[number] = {name: int(value) for name, value in pairs}
    return found


def observed(
    trace: Trace, program: Path, wanted: dict[int, dict[str, int]]
) -> dict[int, dict[str, int]]:
    """What was seen at each line of a program, with the outcomes that are not 0.

    Peaks and how many were kept count only where they are wanted.
    """
    found = {}
    for line, counts in _lines(trace, program):
        names = (*OUTCOMES, *wanted.get(line, ()))
        found[line] = {name: counts[name] for name in names if counts[name]}
    return found


def _lines(trace: Trace, program: Path) -> Iterator[tuple[int, dict[str, int]]]:
    for site in trace.spawns:
        if Path(site.place.path).name == program.name:
            yield site.place.line, asdict(site.counts)
