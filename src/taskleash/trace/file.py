"""A trace as JSON: written by `taskleash trace --report`, read by `taskleash scan --trace`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

from taskleash.source.reading import read_regular
from taskleash.trace.model import (
    Alarm,
    Caller,
    Counts,
    Location,
    Trace,
    TracedLoop,
    TracedProcess,
    TracedSite,
    Wait,
)

SCHEMA_VERSION = 1

_MOST_BYTES = 512 << 20


class BadTrace(Exception):
    """A file that is no trace; the message names it, and the remedy."""


def document(trace: Trace) -> dict[str, Any]:
    """The trace as plain data for JSON."""
    total = trace.total
    return {
        "schema_version": SCHEMA_VERSION,
        "summary": {"sites": len(trace.spawns), **asdict(total), "lost": total.lost},
        **{name: value for name, value in asdict(trace).items() if name != "sites"},
        "sites": [{**asdict(site), "risk": str(trace.risk_of(site))} for site in trace.sites],
    }


def load(path: str) -> Trace:
    """The trace in a file.

    Raises:
        BadTrace: it cannot be read, or is none.
    """
    remedy = "write one with `taskleash trace --report FILE --format json -- COMMAND`"
    try:
        said = json.loads(read_regular(path, _MOST_BYTES))
    except OSError as error:
        raise BadTrace(f"{path}: {(error.strerror or str(error)).lower()}: {remedy}") from None
    except (ValueError, RecursionError):
        raise BadTrace(f"{path}: no JSON: {remedy}") from None
    version = said.get("schema_version") if isinstance(said, dict) else None
    if version != SCHEMA_VERSION:
        raise BadTrace(f"{path}: no trace of version {SCHEMA_VERSION}: {remedy}")
    try:
        trace = _trace(said)
        if not _fits(trace, Trace):
            raise TypeError
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        raise BadTrace(f"{path}: a damaged trace: {remedy}") from None
    return trace


def _fits(value: object, kind: Any) -> bool:
    """Whether a value is what the trace's types say: the file may be anybody's."""
    if isinstance(kind, type) and is_dataclass(kind):
        return isinstance(value, kind) and all(
            _fits(getattr(value, name), hint) for name, hint in _fields(kind)
        )
    if get_origin(kind) is tuple:
        if not isinstance(value, tuple):
            return False
        first, *others = get_args(kind)
        kinds = [first] * len(value) if others == [...] else [first, *others]
        return len(kinds) == len(value) and all(map(_fits, value, kinds))
    if kind is float:
        return type(value) in (int, float)
    return type(value) is kind


@cache
def _fields(kind: type[Any]) -> list[tuple[str, Any]]:
    """The fields of a class with their types, which take long to find out."""
    hints = get_type_hints(kind)
    return [(each.name, hints[each.name]) for each in fields(kind)]


def _trace(said: Mapping[str, Any]) -> Trace:
    return Trace(
        command=tuple(map(str, said["command"])),
        status=int(said["status"]),
        seconds=float(said["seconds"]),
        warn_alive=int(said["warn_alive"]),
        processes=tuple(
            TracedProcess(**{**each, "command": tuple(each["command"])})
            for each in said["processes"]
        ),
        loops=tuple(
            TracedLoop(**{**each, "samples": tuple(map(tuple, each["samples"]))})
            for each in said["loops"]
        ),
        sites=tuple(map(_site, said["sites"])),
        samples=tuple((float(at), int(alive)) for at, alive in said["samples"]),
        alarms=tuple(
            Alarm(each["at"], each["alive"], tuple(map(tuple, each["top"])))
            for each in said["alarms"]
        ),
        notes=tuple(map(str, said["notes"])),
        files=tuple(map(str, said["files"])),
    )


def _site(said: Mapping[str, Any]) -> TracedSite:
    return TracedSite(
        place=Location(**said["place"]),
        tasks=tuple(said["tasks"]),
        how=said["how"],
        library=bool(said["library"]),
        counts=Counts(**said["counts"]),
        callers=tuple(
            Caller(Location(**each["place"]), Counts(**each["counts"])) for each in said["callers"]
        ),
        waits=tuple(Wait(**each) for each in said["waits"]),
    )
