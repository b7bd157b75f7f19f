"""A project's own models: what a file of the user's says of APIs, as entries of the table.

The file is a table with a list ``api``, each entry with the keys of `KEYS`:

    [[api]]
    name = "pool.Pool.submit"
    starts = "owner"
    work = 1
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from taskleash.models.api import Api, Gives, Handle, Starts

STARTS = {kind.value: kind for kind in Starts if kind is not Starts.NOTHING}
#: what is done with a task, in the words of a file
TASKS = {
    "awaits": Handle.AWAITS,
    "gathers": Handle.GATHERS,
    "waits": Handle.WAITS,
    "shields": Handle.SHIELDS,
    "times": Handle.TIMES,
    "completes": Handle.COMPLETES,
    "cancels": Handle.CANCELS,
    "ends": Handle.RUNS,
    "returns": Handle.SAME,
    "refuses": Handle.REFUSES,
    "reads": Handle.READS,
}
#: the keys of an entry, and what each takes
KEYS: dict[str, tuple[str, ...] | str] = {
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
_MOST_ARGUMENTS = 255


class BadModels(Exception):
    """A file of models that cannot be used; the message names the entry and the key."""


def models(data: Mapping[str, Any], origin: str) -> tuple[Api, ...]:
    """The entries of a file; ``origin`` stands for the source of those that name none.

    Raises:
        BadModels: something in it is not as it has to be.
    """
    for key in data:
        if key != "api":
            raise BadModels("unknown key: all that it holds are [[api]] tables")
    entries = data.get("api", [])
    if not isinstance(entries, list):
        raise BadModels("api: expected a list of tables")
    return tuple(_entry(entry, number, origin) for number, entry in enumerate(entries, start=1))


def _entry(entry: object, number: int, origin: str) -> Api:
    where = f"api {number}"
    if not isinstance(entry, dict):
        raise BadModels(f"{where}: expected a table")
    for key, value in entry.items():
        if key not in KEYS:
            raise BadModels(f"{where}: unknown key (all are {', '.join(KEYS)})")
        expected = KEYS[key]
        if not _takes(key, value):
            said = f"one of {', '.join(expected)}" if isinstance(expected, tuple) else expected
            raise BadModels(f"{where}: {key}: expected {said}")
    if "name" not in entry:
        raise BadModels(f"{where}: name is missing")
    if not _EFFECTS & set(entry):
        raise BadModels(f"{where}: says nothing: give one of {', '.join(sorted(_EFFECTS))}")
    return Api(
        name=entry["name"],
        source=entry.get("source", origin),
        starts=STARTS.get(entry.get("starts", ""), Starts.NOTHING),
        work=entry.get("work", 0),
        handle=TASKS.get(entry.get("task", ""), Handle.UNKNOWN),
        callback=entry.get("callback"),
        gives=Gives(entry.get("gives", "")),
        makes_loop=entry.get("makes-loop", False),
    )


def _takes(key: str, value: object) -> bool:
    expected = KEYS[key]
    if isinstance(expected, tuple):
        return isinstance(value, str) and value in expected
    if expected == "true or false":
        return isinstance(value, bool)
    if expected == "the number of an argument":
        return type(value) is int and 0 <= value < _MOST_ARGUMENTS
    return isinstance(value, str) and (key != "name" or all(map(str.isidentifier, _parts(value))))


def _parts(name: str) -> Iterator[str]:
    yield from name.split(".")


def schema() -> dict[str, Any]:
    """The JSON schema of such a file."""
    properties = {key: _property(expected) for key, expected in KEYS.items()}
    entry = {
        "type": "object",
        "properties": properties,
        "required": ["name"],
        "anyOf": [{"required": [key]} for key in sorted(_EFFECTS)],
        "additionalProperties": False,
    }
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Models of APIs",
        "type": "object",
        "properties": {"api": {"type": "array", "items": entry}},
        "additionalProperties": False,
    }


def _property(expected: tuple[str, ...] | str) -> dict[str, Any]:
    if isinstance(expected, tuple):
        return {"enum": list(expected)}
    if expected == "true or false":
        return {"type": "boolean"}
    if expected == "the number of an argument":
        return {"type": "integer", "minimum": 0, "exclusiveMaximum": _MOST_ARGUMENTS}
    if expected == "a dotted name":
        return {"type": "string", "pattern": r"^[^\W\d]\w*(?:\.[^\W\d]\w*)*$"}
    return {"type": "string"}
