"""How a finding can be mended: its options side by side, and the command that takes one."""

from __future__ import annotations

import shlex
from dataclasses import replace

from taskleash.audit.model import Audited
from taskleash.fixes.choice import STYLES, FixChoice, FixOffer
from taskleash.records import dataclass
from taskleash.rules.model import Applicability
from taskleash.rules.offers import objection_to
from taskleash.rules.registry import by_code
from taskleash.sentences import Said


@dataclass(frozen=True)
class Option:
    """One way to mend a finding: the offer, or why there is none of that ``kind``."""

    kind: str
    offer: FixOffer | None
    objection: Said = ""


def options(entry: Audited, recommended: FixOffer | None) -> tuple[Option, ...]:
    """Every fix of the finding's rule: the recommended one first, then what fits, then the rest."""
    rule = by_code(entry.rule)
    offers = {offer.kind: offer for offer in entry.fixes}
    kinds = [fix.kind for fix in rule.fixes] if rule is not None else []
    first = [recommended.kind] if recommended is not None else []
    order = dict.fromkeys([*first, *(k for k in kinds if k in offers), *kinds])
    return tuple(
        Option(
            kind,
            offers.get(kind),
            "" if kind in offers else objection_to(kind, entry.rule, entry.site),
        )
        for kind in order
    )


def suggested(entry: Audited) -> FixOffer | None:
    """The fix that a run would try first if it allowed unsafe ones, where none was tried yet."""
    if not entry.fixes:
        return None
    offers = {offer.kind: offer for offer in entry.fixes}
    every = [replace(offer, allowed=True) for offer in entry.fixes]
    return offers[FixChoice(unsafe=True).kinds(entry.site, every)[0]]


def command(entry: Audited, fix: FixOffer | None) -> str:
    """What makes the fix; without one, what shows the finding in full."""
    where = f"--select {entry.rule} {shlex.quote(entry.site.path)}"
    if fix is None:
        return f"taskleash check --format full {where}"
    unsafe = " --unsafe-fixes" if fix.applicability != Applicability.SAFE else ""
    style = f" --fix-style {fix.kind}" if fix.kind in STYLES else ""
    return f"taskleash check --fix{unsafe}{style} {where}"
