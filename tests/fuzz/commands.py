"""Command lines run on the files of a case, in a folder of their own."""

from __future__ import annotations

import json
import os
import sqlite3
import tempfile
from contextlib import suppress
from pathlib import Path
from random import Random

from fuzz.cases import Case, Failure
from fuzz.surroundings import CACHE_DAMAGE
from support.command import Ran, taskleash

_STATUSES = (0, 1, 2)
#: what no run may say, wherever
_NEVER = ("Traceback (most recent call last)", "internal error")


def tried_commands(case: Case) -> Failure | None:
    """What is wrong with the runs of the case's commands, if anything."""
    with tempfile.TemporaryDirectory() as scratch:
        # What a command line says of the folders above is about nothing of this machine.
        folder = Path(scratch).resolve() / "above" / "here"
        folder.mkdir(parents=True)
        damage = _written(case, folder)
        first: Ran | None = None
        for command in case.commands:
            if first is not None and damage:
                _damage(folder / "cache" / "taskleash.sqlite3", damage)
            ran = taskleash(*command, cwd=folder)
            if failure := fault(ran):
                return failure
            if damage and first is not None and ran != first:
                return Failure("a damaged cache changes the report", f"{first}\n{ran}")
            first = first or ran
    return None


def _written(case: Case, folder: Path) -> bytes:
    """Write the files of the case; gives what is to be done to its cache."""
    for path, data in case.files.items():
        if path != CACHE_DAMAGE:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)
    return case.files.get(CACHE_DAMAGE, b"")


def fault(ran: Ran) -> Failure | None:
    """What is wrong with a run, whatever it was given."""
    said = f"{ran.out}\n{ran.err}"
    for words in _NEVER:
        if words in said:
            line = next(line for line in said.splitlines() if words in line)
            return Failure(line[:90], said)
    if ran.status not in _STATUSES:
        return Failure(f"exit status {ran.status}", said)
    if ran.status == 2 and not ran.err.startswith("taskleash: "):
        return Failure("exit status 2 without a reason", said)
    return None


def _damage(path: Path, how: bytes) -> None:
    """Spoil a database, as a crash of the machine or a bad disk would."""
    try:
        kind, seed = json.loads(how)
    except ValueError:
        return
    rng = Random(seed)
    if kind in ("row", "swap"):
        with suppress(sqlite3.Error):
            _spoil_rows(path, rng, swap=kind == "swap")
        return
    data = bytearray(path.read_bytes())
    if kind == "flip":
        for _ in range(rng.randint(1, 20)):
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    elif kind == "cut":
        del data[rng.randrange(len(data)) :]
    else:
        start = rng.randrange(len(data))
        data[start : start + 4096] = bytes(len(data[start : start + 4096]))
    path.write_bytes(data)
    os.utime(path)


def _spoil_rows(path: Path, rng: Random, *, swap: bool) -> None:
    database = sqlite3.connect(path)
    with database:
        rows = database.execute("SELECT key, mark, day, data FROM entries").fetchall()
        for key, mark, day, data in rows:
            if swap:
                _, mark, day, data = rng.choice(rows)
                mark = mark if rng.random() < 0.5 else b"\0" * 8
            else:
                at = rng.randrange(len(data) + 1)
                data = data[:at] + rng.randbytes(2) + data[at + rng.randrange(3) :]
            new = (mark, rng.choice((day, -1, 2**62)), data, key)
            database.execute("UPDATE entries SET mark = ?, day = ?, data = ? WHERE key = ?", new)
    database.close()
