"""A command run under observation: its streams, its signals and its status pass through."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Protocol

from taskleash.trace import reading
from taskleash.trace.model import Alarm, Moment, Trace
from taskleash.trace.runtime.start import FOLDER, INTERVAL

_INJECTED = Path(__file__).with_name("inject")
_FORWARDED = ("SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGQUIT")
_TOP = 3


class CommandNotFound(Exception):
    """The command cannot be started; the message says why."""


class Screen(Protocol):
    """What shows a run while it lasts."""

    def streams(self) -> Mapping[str, int]:
        """What the command writes to, where that is not what this process does."""

    def show(self, moment: Moment) -> None:
        """Show what is known at this moment."""


def run(
    command: Sequence[str],
    warn_alive: int,
    interval: float,
    warn: Callable[[Alarm], None],
    screen: Screen | None = None,
) -> Trace:
    """Run a command to its end and give what its processes did.

    Every ``interval`` seconds the living tasks are counted; ``warn`` is called where they are more
    than ``warn_alive``, again only once they have doubled or were fewer in between.

    Raises:
        CommandNotFound: it cannot be started.
    """
    folder = Path(tempfile.mkdtemp(prefix="taskleash-trace-"))
    began = time.monotonic()
    try:
        process = _started(command, folder, interval, screen.streams() if screen else {})
        watch = _Watch(folder, warn_alive, warn, began, screen)
        with _passing_signals(process):
            while True:
                try:
                    status = process.wait(timeout=interval)
                except subprocess.TimeoutExpired:
                    watch.look()
                else:
                    break
        found = reading.read(folder)
        return Trace(
            command=tuple(command),
            # as a shell says it
            status=status if status >= 0 else 128 - status,
            seconds=time.monotonic() - began,
            warn_alive=warn_alive,
            processes=tuple(found.processes),
            loops=tuple(found.loops),
            sites=tuple(found.sites),
            samples=tuple(reading.thinned(watch.samples)),
            alarms=tuple(watch.alarms),
            notes=tuple(found.notes),
            files=tuple(found.files),
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class _Watch:
    """Looks at the living tasks from outside of their processes."""

    def __init__(
        self,
        folder: Path,
        warn_alive: int,
        warn: Callable[[Alarm], None],
        began: float,
        screen: Screen | None,
    ) -> None:
        self.samples: list[tuple[float, int]] = []
        self.alarms: list[Alarm] = []
        self._folder = folder
        self._warn_alive = warn_alive
        self._warn = warn
        self._began = began
        self._screen = screen
        self._next = warn_alive + 1

    def look(self) -> None:
        sites = reading.now(self._folder)
        places: dict[str, int] = defaultdict(int)
        for site in sites:
            if site.counts.alive:
                places[f"{site.place.path}:{site.place.line}"] += site.counts.alive
        total = sum(places.values())
        at = round(time.monotonic() - self._began, 3)
        self.samples.append((at, total))
        if self._screen is not None:
            self._screen.show(Moment(at, tuple(sites), tuple(self.samples)))
        if total <= self._warn_alive:
            self._next = self._warn_alive + 1
        elif total >= self._next:
            self._next = 2 * total
            top = sorted(places.items(), key=lambda item: (-item[1], item[0]))[:_TOP]
            alarm = Alarm(at, total, tuple(top))
            self.alarms.append(alarm)
            self._warn(alarm)


def _started(
    command: Sequence[str], folder: Path, interval: float, streams: Mapping[str, int]
) -> subprocess.Popen[bytes]:
    environment = dict(os.environ)
    known = environment.get("PYTHONPATH")
    environment["PYTHONPATH"] = os.pathsep.join([str(_INJECTED), *([known] if known else [])])
    environment[FOLDER] = str(folder)
    environment[INTERVAL] = str(interval)
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        return subprocess.Popen(
            command, env=environment, stdout=streams.get("stdout"), stderr=streams.get("stderr")
        )
    except FileNotFoundError:
        raise CommandNotFound(f"{command[0]}: no such command") from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise CommandNotFound(
            f"{command[0]}: cannot be started: {reason} (a script is run by `python {command[0]}`)"
        ) from None


@contextmanager
def _passing_signals(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Leave an interrupt to the command, which the terminal sends it too; pass on other signals."""

    def forward(number: int, frame: FrameType | None) -> None:
        process.send_signal(number)

    before = {signal.SIGINT: signal.signal(signal.SIGINT, signal.SIG_IGN)}
    for name in _FORWARDED:
        number = getattr(signal, name, None)
        if number is not None:
            before[number] = signal.signal(number, forward)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
