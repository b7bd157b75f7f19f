"""A small program with fixes of some kinds, each proved by a second scan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

from taskleash.fixes.choice import FixChoice
from taskleash.fixes.engine import fix
from taskleash.fixes.making import one_by_one
from taskleash.fixes.mend import mend
from taskleash.fixes.model import Manner, Mended, Target
from taskleash.fixes.proof import ProvedScan, place
from taskleash.ir.lowering.extract import extract
from taskleash.rules.model import Diagnostic
from taskleash.rules.registry import all_rules, diagnose
from taskleash.source.loading import Source
from taskleash.verdict.judge import judge
from taskleash.verdict.model import Site

PATH = "program.py"
_RULES = frozenset(rule.code for rule in all_rules())
_MANNER = Manner((3, 11))


@dataclass(frozen=True)
class Attempt:
    """The program after the fixes, how many were made, and why others were not."""

    text: str
    made: int
    reasons: tuple[str, ...]


@cache
def _found(text: str) -> list[tuple[Site, Diagnostic]]:
    sites = judge([extract(Source(PATH, "program", text))])
    found = [(site, diagnose(site, _RULES)) for site in sites]
    return [(site, each) for site, each in found if each is not None]


def _kinds(site: Site, found: Diagnostic) -> tuple[str, ...]:
    """The kinds of fixes of a finding, with those that are made only where they are asked for."""
    offers = FixChoice(unsafe=True, style="taskgroup").offers(found.code, found.fixes, site)
    return tuple(offer.kind for offer in offers)


def attempted(
    source: str, kind: str, is_library: bool = False, unasked: frozenset[str] = frozenset()
) -> Attempt | None:
    """The program with all fixes of one kind; None where no finding of it offers that kind.

    Of a library the ``main`` that tries it is left out. Nobody asks for the ``unasked`` kinds.
    """
    if is_library:
        library, main, scenario = source.partition("async def main")
        found = attempted(library, kind, unasked=unasked)
        return replace(found, text=found.text + main + scenario) if found is not None else None

    def scanned(texts: Mapping[str, str]) -> ProvedScan:
        targets = [
            Target(site, each.code, tuple(k for k in _kinds(site, each) if k == kind), unasked)
            for site, each in _found(texts[PATH])
        ]
        return ProvedScan(tuple(targets), Counter(place(t.site, t.rule) for t in targets))

    def mended(text: str, targets: object) -> Mended:
        return mend(text, targets, _MANNER)  # type: ignore[arg-type]

    scan = scanned({PATH: source})
    if not any(target.kinds for target in scan.targets):
        return None
    outcome = fix({PATH: source}.__getitem__, scan, scanned, one_by_one(mended))
    text = outcome.files[0].after if outcome.files else source
    made = sum(len(file.places) for file in outcome.files)
    return Attempt(text, made, tuple(str(left.reason) for left in outcome.left))
