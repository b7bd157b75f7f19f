"""Programs run under `taskleash trace`, by every Python at hand."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from support.command import taskleash
from taskleash.trace.file import load
from taskleash.trace.model import Trace

_SEEN = re.compile(r"#\s*seen:\s*(.*)$")
#: what a comment has to name where it is not 0
OUTCOMES = ("started", "finished", "cancelled", "failed", "collected", "unseen", "held", "left")
VERSIONS = ("3.10", "3.11", "3.12", "3.13", "3.14")


def interpreters() -> list[Any]:
    """The Pythons of the versions that taskleash supports: this one, and for sweeps pyenv's.

    They are values for `parametrize`.
    """
    found = {"{}.{}".format(*sys.version_info[:2]): sys.executable}
    for version in VERSIONS:
        for path in sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python")):
            found.setdefault(version, str(path))
    return [
        path if path == sys.executable else pytest.param(path, marks=pytest.mark.sweep)
        for _, path in sorted(found.items())
    ]


def run_traced(
    *command: str, cwd: Path, options: tuple[str, ...] = (), **variables: str
) -> tuple[subprocess.CompletedProcess[str], Trace]:
    """Run a command under observation; gives how it ended, and the trace.

    What taskleash says itself comes last in the streams.
    """
    report = cwd / "trace.json"
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        with _descriptors({1: out, 2: err}):
            arguments = ("trace", "--report", str(report), *options, "--", *command)
            ran = taskleash(*arguments, cwd=cwd, **variables)
        said = []
        for stream, more in ((out, ran.out), (err, ran.err)):
            stream.seek(0)
            said.append(stream.read().decode().replace(os.linesep, "\n") + more)
    assert report.exists(), said
    return subprocess.CompletedProcess(command, ran.status, *said), load(str(report))


@contextmanager
def _descriptors(files: Mapping[int, BinaryIO]) -> Iterator[None]:
    """Have the files in place of these descriptors: it is them that a command inherits."""
    kept = {number: os.dup(number) for number in files}
    try:
        for number, file in files.items():
            os.dup2(file.fileno(), number)
        yield
    finally:
        for number, copy in kept.items():
            os.dup2(copy, number)
            os.close(copy)


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
