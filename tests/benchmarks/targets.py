"""What was aimed at, and what of it a run of the benchmark reaches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from benchmarks.measure import Measured

#: the name under which a million idle lines are measured: in multiples of reading them
IDLE = "idle lines"

Figures = Mapping[str, Measured]

_LARGE = ("homeassistant", "litellm")
_ALL = (*_LARGE, "labelled")


@dataclass(frozen=True)
class Target:
    """A number to stay below: ``reach`` is the promise, ``aim`` what comes next, if anything."""

    what: str
    unit: str
    reach: float
    aim: float | None
    corpora: tuple[str, ...]
    number: Callable[[Figures], float]


def _times_ruff(name: str) -> Callable[[Figures], float]:
    return lambda found: found[name].seconds / found["ruff"].seconds


def _seconds(name: str) -> Callable[[Figures], float]:
    return lambda found: found[name].seconds


def _peak(found: Figures) -> float:
    return max(each.peak for name, each in found.items() if name not in ("ruff", IDLE))


TARGETS = (
    Target("cold", "× ruff", 4, 2, _LARGE[:1], _times_ruff("cold")),
    Target("cold", "× ruff", 8, 3, _LARGE[1:], _times_ruff("cold")),
    Target("warm, nothing changed", "× ruff", 1, 0.6, _LARGE, _times_ruff("warm")),
    Target("a fresh checkout", "× ruff", 1, 0.6, _LARGE[:1], _times_ruff("fresh checkout")),
    Target("a fresh checkout", "× ruff", 1.4, 0.9, _LARGE[1:], _times_ruff("fresh checkout")),
    Target("any file changed", "× ruff", 1.2, 0.8, _LARGE, _times_ruff("any file changed")),
    Target(
        "a spawning file changed",
        "× ruff",
        1.2,
        0.8,
        _LARGE,
        _times_ruff("a spawning file changed"),
    ),
    Target(
        "check of one staged file", "s", 0.6, 0.3, _LARGE[:1], _seconds("check of one staged file")
    ),
    Target("--version", "s", 0.12, 0.06, _ALL, _seconds("--version")),
    Target("peak memory of the largest process", "MB", 300, 150, _LARGE, _peak),
    Target("a million lines without a spawn", "× reading", 2, None, _LARGE, _seconds(IDLE)),
)


def reached(figures: Mapping[str, Figures]) -> Iterator[str]:
    """The table of targets, for the corpora that were measured."""
    yield ""
    yield f"{'':52}{'measured':>10}{'reach':>8}{'aim':>8}"
    for target in TARGETS:
        for corpus in target.corpora:
            if corpus not in figures:
                continue
            number = target.number(figures[corpus])
            aim = "" if target.aim is None else f"{target.aim:g}"
            name = f"{corpus}: {target.what} ({target.unit})"
            yield f"{name:52}{number:10.2f}{target.reach:8g}{aim:>8}  {_word(target, number)}"


def _word(target: Target, number: float) -> str:
    if target.aim is not None and number <= target.aim:
        return "aim reached"
    return "reached" if number <= target.reach else "missed"
