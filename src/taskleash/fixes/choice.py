"""Which of a finding's fixes are applied, and in which order they are tried."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from taskleash.fixes.model import Target
from taskleash.records import dataclass
from taskleash.rules.model import TASKGROUP, Applicability, Fix
from taskleash.rules.offers import objection_to, objections
from taskleash.rules.registry import by_code
from taskleash.rules.selection import resolve_codes
from taskleash.sentences import Said, both, listed, sentence
from taskleash.verdict.model import Lifetime, Multiplicity, Site

STYLES = ("auto", "track", "await", "own", "taskgroup")
#: a style that is made only where it is asked for, and the rules whose findings it mends
_GROUP, _GROUPED = "taskgroup", frozenset({"TL001", "TL012", "TL015"})
#: said of a finding that no fix of its rule could mend
_NO_FIX = sentence("what is to become of the task is for its author to say")
_ASK_FOR_GROUP = sentence(
    "only a task group could hold it: add --fix-style taskgroup --unsafe-fixes"
)
#: the kinds that are made only where the program shows that they are meant, or by their names
GUESSED = frozenset({"await", "own"})
#: rules whose findings can nearly always be mended by the first of their fixes; whether the code
#: allows the others is only tried as they are made, for to try all would take longer than to scan
UNTRIED = frozenset({"TL001", "TL002", "TL003"})
_AUTO = "auto"
#: where unsafe fixes are allowed: waiting for the work here leaves nothing to be ended elsewhere
_WAITING = ("await", "own", "track")
#: what was meant to run beside its caller stays there
_BESIDE = ("own", "track", "await")


def _is_left(code: str, kind: str) -> bool:
    """Whether nobody tries if code allows this fix of a rule's finding, before it is made."""
    return code in UNTRIED and kind in GUESSED


@dataclass(frozen=True)
class FixOffer:
    """A fix that could mend a site: its kind and its applicability, ``safe`` or ``unsafe``.

    ``allowed`` tells whether a run that fixes makes it, ``barred`` whether the settings leave its
    rule alone, so that none does. What is not ``tried`` may turn out not to fit the code.
    """

    kind: str
    applicability: str
    allowed: bool
    barred: bool = False
    tried: bool = True


@dataclass(frozen=True)
class FixChoice:
    """What the user allows and prefers.

    ``unsafe`` allows unsafe fixes. ``style`` is one of `STYLES`. ``extend_safe`` and
    ``extend_unsafe`` are selectors of rules whose fixes count as safe, or as unsafe; only findings
    of rules that are ``fixable`` and not ``unfixable`` are mended. ``only`` is the one kind that is
    made, where somebody has chosen it for this finding; empty where nobody has.
    """

    unsafe: bool = False
    style: str = _AUTO
    extend_safe: tuple[str, ...] = ()
    extend_unsafe: tuple[str, ...] = ()
    fixable: tuple[str, ...] = ("ALL",)
    unfixable: tuple[str, ...] = ()
    only: str = ""

    def check(self) -> None:
        """Raise `UnknownRule` for a selector that fits no rule."""
        _moved(self.extend_safe, self.extend_unsafe)
        _fixable(self.fixable, self.unfixable)

    def offers(
        self, code: str, fixes: Sequence[Fix], site: Site | None = None
    ) -> tuple[FixOffer, ...]:
        """The fixes of a rule's finding as they are for this user; raises `UnknownRule`.

        Where the user prefers a fix and does not allow it, none is allowed: another one in its
        place is not what was asked for. What is a guess at the ``site`` is no offer where it is not
        asked for.
        """
        guessed = self._unasked(kind for kind, _ in site.guessed) if site else frozenset()
        fixes = [fix for fix in fixes if fix.kind not in guessed]
        if self.style == _GROUP and code in _GROUPED and not _against_group(code, site):
            fixes = [*fixes, TASKGROUP]
        judged = [(fix.kind, self._applicability(code, fix)) for fix in fixes]
        allowed = {kind for kind, how in judged if self.unsafe or how is Applicability.SAFE}
        barred = code not in _fixable(self.fixable, self.unfixable)
        if barred:
            allowed = set()
        if self.style in dict(judged) and self.style not in allowed:
            allowed = set()
        if self.only:
            allowed &= {self.only}
        return tuple(
            FixOffer(kind, str(how), kind in allowed, barred, tried=not _is_left(code, kind))
            for kind, how in judged
        )

    def fitting(self, site: Site, offers: Iterable[FixOffer]) -> tuple[FixOffer, ...]:
        """Those of the offers that the source of a site turns out to allow."""
        gone = dict(site.unfit).keys() | self._unasked(kind for kind, _ in site.guessed)
        return tuple(offer for offer in offers if offer.kind not in gone)

    def target(self, site: Site, code: str, offers: Sequence[FixOffer]) -> Target:
        """What is to be tried on the finding of a rule with these offers."""
        kinds = self.kinds(site, offers)
        return Target(site, code, kinds, self._unasked(kinds))

    def _unasked(self, kinds: Iterable[str]) -> frozenset[str]:
        """Those of the kinds that may be guesses, and that nobody has asked for by name."""
        return GUESSED.intersection(kinds) - {self.style, self.only}

    def _applicability(self, code: str, fix: Fix) -> Applicability:
        promoted, demoted = _moved(self.extend_safe, self.extend_unsafe)
        if code in promoted:
            return Applicability.SAFE
        return Applicability.UNSAFE if code in demoted else fix.applicability

    def kinds(self, site: Site, offers: Sequence[FixOffer]) -> tuple[str, ...]:
        """The kinds to try on a site, the preferred first, of what is allowed."""
        order = (self.style, *_order(site))
        allowed = [offer.kind for offer in offers if offer.allowed]
        return tuple(sorted(allowed, key=lambda k: order.index(k) if k in order else len(order)))


def _against_group(code: str, site: Site | None) -> Said:
    return objection_to(_GROUP, code, site) if code in _GROUPED and site is not None else ""


def reason_against(site: Site, code: str, offers: Sequence[FixOffer], style: str) -> Said:
    """Why a site is left alone whose finding, of the rule with this code, has these offers."""
    kinds = [offer.kind for offer in offers]
    if not kinds:
        return _without_offers(site, code, style)
    if any(offer.allowed for offer in offers):
        return sentence("its file was left as it is")
    if all(offer.barred for offer in offers):
        return sentence("`fixable` and `unfixable` leave {code} alone", code=code)
    if style in kinds:
        kinds = [style]
    if len(kinds) == 1:
        return sentence("{kind} is unsafe: add --unsafe-fixes", kind=kinds[0])
    return sentence("{kinds} are unsafe: add --unsafe-fixes", kinds=both(kinds))


def _without_offers(site: Site, code: str, style: str) -> Said:
    """Why a finding of the rule with this code has no fix to offer."""
    if site.guessed:
        return listed([reason for _, reason in site.guessed])
    against_group = _against_group(code, site)
    if style == _GROUP and against_group:
        return against_group
    rule = by_code(code)
    if reasons := objections(rule, site) if rule is not None else ():
        return listed(reasons)
    if code not in _GROUPED:
        return _NO_FIX
    if against_group:
        return sentence("only a task group could hold it, but {reason}", reason=against_group)
    return _ASK_FOR_GROUP


@lru_cache(maxsize=1)
def _moved(safe: tuple[str, ...], unsafe: tuple[str, ...]) -> tuple[frozenset[str], frozenset[str]]:
    """The codes of the rules whose fixes count as safe, and as unsafe.

    Where selectors of both fit, the longer one decides, and of equals the cautious one.
    """
    promoted = resolve_codes(safe, unsafe) if safe else frozenset()
    demoted = resolve_codes(unsafe, ()) if unsafe else frozenset()
    return promoted, demoted - promoted


@lru_cache(maxsize=1)
def _fixable(fixable: tuple[str, ...], unfixable: tuple[str, ...]) -> frozenset[str]:
    """The codes of the rules whose findings may be mended."""
    return resolve_codes(fixable, unfixable)


def _order(site: Site) -> tuple[str, ...]:
    """The order of kinds that fits how the work runs.

    What hands something over may be waited for, unless it is started again and again, never ends or
    was written as a function of its own just to be started here. Any other work of a dropped task
    was meant to run beside its caller.
    """
    # Imported here because a run that finds nothing has no use for it.
    from taskleash.models.vocabulary import PROMPT_WORDS, words

    again = site.multiplicity is Multiplicity.LOOP
    beside = again or site.lifetime is Lifetime.ENDLESS or site.is_closure
    if PROMPT_WORDS.isdisjoint(words(site.task)):
        return _BESIDE
    return _BESIDE if beside else _WAITING
