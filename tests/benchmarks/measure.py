"""Time and memory of commands, each in a process of its own."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


class BenchmarkError(Exception):
    """Why something cannot be measured."""


@dataclass(frozen=True)
class Measured:
    """What a command took: seconds by the clock, seconds of all processors, and megabytes.

    ``peak`` is that of its largest process, worker processes among them.
    """

    seconds: float
    cpu: float
    peak: float


@dataclass(frozen=True)
class Subject:
    """A command to measure; ``prepare`` is called before each run and takes no part in it.

    ``statuses`` are the exit statuses with which it has done its work.
    """

    name: str
    command: Sequence[str]
    cwd: Path
    prepare: Callable[[], None] = lambda: None
    statuses: tuple[int, ...] = (0,)


def measured(subject: Subject) -> Measured:
    """One run of a command.

    The kernel counts the memory of a process from the moment at which it was split off this one,
    so that nothing comes out below what this one takes: import little here.

    Raises:
        BenchmarkError: the command cannot be run, or fails.
    """
    subject.prepare()
    # An installed program has its byte code: it is written in the first run.
    env = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    try:
        process = subprocess.Popen(
            subject.command,
            cwd=subject.cwd,
            env=env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
    except OSError as error:
        raise BenchmarkError(f"{subject.command[0]}: {error.strerror}") from None
    assert process.stderr is not None
    complaints = process.stderr.read().decode(errors="replace")
    # With what its own children used, as far as it has waited for them, the largest one's memory.
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in subject.statuses:
        command = " ".join(subject.command)
        raise BenchmarkError(f"`{command}` exits with {process.returncode}:\n{complaints.strip()}")
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return Measured(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit)


def in_turns(subjects: Sequence[Subject], runs: int) -> dict[str, Measured]:
    """The medians of so many runs of each command, by name, and the highest memory.

    The commands take turns, so that what else the machine does hits all of them alike.
    """
    found: dict[str, list[Measured]] = {subject.name: [] for subject in subjects}
    for _ in range(runs):
        for subject in subjects:
            found[subject.name].append(measured(subject))
    return {
        name: Measured(
            statistics.median(each.seconds for each in all_runs),
            statistics.median(each.cpu for each in all_runs),
            max(each.peak for each in all_runs),
        )
        for name, all_runs in found.items()
    }
