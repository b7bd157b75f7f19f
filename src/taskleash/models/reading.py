"""A project's own models: what a file of the user's says of APIs, as entries of the table.

The file is a table with a list ``api``, each entry with the keys of `KEYS`:

    [[api]]
    name = "pool.Pool.submit"
    starts = "owner"
    work = 1

and a list ``lifecycle``, each entry with the keys of `PHASE_KEYS`:

    [[lifecycle]]
    phase = "teardown"
    name = "Plugin.on_unload"
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from taskleash.models.api import Api, Effect, Gives, Starts
from taskleash.models.lifecycle import Phase, Sign, UserEntry

#: what a key takes: one of some words, or what is said here
Expected: TypeAlias = tuple[str, ...] | str

STARTS = {kind.value: kind for kind in Starts if kind is not Starts.NOTHING}
#: what is done with a task, in the words of a file
TASKS = {
    "awaits": Effect.AWAITS,
    "gathers": Effect.GATHERS,
    "waits": Effect.WAITS,
    "shields": Effect.SHIELDS,
    "times": Effect.TIMES,
    "completes": Effect.COMPLETES,
    "cancels": Effect.CANCELS,
    "ends": Effect.RUNS,
    "returns": Effect.SAME,
    "refuses": Effect.REFUSES,
    "reads": Effect.READS,
}
#: the keys of an entry, and what each takes
KEYS: dict[str, Expected] = {
    "name": "a dotted name",
    "source": "text",
    "starts": tuple(STARTS),
    "work": "the number of an argument",
    "task": tuple(TASKS),
    "callback": "the number of an argument",
    "gives": (Gives.COROUTINE.value,),
    "makes-loop": "true or false",
}
_EFFECTS = frozenset({"starts", "task", "callback", "gives", "makes-loop"})
#: by which of these a function is known, and what such a key is to the table
SIGNS = {"name": Sign.NAME, "decorator": Sign.REGISTERING, "registrar": Sign.REGISTRAR}
PHASES = {phase.value: phase for phase in Phase}
#: the keys of an entry on the phase of a function
PHASE_KEYS: dict[str, Expected] = {
    "phase": tuple(PHASES),
    **dict.fromkeys(SIGNS, "a dotted name"),
    "source": "text",
}
_MOST_ARGUMENTS = 255


class BadModels(Exception):
    """A file of models that cannot be used; the message names the entry and the key."""


@dataclass(frozen=True)
class FileOfModels:
    """What a file says."""

    apis: tuple[Api, ...]
    lifecycle: tuple[UserEntry, ...]


def models(data: Mapping[str, Any], origin: str) -> FileOfModels:
    """The entries of a file; ``origin`` stands for the source of those that name none.

    Raises:
        BadModels: something in it is not as it has to be.
    """
    for key in data:
        if key not in ("api", "lifecycle"):
            raise BadModels("unknown key: all that it holds are [[api]] and [[lifecycle]] tables")
    phases = _entries(data, "lifecycle", PHASE_KEYS)
    return FileOfModels(
        tuple(_api(entry, where, origin) for where, entry in _entries(data, "api", KEYS)),
        tuple(_phase(entry, where, origin) for where, entry in phases),
    )


def _entries(
    data: Mapping[str, Any], kind: str, keys: Mapping[str, Expected]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The entries of one kind and how to call each; their keys are known and take what is there."""
    entries = data.get(kind, [])
    if not isinstance(entries, list):
        raise BadModels(f"{kind}: expected a list of tables")
    for number, entry in enumerate(entries, start=1):
        where = f"{kind} {number}"
        if not isinstance(entry, dict):
            raise BadModels(f"{where}: expected a table")
        for key, value in entry.items():
            if key not in keys:
                raise BadModels(f"{where}: unknown key (all are {', '.join(keys)})")
            expected = keys[key]
            if not _takes(expected, value):
                said = f"one of {', '.join(expected)}" if isinstance(expected, tuple) else expected
                raise BadModels(f"{where}: {key}: expected {said}")
        yield where, entry


def _api(entry: Mapping[str, Any], where: str, origin: str) -> Api:
    if "name" not in entry:
        raise BadModels(f"{where}: name is missing")
    if not _EFFECTS & set(entry):
        raise BadModels(f"{where}: says nothing: give one of {', '.join(sorted(_EFFECTS))}")
    return Api(
        name=entry["name"],
        source=entry.get("source", origin),
        starts=STARTS.get(entry.get("starts", ""), Starts.NOTHING),
        work=entry.get("work", 0),
        handle=TASKS.get(entry.get("task", ""), Effect.UNKNOWN),
        callback=entry.get("callback"),
        gives=Gives(entry.get("gives", "")),
        makes_loop=entry.get("makes-loop", False),
    )


def _phase(entry: Mapping[str, Any], where: str, origin: str) -> UserEntry:
    if "phase" not in entry:
        raise BadModels(f"{where}: phase is missing: give one of {', '.join(PHASES)}")
    signs = [key for key in SIGNS if key in entry]
    if len(signs) != 1:
        raise BadModels(f"{where}: give one of {', '.join(SIGNS)}, and no other of them")
    (sign,) = signs
    return UserEntry(PHASES[entry["phase"]], SIGNS[sign], entry[sign], entry.get("source", origin))


def _takes(expected: Expected, value: object) -> bool:
    if isinstance(expected, tuple):
        return isinstance(value, str) and value in expected
    if expected == "true or false":
        return isinstance(value, bool)
    if expected == "the number of an argument":
        return type(value) is int and 0 <= value < _MOST_ARGUMENTS
    is_name = expected == "a dotted name"
    return isinstance(value, str) and (not is_name or all(map(str.isidentifier, _parts(value))))


def _parts(name: str) -> Iterator[str]:
    yield from name.split(".")


def schema() -> dict[str, Any]:
    """The JSON schema of such a file."""
    api = _table(KEYS, required=["name"])
    api["anyOf"] = [{"required": [key]} for key in sorted(_EFFECTS)]
    phase = _table(PHASE_KEYS, required=["phase"])
    phase["oneOf"] = [{"required": [key]} for key in SIGNS]
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Models of APIs and of lifecycles",
        "type": "object",
        "properties": {
            "api": {"type": "array", "items": api},
            "lifecycle": {"type": "array", "items": phase},
        },
        "additionalProperties": False,
    }


def _table(keys: Mapping[str, Expected], required: list[str]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {key: _property(expected) for key, expected in keys.items()},
        "required": required,
        "additionalProperties": False,
    }


def _property(expected: Expected) -> dict[str, Any]:
    if isinstance(expected, tuple):
        return {"enum": list(expected)}
    if expected == "true or false":
        return {"type": "boolean"}
    if expected == "the number of an argument":
        return {"type": "integer", "minimum": 0, "exclusiveMaximum": _MOST_ARGUMENTS}
    if expected == "a dotted name":
        return {"type": "string", "pattern": r"^[^\W\d]\w*(?:\.[^\W\d]\w*)*$"}
    return {"type": "string"}
