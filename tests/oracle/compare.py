"""Where the analysis and the runs disagree."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from oracle.bindings import BINDINGS
from oracle.controls import CONTROLS
from oracle.endings import ENDINGS
from oracle.hops import HOPS, SPAWNS, WORKS
from oracle.layouts import LAYOUTS
from oracle.model import Combination, Written
from oracle.running import Run, runs
from oracle.truth import HIGH, LOW, NONE, Truth, truths
from oracle.writing import DoNotGoTogether, write
from support.programs import Program, sites

#: what a feature is in half of the programs, so that most have few odd parts
_PLAIN = Combination()
#: how many programs are run before they are scanned
_BATCH = 100
#: the mark of a spawn in a helper
HELPER = "*"
_RISKS = (NONE, LOW, HIGH)
FORMS = {
    "layout": LAYOUTS,
    "binding": BINDINGS,
    "spawn": SPAWNS,
    "work": WORKS,
    "ending": ENDINGS,
    "control": CONTROLS,
    "hop": HOPS,
}
_PLAIN_SHARE = {"layout": 0.45, "binding": 0.3, "spawn": 0.7, "work": 0.8, "ending": 0.25,
                "control": 0.4, "hop": 0.65}  # fmt: skip
_MISSED, _FALSE, _LEVEL, _UNSEEN = "missed", "false alarm", "other level", "no site"


@dataclass(frozen=True)
class Disagreement:
    """A spawn of which the analysis says something else than the runs."""

    written: Written
    mark: str
    truth: Truth
    said: str

    @property
    def kind(self) -> str:
        """What is wrong: a leak is missed, a sound spawn reported, only the risk is another."""
        if self.said == _UNSEEN:
            return _UNSEEN
        if self.said == NONE:
            return _MISSED
        return _FALSE if self.truth.risks == {NONE} else _LEVEL

    @property
    def size(self) -> tuple[int, int]:
        """How many parts are not plain, and how long the program is."""
        return oddities(self.written.combination), len(self.written.text)

    def short(self) -> str:
        """The forms that are not plain."""
        plain = _PLAIN.features()
        features = self.written.combination.features().items()
        return "; ".join(f"{name}={value}" for name, value in features if value != plain[name])

    def __str__(self) -> str:
        truth = "/".join(risk for risk in _RISKS if risk in self.truth.risks)
        return f"{self.kind}: says {self.said}, is {truth} ({self.truth.because})"


def same_again(names: Combination, kind: str) -> bool:
    """Whether the program of other forms is wrong in the same way."""
    try:
        written = write(names)
    except DoNotGoTogether:
        return False
    return any(found.kind == kind for found in disagreements([written]))


def oddities(names: Combination) -> int:
    """How many features are not what they are in the plainest program."""
    plain = _PLAIN.features()
    return sum(value != plain[name] for name, value in names.features().items())


def combinations(seed: int) -> Iterator[Written]:
    """Programs without end, none of them twice."""
    draw = random.Random(seed)
    choices = {name: tuple(forms) for name, forms in FORMS.items()}
    plain = _PLAIN.features()
    seen: set[Combination] = set()
    while True:
        features = {
            name: plain[name] if draw.random() < _PLAIN_SHARE[name] else draw.choice(values)
            for name, values in choices.items()
        }
        names = Combination.of(features)
        if names in seen:
            continue
        seen.add(names)
        try:
            yield write(names)
        except DoNotGoTogether:
            continue


def disagreements(programs: Iterable[Written]) -> Iterator[Disagreement]:
    """What the analysis says of the programs that the runs do not bear out."""
    waiting = iter(programs)
    while batch := list(islice(waiting, _BATCH)):
        for written, found in zip(batch, runs(batch), strict=True):
            yield from _disagreements(written, found)


def _disagreements(written: Written, found: Sequence[Run]) -> Iterator[Disagreement]:
    expected = truths(written, found)
    said = _said(written)
    helper = said.pop(HELPER, None)
    apart = {mark: truth for mark, truth in expected.items() if mark in said or helper is None}
    for mark, truth in apart.items():
        risk = said.get(mark, _UNSEEN)
        # What a helper starts for one caller alone may be reported there.
        if helper is not None and len(expected) == 1:
            risk = _worst([risk, helper])
        if risk not in truth.risks:
            yield Disagreement(written, mark, truth, risk)
    merged = [item for item in expected.items() if item[0] not in apart]
    if merged and helper is not None:
        # The spawn in a helper takes the worst of its callers, whether they are sites themselves.
        mark, truth = max(expected.items(), key=lambda item: min(map(_RISKS.index, item[1].risks)))
        if helper not in truth.risks:
            yield Disagreement(written, mark, truth, helper)


def _said(written: Written) -> dict[str, str]:
    """The risk at each mark where there is a site."""
    found: dict[str, str] = {}
    for site in sites(Program("generated", {"generated.py": written.text})):
        mark = written.marks.get(site.span.line, f"line {site.span.line}")
        found[mark] = _worst([str(site.risk), found.get(mark, _UNSEEN)])
    return found


def _worst(risks: list[str]) -> str:
    return max((risk for risk in risks if risk != _UNSEEN), key=_RISKS.index, default=_UNSEEN)
