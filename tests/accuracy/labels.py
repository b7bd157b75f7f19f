"""The labels: what a reader of the code said of each spawn site, and what came of comparing."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
#: the sets of labels, the oldest first
SETS = (
    "tuned",
    "blind_first",
    "blind_second",
    "blind_third",
    "blind_fourth",
    "blind_fifth",
    "blind_sixth",
    "blind_seventh",
    "blind_eighth",
    "blind_ninth",
    "blind_tenth",
    "blind_eleventh",
    "blind_twelfth",
    "blind_thirteenth",
    "blind_fourteenth",
    "blind_fifteenth",
    "blind_sixteenth",
    "blind_seventeenth",
    "blind_eighteenth",
    "blind_nineteenth",
    "blind_twentieth",
    "blind_twenty_first",
    "blind_twenty_second",
    "blind_twenty_third",
    "blind_twenty_fourth",
)

#: a package, a file of it and a line
Place = tuple[str, str, int]


@dataclass(frozen=True)
class Label:
    """The verdict on one site; ``said`` is that of the tool as it was when a blind one was read."""

    place: Place
    verdict: str
    said: str = ""


@dataclass(frozen=True)
class Rates:
    """Of one verdict: how often it was given, how often rightly, and how many there are to give."""

    given: int
    right: int
    there: int

    @property
    def precision(self) -> float:
        """The share of what was given that is right."""
        return self.right / self.given if self.given else 1.0

    @property
    def recall(self) -> float:
        """The share of what is there that was given."""
        return self.right / self.there if self.there else 1.0


def labels(name: str) -> list[Label]:
    """The sites of a set that the reader was sure of."""
    return _read(name, lambda row: bool(row["sure"]))


def all_labels(name: str) -> list[Label]:
    """The sites of a set, those where two careful readers could differ among them."""
    return _read(name, lambda row: True)


def _read(name: str, counts: Callable[[dict[str, Any]], bool]) -> list[Label]:
    found = []
    for line in (HERE / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if counts(row) and row.get("kind", "spawn") == "spawn":
            place = (row["package"], row["path"], row["line"])
            found.append(Label(place, row["verdict"], row.get("said", "")))
    return found


def packages(name: str) -> dict[str, tuple[str, str]]:
    """Project and version of each package of a set."""
    found = json.loads((HERE / f"{name}_packages.json").read_text(encoding="utf-8"))
    return {package: (each["project"], each["version"]) for package, each in found.items()}


def confusion(of: Iterable[Label], said: Mapping[Place, str]) -> Counter[tuple[str, str]]:
    """How many sites have a label and a verdict; a site that the tool lacks is sound to it."""
    return Counter((label.verdict, said.get(label.place, "none")) for label in of)


def recorded(of: Iterable[Label]) -> Counter[tuple[str, str]]:
    """The same of the verdicts that were given when the labels were made."""
    return Counter((label.verdict, label.said) for label in of)


def rates(counts: Mapping[tuple[str, str], int], verdict: str) -> Rates:
    """How one verdict fares."""
    given = sum(n for (_, said), n in counts.items() if said == verdict)
    there = sum(n for (label, _), n in counts.items() if label == verdict)
    return Rates(given, counts.get((verdict, verdict), 0), there)
