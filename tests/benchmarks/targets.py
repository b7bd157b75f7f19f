"""What was aimed at, and what of it a run of the benchmark reaches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from benchmarks.measure import Measured

#: the name under which a million idle lines are measured: in multiples of reading them
IDLE = "idle lines"
#: the name under which it is measured what libcst alone takes for what a first run parses
FLOOR = "libcst"

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
    return max(each.peak for name, each in found.items() if name not in ("ruff", IDLE, FLOOR))


def _times_floor(found: Figures) -> float:
    return found["cold"].cpu / found[FLOOR].cpu


def _both(what: str, name: str, first: float, second: float) -> Iterator[Target]:
    """The targets of a run over each of the large corpora."""
    for corpus, reach in zip(_LARGE, (first, second), strict=True):
        yield Target(what, "× ruff", reach, None, (corpus,), _times_ruff(name))


TARGETS = (
    *_both("first run", "cold", 6, 12),
    Target("first run, all processors", "× libcst's parser", 1.5, None, _ALL, _times_floor),
    *_both("nothing changed", "warm", 0.4, 0.6),
    *_both("a fresh checkout", "fresh checkout", 0.6, 0.9),
    *_both("any file changed", "any file changed", 0.6, 0.8),
    *_both("a comment in a spawning file", "a comment in a spawning file", 0.6, 0.8),
    *_both("a spawning file changed", "a spawning file changed", 1, 1.5),
    *_both("a function that spawns changed", "a function that spawns changed", 1, 1.5),
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
