"""Files that a command is given beside the code: a trace, an earlier report, models of APIs."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from random import Random
from typing import Any

from fuzz.cases import Case
from fuzz.mutated import damaged_bytes
from fuzz.surroundings import ODD, PROGRAM, TEXTS, damaged, flags, value
from taskleash.models.reading import KEYS, PHASE_KEYS, PHASES, SIGNS, STARTS, TASKS
from taskleash.reporters.registry import FORMATS

_RUN = ("--no-cache", "--isolated", "-j1")
_PLACE = {"path": "app.py", "line": 9, "column": 5, "function": "go"}
_COUNTS = {
    "started": 20, "finished": 1200, "cancelled": 1, "failed": 2, "collected": 3, "unseen": 1,
    "held": 1, "left": 2, "kept": 9, "alive": 4, "peak": 20, "longest": 1.5,
}  # fmt: skip
_WAIT = {"kind": "timer", "what": "asyncio.sleep", "path": "app.py", "line": 5, "age": 0.5}
_TRACE: dict[str, Any] = {
    "schema_version": 1,
    "command": ["python", "app.py"],
    "status": 0,
    "seconds": 2.5,
    "warn_alive": 30,
    "processes": [{"pid": 7, "command": ["python", "app.py"], "python": "3.12", "ended": True}],
    "loops": [{"process": 7, "kind": "asyncio", "closed": True, "samples": [[0.1, 3, 2]]}],
    "sites": [
        {
            "place": _PLACE,
            "tasks": ["work"],
            "how": "spawn",
            "library": False,
            "counts": _COUNTS,
            "callers": [{"place": {**_PLACE, "line": 10}, "counts": _COUNTS}],
            "waits": [_WAIT],
        },
        {
            "place": {**_PLACE, "line": 10, "column": 0},
            "tasks": ["work"],
            "how": "spawn",
            "library": False,
            "counts": {**_COUNTS, "collected": 0, "unseen": 0},
            "callers": [],
            "waits": [],
        },
    ],
    "samples": [[0.1, 3], [0.2, 5]],
    "alarms": [{"at": 0.2, "alive": 31, "top": [["app.py:9", 31]]}],
    "notes": ["a note"],
    "files": ["app.py"],
}
_SITE = {
    "path": "app.py", "line": 9, "column": 5, "rule": "TL001", "task": "work", "risk": "high",
    "fingerprint": "0" * 16, "suppressed": False,
}  # fmt: skip
_REPORT: dict[str, Any] = {
    "schema_version": 1,
    "sites": [
        _SITE,
        {**_SITE, "line": 10, "rule": "TL010", "risk": "low"},
        {**_SITE, "rule": None},
    ],
    "errors": [],
}
_OTHERS: tuple[object, ...] = (
    None, True, 0, -1, 1.5, 10**30, float("nan"), float("inf"), "", "\0", "\x1b[31m", "\u202e",
    "\ud800", "::error::x", "<script>", "|", "x" * 300, [], {}, [[]], [None], {"path": 1},
)  # fmt: skip
_NAMES = (
    "work",
    "app.work",
    "asyncio.create_task",
    "create_task",
    "C.close",
    "é.ü",
    "class",
    "a..b",
)
#: by key of a model what it takes, as TOML
_FITTING = {
    **dict.fromkeys(("name", "decorator", "registrar"), tuple(map(json.dumps, _NAMES))),
    **dict.fromkeys(("work", "callback"), ("0", "1", "2", "254")),
    "starts": tuple(map(json.dumps, STARTS)),
    "task": tuple(map(json.dumps, TASKS)),
    "phase": tuple(map(json.dumps, PHASES)),
    "gives": ('"coroutine"',),
    "makes-loop": ("true", "false"),
    "source": ('"a page"', '""'),
}


def trace(rng: Random, seed: int) -> Case:
    """A trace that is nearly one, to be shown beside the verdicts."""
    shown = rng.choice(("--format", "--by"))
    words = (shown, rng.choice(FORMATS if shown == "--format" else ("site", "file", "component")))
    run = ("scan", *_RUN, "--trace", "trace.json", *words)
    return Case("trace", seed, {"app.py": PROGRAM, "trace.json": _document(rng, _TRACE)}, (run,))


def compare(rng: Random, seed: int) -> Case:
    """An earlier report that is nearly one."""
    run = ("scan", *_RUN, "--compare", "old.json", "--format", rng.choice(FORMATS))
    return Case("compare", seed, {"app.py": PROGRAM, "old.json": _document(rng, _REPORT)}, (run,))


def models(rng: Random, seed: int) -> Case:
    """A file of models that a configuration names."""
    lines: list[str] = []
    for _ in range(rng.randint(1, 4)):
        kind, keys = rng.choice((("api", KEYS), ("lifecycle", PHASE_KEYS)))
        lines.append(f"[[{kind if rng.random() < 0.95 else 'more'}]]")
        chosen = rng.sample(sorted(keys), rng.randint(1, 3))
        if rng.random() < 0.9:
            needed = ("name", "starts") if kind == "api" else ("phase", rng.choice([*SIGNS]))
            chosen = [*dict.fromkeys((*needed, *(key for key in chosen if key not in SIGNS)))]
        lines += [f"{key} = {_model(rng, key)}" for key in chosen]
    text = "\n".join(lines)
    said = text if rng.random() < 0.8 else damaged(rng, text)
    data = said.encode("utf-8", "surrogatepass") if rng.random() < 0.95 else damaged_bytes(rng)
    settings = b'models = ["models.toml"]\nselect = ["ALL"]\n'
    files = {"app.py": PROGRAM, "models.toml": data, "taskleash.toml": settings}
    command = rng.choice((("check",), ("scan",), ("check", "--fix", "--unsafe-fixes")))
    return Case("models", seed, files, ((*command, "--no-cache", "-j1"),))


def _model(rng: Random, key: str) -> str:
    """What the key takes, nearly always."""
    if rng.random() < 0.02:
        return value(rng, 0)
    fitting = _FITTING[key]
    return rng.choice(fitting if rng.random() < 0.98 else _FITTING["source"])


def _document(rng: Random, whole: dict[str, Any]) -> bytes:
    """The JSON of a document, one or two of whose parts are others, damaged or not."""
    if rng.random() < 0.05:
        return rng.choice((flags, damaged_bytes))(rng)
    changed: Any = copy.deepcopy(whole)
    for _ in range(rng.randint(0, 3)):
        _change(rng, changed)
    text = json.dumps(changed, ensure_ascii=rng.random() < 0.5)
    if rng.random() < 0.15:
        text = damaged(rng, text)
    return text.encode("utf-8", "surrogatepass")


def _change(rng: Random, within: dict[str, Any]) -> None:
    """Put something else in the place of one part of it, or leave it out, or have it twice."""
    parent: Any = within
    while True:
        keys = list(parent) if isinstance(parent, dict) else list(range(len(parent)))
        if not keys:
            return
        key = rng.choice(keys)
        if isinstance(parent[key], (dict, list)) and rng.random() < 0.85:
            parent = parent[key]
            continue
        break
    how = rng.random()
    if how < 0.15:
        del parent[key]
    elif how < 0.3 and isinstance(parent, list):
        parent += [parent[key]] * rng.choice((1, 2, 300))
    elif how < 0.3:
        parent[rng.choice((*ODD, *TEXTS))] = parent[key]
    elif how < 0.5:
        parent[key] = _other_of_its_kind(rng, parent[key])
    else:
        parent[key] = copy.deepcopy(rng.choice(_OTHERS))


def _other_of_its_kind(rng: Random, old: object) -> object:
    if isinstance(old, bool):
        return not old
    if isinstance(old, int):
        return rng.choice((0, -1, 1, 2, 10**6, 10**18, 2**63, 10**30))
    if isinstance(old, float):
        return rng.choice((0.0, -1.5, 1e308, 1e-9, float("nan"), float("inf"), 7))
    if isinstance(old, str):
        return rng.choice((*TEXTS, *ODD))
    return old


MAKERS: dict[str, Callable[[Random, int], Case]] = {
    "trace": trace,
    "compare": compare,
    "models": models,
}
