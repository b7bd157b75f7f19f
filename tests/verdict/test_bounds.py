"""A search that ends at its bound says so: it adds no finding, and none goes without a reason."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

from support.programs import module_name
from support.sweeps import parted
from taskleash.ir.lowering.extract import extract
from taskleash.ir.model import ModuleFacts
from taskleash.source.loading import Source
from taskleash.verdict.judge import judge
from taskleash.verdict.model import Risk, Site

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
_RISKS = (Risk.NONE, Risk.LOW, Risk.HIGH)

Found = dict[tuple[str, int, int], Site]


@cache
def programs(of_suite: bool) -> tuple[tuple[ModuleFacts, ...], ...]:
    """The facts of the fixtures, program by program: those for the suite, or for sweeps."""
    alone = [
        path for part in ("paths", "real", "rules") for path in (FIXTURES / part).rglob("*.py")
    ]
    together = [folder for folder in (FIXTURES / "linked").iterdir() if folder.is_dir()]
    found = [(path.parent, [path]) for path in sorted(alone)]
    found += [(folder, sorted(folder.rglob("*.py"))) for folder in sorted(together)]
    some, others = parted(found)
    return tuple(tuple(_facts(paths, root)) for root, paths in (some if of_suite else others))


def _facts(paths: list[Path], root: Path) -> Iterator[ModuleFacts]:
    for path in paths:
        name = path.relative_to(root).as_posix()
        label = path.relative_to(FIXTURES).as_posix()
        yield extract(Source(label, module_name(name), path.read_text(encoding="utf-8")))


def sites(of_suite: bool) -> Found:
    judged = (site for facts in programs(of_suite) for site in judge(list(facts)))
    return {(site.path, site.span.line, site.span.column): site for site in judged}


@cache
def sites_as_they_are(of_suite: bool) -> Found:
    return sites(of_suite)


@pytest.mark.parametrize(
    "of_suite",
    [pytest.param(True, id="some"), pytest.param(False, id="others", marks=pytest.mark.sweep)],
)
@pytest.mark.parametrize(
    ("module", "bound", "value"),
    [
        ("dataflow.flow", "_MOST_CARRIERS", 0),
        ("dataflow.flow", "_MOST_CARRIERS", 3),
        ("dataflow.walk", "_DEEPEST", 0),
        ("dataflow.walk", "_MOST_CALLS", 0),
        ("dataflow.places", "_MOST_ORIGINS", 0),
        ("controlflow.paths", "_MAX_STATES", 0),
        ("controlflow.paths", "_MAX_STATES", 4),
        ("controlflow.building", "_MAX_GROWTH", 0),
    ],
)
def test_a_bound_cut_to_nothing_adds_no_finding_and_takes_none_without_a_reason(
    module: str, bound: str, value: int, of_suite: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = sites_as_they_are(of_suite)
    monkeypatch.setattr(import_module(f"taskleash.{module}"), bound, value)
    after = sites(of_suite)
    for place, site in after.items():
        known = before.get(place)
        if site.defect is not None:
            assert known is not None, site
            assert _RISKS.index(site.risk) <= _RISKS.index(known.risk), (known, site)
        elif known is not None and known.defect is not None:
            assert site.undecided, (known, site)
