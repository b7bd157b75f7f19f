"""The outcome of a whole run as bytes, so that the same program is not judged twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from taskleash.classify import model
from taskleash.driver.parse import Broken
from taskleash.facts.packing import Packing


@dataclass(frozen=True)
class Verdicts:
    """What a run says of all files that it had to look into; ``parsed`` counts those with facts.

    ``deciding`` are the flags that would tell more, with the number of sites that hang on each.
    """

    sites: tuple[model.Site, ...]
    broken: Mapping[str, Broken]
    parsed: int
    deciding: tuple[tuple[str, int], ...] = ()


VERDICTS = Packing(
    (
        Verdicts,
        Broken,
        model.Site,
        model.Span,
        model.Cell,
        model.Evidence,
        model.Handle,
        model.Ending,
        model.Lifetime,
        model.Multiplicity,
        model.Risk,
        model.Defect,
        model.State,
        model.Standing,
        model.Reach,
    )
)
