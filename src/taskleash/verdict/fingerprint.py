"""Fingerprints: the same finding has the same one after edits elsewhere.

They are made of the rule, the scope and the spawning call with its layout normalised, never of a
path or a line; equal ones are told apart by a counter, in the order of the sites.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from hashlib import blake2b

from taskleash.verdict.model import Site


def fingerprints(items: Sequence[tuple[str, Site]]) -> list[str]:
    """The fingerprints of findings: pairs of rule code (empty for a sound site) and site."""
    seen: Counter[tuple[str, str, str]] = Counter()
    found = []
    for rule, site in items:
        key = (rule, site.scope, site.code)
        found.append(fingerprint(rule, site, seen[key]))
        seen[key] += 1
    return found


def fingerprint(rule: str, site: Site, number: int = 0) -> str:
    """The fingerprint of a finding that so many equal ones come before."""
    text = "\0".join((rule, site.scope, site.code, str(number)))
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
