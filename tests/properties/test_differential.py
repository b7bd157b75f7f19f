"""A program does the same before and after the safe fixes, and afterwards loses no task."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Mapping

import pytest
from hypothesis import given

from support.drawing import steady
from support.leaky import leaky_programs, noted, program
from taskleash.fixes.choice import FixChoice
from taskleash.fixes.engine import fix
from taskleash.fixes.making import one_by_one
from taskleash.fixes.mend import mend
from taskleash.fixes.model import Target
from taskleash.fixes.proof import ProvedScan, place
from taskleash.ir.lowering.extract import extract
from taskleash.rules.registry import diagnose
from taskleash.rules.selection import resolve_codes
from taskleash.source.loading import Source
from taskleash.verdict.judge import judge

PATH = "program.py"
RULES = resolve_codes((), ())
CHOICE = FixChoice()


def scanned(texts: Mapping[str, str]) -> ProvedScan:
    sites = judge([extract(Source(PATH, "program", texts[PATH]))])
    targets = []
    for site in sites:
        found = diagnose(site, RULES)
        if found is not None:
            kinds = CHOICE.kinds(site, CHOICE.offers(found.code, found.fixes))
            targets.append(Target(site, found.code, kinds))
    counts = Counter(place(target.site, target.rule) for target in targets)
    return ProvedScan(tuple(targets), counts)


def fixed(source: str) -> str:
    """The program with all safe fixes."""
    outcome = fix({PATH: source}.__getitem__, scanned({PATH: source}), scanned, one_by_one(mend))
    return outcome.files[0].after if outcome.files else source


@given(leaky_programs())
@steady(30)
def test_a_fixed_program_does_what_it_did_and_loses_nothing(source: str) -> None:
    after = fixed(source)
    ast.parse(after)
    assert noted(after, collects=True) == noted(source, collects=False)


@pytest.mark.parametrize(
    "block",
    ["asyncio.create_task(gated(1))", "asyncio.ensure_future(gated(1)).add_done_callback(print)"],
)
def test_a_task_that_nobody_keeps_is_lost_and_a_fixed_one_is_not(block: str) -> None:
    """The property above can fail: the programs do lose their tasks."""
    source = program(block)
    assert "end 1" in noted(source, collects=False)
    assert "end 1" not in noted(source, collects=True)
    assert "end 1" in noted(fixed(source), collects=True)
