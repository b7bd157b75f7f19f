"""What a row opens to, as data: the page builds it only when it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from taskleash.fixes.choice import FixOffer
from taskleash.reporters import words
from taskleash.reporters.details import facts
from taskleash.reporters.html.listing import diff, excerpt
from taskleash.reporters.html.prose import pieces
from taskleash.reporters.inert import inert
from taskleash.reporters.inert_entry import inert_entry
from taskleash.reporters.language import Language
from taskleash.reporters.report import Entry


def site_data(entry: Entry, source: Sequence[str], say: Language) -> dict[str, Any]:
    """Message, scope, place, excerpt, facts, evidence and fixes; texts in turns prose and code."""
    site = entry.site
    place = f"{site.path}:{site.span.line}:{site.span.column}"
    return {
        "message": pieces(say.told(entry.said)),
        "scope": inert(site.scope),
        "call": inert(site.call),
        "place": inert(place),
        "source": excerpt(site, source),
        "facts": [
            (say(label), pieces(text)) for label, text in facts(inert_entry(entry, True), say)
        ],
        "evidence": [
            (inert(f"{step.path}:{step.line}"), pieces(say.told(step.said)))
            for step in (*site.evidence, *entry.related)
        ],
        "fixes": [_fix(entry, offer, say) for offer in _ordered(entry)],
    }


def _ordered(entry: Entry) -> list[FixOffer]:
    """The fixes, those whose change is known first, the recommended one before all."""
    order = [patch.kind for patch in entry.patches]
    return sorted(entry.fixes, key=lambda o: order.index(o.kind) if o.kind in order else len(order))


def _fix(entry: Entry, offer: FixOffer, say: Language) -> dict[str, Any]:
    patch = next((each for each in entry.patches if each.kind == offer.kind), None)
    return {
        "kind": offer.kind,
        "safe": offer.applicability == "safe",
        "applicability": say(offer.applicability),
        "what": say(words.FIXES[offer.kind]),
        "note": pieces(say.told(patch.note)) if patch else [],
        "diff": diff(patch) if patch else [],
    }
