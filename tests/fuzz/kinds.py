"""The kinds of inputs by name: each draws its cases from a seed."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from fuzz import handed, surroundings
from fuzz.cases import Case
from fuzz.grafted import with_comments, with_spawns
from fuzz.grammar import Grammar
from fuzz.mutated import damaged_bytes, damaged_tokens
from fuzz.seeds import is_small


def _grammar(rng: Random) -> bytes:
    return Grammar(rng, small=is_small(rng)).module().encode("utf-8")


_SOURCES: dict[str, Callable[[Random], bytes]] = {
    "bytes": damaged_bytes,
    "tokens": damaged_tokens,
    "grammar": _grammar,
    "grafts": with_spawns,
    "comments": with_comments,
}

_MAKERS = {**surroundings.MAKERS, **handed.MAKERS}
#: the inputs that are code come first: they take a process of their own far less time
KINDS: tuple[str, ...] = (*_SOURCES, *_MAKERS)
#: how many of a thousand inputs are of each kind
SHARES = {
    "bytes": 160, "tokens": 200, "grammar": 240, "grafts": 170, "comments": 110,
    "configuration": 30, "command_line": 15, "baseline": 15, "cache": 8, "hostile_cache": 2,
    "ignore_files": 10, "trace": 15, "compare": 10, "models": 15,
}  # fmt: skip


def case(kind: str, seed: int) -> Case:
    """The input of a kind with this seed, always the same; raises KeyError for another kind."""
    rng = Random(f"{kind} {seed}")
    if kind in _MAKERS:
        return _MAKERS[kind](rng, seed)
    # A second file that uses the first, now and then, has the linker look across.
    files = {"app.py": _SOURCES[kind](rng)}
    if rng.random() < 0.15:
        files["other.py"] = b"from app import *\nimport app\n\n" + _SOURCES[kind](rng)
    return Case(kind, seed, files)


def drawn(first: int, count: int) -> list[tuple[str, int]]:
    """Kind and seed of so many inputs, in the shares of each thousand, from a seed on."""
    row = [kind for kind in KINDS for _ in range(SHARES[kind])]
    # In any order that is always the same, so that a short soak has some of each kind.
    Random(0).shuffle(row)
    return [(row[number % len(row)], number) for number in range(first, first + count)]
