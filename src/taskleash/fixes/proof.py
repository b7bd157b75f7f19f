"""What speaks against a fix once it is made: the scan of the mended program tells."""

from __future__ import annotations

import symtable
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from taskleash.fixes.model import Target
from taskleash.rules.registry import by_code
from taskleash.sentences import Said, sentence
from taskleash.verdict.model import Site

_NEVER_ENDED = "TL010"
_DROPPED = ("TL001", "TL002", "TL003")


class FindingIdentity(NamedTuple):
    """What of a finding survives edits elsewhere; ``code`` is the call's source."""

    path: str
    scope: str
    rule: str
    code: str


def place(site: Site, rule: str) -> FindingIdentity:
    """The place of a rule's finding at a site."""
    return FindingIdentity(site.path, site.scope, rule, site.code)


@dataclass(frozen=True)
class ProvedScan:
    """What a scan of the whole program says.

    ``targets`` are the findings that could be mended. ``counts`` has how many findings there
    are of each place, ``broken`` says of mended files, by path, why they cannot be scanned.
    """

    targets: tuple[Target, ...] = ()
    counts: Mapping[FindingIdentity, int] = field(default_factory=dict)
    broken: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ProofDoubts:
    """Fixes that must not stand, each with its reason, and groups of which some must not."""

    guilty: Mapping[Target, Said] = field(default_factory=dict)
    suspects: Mapping[Target, Said] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.guilty or self.suspects)

    def reason(self, target: Target) -> Said:
        """Why a target's fix does not stand, where it is the only one that can be to blame."""
        reasons = {**self.suspects, **self.guilty}
        return reasons.get(target) or next(iter(reasons.values()))


def doubts(before: ProvedScan, after: ProvedScan, targets: Sequence[Target]) -> ProofDoubts:
    """What speaks against the fixes of these targets, which lead from one scan to the other."""
    guilty: dict[Target, Said] = {}
    suspects: dict[Target, Said] = {}
    for path, reason in after.broken.items():
        _blame([t for t in targets if t.site.path == path], reason, 1, guilty, suspects)
    mended = Counter(place(target.site, target.rule) for target in targets)
    for key, count in sorted(after.counts.items()):
        excess = count - (before.counts.get(key, 0) - mended[key])
        if key.path in after.broken or _was_hidden(key, mended, before, after):
            continue
        if excess > 0 and (mended[key] or _is_on_unasked(key.rule)):
            _blame(_near(key, targets), _reason(key, mended), excess, guilty, suspects)
    return ProofDoubts(guilty, {t: why for t, why in suspects.items() if t not in guilty})


def suspicion(targets: Sequence[Target], reason: Said) -> ProofDoubts:
    """One of the targets is to blame."""
    guilty: dict[Target, Said] = {}
    suspects: dict[Target, Said] = {}
    _blame(targets, reason, 1, guilty, suspects)
    return ProofDoubts(guilty, suspects)


def _was_hidden(
    key: FindingIdentity,
    mended: Mapping[FindingIdentity, int],
    before: ProvedScan,
    after: ProvedScan,
) -> bool:
    """Whether a finding is what another one had hidden: a dropped task was never ended either.

    That one was mended, or is gone since the function that starts the task keeps it now.
    """
    if key.rule != _NEVER_ENDED:
        return False
    dropped = [key._replace(rule=rule) for rule in _DROPPED]
    return any(
        mended[each] or before.counts.get(each, 0) > after.counts.get(each, 0) for each in dropped
    )


def _is_on_unasked(code: str) -> bool:
    """Whether a finding of the rule speaks against a fix.

    Rules that are off by default ask for more than the rule that was reported: a dropped task that
    is kept now has the shortcoming that only they see, and had it before.
    """
    rule = by_code(code)
    return rule is None or rule.default


def _reason(key: FindingIdentity, mended: Mapping[FindingIdentity, int]) -> Said:
    if mended[key]:
        return sentence("a second scan would still report {rule}", rule=key.rule)
    return sentence(
        "a second scan would report {rule} in `{scope}`", rule=key.rule, scope=key.scope
    )


def _near(key: FindingIdentity, targets: Sequence[Target]) -> list[Target]:
    """The fixes that can be behind a finding: the nearest that there are."""
    places = {target: place(target.site, target.rule) for target in targets}
    same: list[Target] = []
    for length in range(len(key), 0, -1):
        same = [target for target in targets if places[target][:length] == key[:length]]
        if same:
            break
    return same or list(targets)


def _blame(
    near: Sequence[Target],
    reason: Said,
    count: int,
    guilty: dict[Target, Said],
    suspects: dict[Target, Said],
) -> None:
    """So many of the fixes are wrong: all of them, where there are no more."""
    (guilty if len(near) <= count else suspects).update(dict.fromkeys(near, reason))


def invalidity(before: str, after: str) -> Said:
    """Why a mended text cannot stand by itself, as far as Python says; empty where it can.

    A text in syntax that is newer than this Python is left to the scan.
    """
    if (complaint := _complaint(after)) and not _complaint(before):
        return sentence("the result would not be valid: {complaint}", complaint=complaint)
    return ""


def _complaint(text: str) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            # Parses, and knows more than the grammar: a name that is declared global after its use,
            # say. It makes no objects of the tree, which takes most of the time.
            symtable.symtable(text, "<mended>", "exec")
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            return str(error) or type(error).__name__
    return ""
