"""The record of a run, written by its processes, read and put together."""

from __future__ import annotations

import json
import os
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from taskleash.trace.model import (
    Caller,
    Counts,
    Location,
    TracedLoop,
    TracedProcess,
    TracedSite,
    Wait,
)
from taskleash.trace.runtime import layout
from taskleash.trace.runtime.records import COUNTS, NOTES
from taskleash.trace.runtime.start import FAILED, SEEN

_MICROSECONDS = 1_000_000
# what is kept of a site's waits, and of a loop's samples
_WAITS = 5
_SAMPLES = 240


@dataclass
class Found:
    """What a folder of records says."""

    processes: list[TracedProcess] = field(default_factory=list)
    loops: list[TracedLoop] = field(default_factory=list)
    sites: list[TracedSite] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)


def read(folder: Path) -> Found:
    """Everything in a folder of records, its sites sorted by place.

    What a process could not write down any more is missing, and nothing else: half a line at the
    end of its notes is passed over.
    """
    found = Found()
    seen: list[TracedSite] = []
    files: set[str] = set()
    for path in sorted(folder.glob(f"*{COUNTS}")):
        notes = list(_notes(path.with_suffix(NOTES)))
        counts = _counts(path)
        if counts is None:
            continue
        process = _process(path, notes, counts)
        found.processes.append(process)
        found.loops += _loops(process.pid, notes)
        seen += _sites(notes, counts)
        files.update(_shown(file) for note in notes for file in note.get("files", ()))
        errors = dict.fromkeys(note["error"] for note in notes if "error" in note)
        found.notes += [f"process {process.pid}: {error}" for error in errors]
    found.sites = _together(seen)
    found.files = sorted(files)
    found.notes += _unobserved(folder, {process.pid for process in found.processes})
    return found


def now(folder: Path) -> list[TracedSite]:
    """The spawn sites of all processes at this moment; alive are those of processes that run."""
    seen: list[TracedSite] = []
    for path in folder.glob(f"*{COUNTS}"):
        counts = _counts(path)
        if counts is None:
            continue
        sites = _sites(list(_notes(path.with_suffix(NOTES))), counts)
        if counts[layout.ENDED] or not _runs(path):
            sites = [replace(site, counts=replace(site.counts, alive=0)) for site in sites]
        seen += [site for site in sites if site.how != "main"]
    return _together(seen)


def _runs(path: Path) -> bool:
    try:
        os.kill(int(path.name.partition("-")[0]), 0)
    except (OSError, ValueError):
        return False
    return True


def _counts(path: Path) -> array[int] | None:
    try:
        data = path.read_bytes()
    except OSError:
        return None
    if len(data) < layout.SIZE * 8:
        return None
    counts = array("q")
    counts.frombytes(data[: layout.SIZE * 8])
    return counts if counts[layout.FORMAT] == layout.VERSION else None


def _notes(path: Path) -> Iterator[dict[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return
    for line in text.splitlines():
        try:
            note = json.loads(line)
        except ValueError:
            continue
        if isinstance(note, dict):
            yield note


def _process(path: Path, notes: Iterable[dict[str, Any]], counts: array[int]) -> TracedProcess:
    said: dict[str, Any] = next((note for note in notes if "process" in note), {})
    pid = int(path.name.partition("-")[0])
    ended = bool(counts[layout.ENDED])
    return TracedProcess(pid, tuple(said.get("command", ())), said.get("python", ""), ended)


def _loops(pid: int, notes: Iterable[dict[str, Any]]) -> list[TracedLoop]:
    kinds: dict[int, str] = {}
    samples: dict[int, list[tuple[float, int, int]]] = defaultdict(list)
    closed = set()
    for note in notes:
        if "loop" in note:
            kinds[note["loop"]] = note["kind"]
        elif "closed" in note:
            closed.add(note["closed"])
        elif "loops" in note:
            for number, (every, active) in note["loops"].items():
                samples[int(number)].append((note["at"], every, active))
    return [
        TracedLoop(pid, kind, number in closed, tuple(thinned(samples[number])))
        for number, kind in kinds.items()
    ]


def thinned(samples: list[Any]) -> list[Any]:
    """The samples, at most some hundred of them, the highest of each stretch."""
    while len(samples) > _SAMPLES:
        pairs = [samples[i : i + 2] for i in range(0, len(samples), 2)]
        samples = [max(pair, key=lambda sample: sample[-1]) for pair in pairs]
    return samples


def _sites(notes: list[dict[str, Any]], counts: array[int]) -> list[TracedSite]:
    waits: dict[int, list[Wait]] = defaultdict(list)
    final: set[int] = set()
    for note in notes:
        if "waits" not in note:
            continue
        for wait in note["waits"]:
            # What was left in the end tells more than what was seen on the way.
            if note["why"] != "sample" and wait["spot"] not in final:
                final.add(wait["spot"])
                waits[wait["spot"]].clear()
            if note["why"] != "sample" or wait["spot"] not in final:
                waits[wait["spot"]].append(_wait(wait))
    return [_site(note, counts, waits[note["spot"]]) for note in notes if "spot" in note]


def _wait(said: dict[str, Any]) -> Wait:
    path, line = said.get("path", ""), said.get("line", 0)
    return Wait(said["kind"], said["what"], _shown(path), line, said["age"])


def _shown(path: str) -> str:
    """A path as reports have it: relative to the current folder where it lies below it."""
    below = os.getcwd() + os.sep
    return (path[len(below) :] if path.startswith(below) else path).replace(os.sep, "/")


def _place(said: dict[str, Any]) -> Location:
    return Location(_shown(said["path"]), said["line"], said["column"], said["function"])


def _site(note: dict[str, Any], counts: array[int], waits: list[Wait]) -> TracedSite:
    row = layout.spot_row(note["spot"])
    said = dict(zip(layout.SPOT_FIELDS, counts[row : row + layout.SPOT_WIDTH], strict=False))
    longest = said.pop("longest") / _MICROSECONDS
    ended = said["finished"] + said["cancelled"] + said["failed"]
    said["kept"] = max(0, ended - said.pop("loose"))
    alive = max(0, said["started"] - ended - said["collected"])
    total = Counts(**said, alive=alive, longest=longest)
    caller = note["caller"]
    callers = (Caller(_place(caller), total),) if caller else ()
    how, library = note["how"], note["library"]
    return TracedSite(_place(note), (note["task"],), how, library, total, callers, tuple(waits))


def _together(seen: Iterable[TracedSite]) -> list[TracedSite]:
    """The sites of all processes and callers, one for each place."""
    merged: dict[tuple[str, int, int, str], TracedSite] = {}
    for site in seen:
        key = (site.place.path, site.place.line, site.place.column, site.how)
        merged[key] = _merged(merged[key], site) if key in merged else site
    return [_fewer(merged[key]) for key in sorted(merged)]


def _merged(one: TracedSite, other: TracedSite) -> TracedSite:
    callers = {caller.place: caller for caller in one.callers}
    for caller in other.callers:
        known = callers.get(caller.place)
        counts = known.counts + caller.counts if known else caller.counts
        callers[caller.place] = Caller(caller.place, counts)
    return replace(
        one,
        tasks=tuple(dict.fromkeys([*one.tasks, *other.tasks])),
        counts=one.counts + other.counts,
        callers=tuple(sorted(callers.values(), key=lambda c: (c.place.path, c.place.line))),
        waits=one.waits + other.waits,
    )


def _fewer(site: TracedSite) -> TracedSite:
    """The site with its longest waits, each kind and place of them once."""
    distinct: dict[tuple[str, str, str, int], Wait] = {}
    for wait in sorted(site.waits, key=lambda wait: -wait.age):
        distinct.setdefault((wait.kind, wait.what, wait.path, wait.line), wait)
    return replace(site, waits=tuple(distinct.values())[:_WAITS])


def _unobserved(folder: Path, observed: set[int]) -> list[str]:
    notes = []
    for path in sorted(folder.glob(f"*{FAILED}")):
        notes.append(f"process {path.stem} could not be observed: {path.read_text('utf-8')}")
    if not observed and not notes:
        if any(folder.glob(f"*{SEEN}")):
            notes.append("no process imported asyncio")
        else:
            notes.append(
                "no Python was observed: the command is none, or it ignores PYTHONPATH "
                "(python -I, -E or -S) or was given an environment of its own"
            )
    return notes
