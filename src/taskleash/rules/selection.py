"""Which rules are on: the selections of configuration files and of the command line, in layers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from taskleash.records import dataclass
from taskleash.rules.registry import UnknownRule, all_rules, code_of, names

EVERY_RULE = "ALL"


@dataclass(frozen=True)
class Selection:
    """The selectors of one source: codes, prefixes of codes, names, or ``ALL``.

    ``select`` starts afresh and is None where the source has none.
    """

    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()


def resolve(layers: Sequence[Selection]) -> frozenset[str]:
    """The codes that the selections turn on, the strongest of them last.

    What no layer selects is as the rules have it by default. Within a layer the longest selector
    that fits a rule decides, and of two equals ``ignore`` does. A layer without a ``select`` of its
    own changes what those before it chose, and hands its ``ignore`` on to one that has.
    Raises `UnknownRule` for a selector that fits no rule.
    """
    chosen = {rule.code for rule in all_rules() if rule.default}
    carried: tuple[str, ...] = ()
    for layer in layers:
        wanted = tuple(map(code_of, (layer.select or ()) + layer.extend_select))
        ignored = own = tuple(map(code_of, layer.ignore))
        if layer.select is not None:
            chosen, ignored, carried = set(), carried + ignored, ()
        else:
            carried += ignored
        for selector in (*wanted, *own):
            check(selector)
        chosen = {rule.code for rule in all_rules() if _is_on(rule.code, wanted, ignored, chosen)}
    return frozenset(chosen)


def resolve_codes(select: Sequence[str], ignore: Sequence[str]) -> frozenset[str]:
    """The codes that one selection turns on; none stands for the rules on by default.

    Raises `UnknownRule`.
    """
    return resolve((Selection(select=tuple(select) or None, ignore=tuple(ignore)),))


def check(selector: str) -> None:
    """Raises `UnknownRule` where the selector fits no rule."""
    if not any(_fits(code_of(selector), rule.code) for rule in all_rules()):
        raise UnknownRule(selector)


def nearest(table: Iterable[tuple[str, str]], code: str) -> str | None:
    """What a table says of a rule: the longest selector that fits decides; None where none does."""
    fitting = [(_closeness((code_of(each),), code), value) for each, value in table]
    closest = max(fitting, key=lambda pair: pair[0], default=(-1, ""))
    return closest[1] if closest[0] >= 0 else None


def selectors() -> list[str]:
    """Every selector that fits a rule, sorted."""
    codes = (rule.code for rule in all_rules())
    prefixes = (code[:end] for code in codes for end in range(1, len(code) + 1))
    return sorted({EVERY_RULE, *prefixes, *names()})


def _is_on(code: str, wanted: Sequence[str], ignored: Sequence[str], before: set[str]) -> bool:
    on, off = _closeness(wanted, code), _closeness(ignored, code)
    return code in before if on == off == -1 else on > off


def _fits(selector: str, code: str) -> bool:
    return selector == EVERY_RULE or (selector != "" and code.startswith(selector))


def _closeness(selectors: Sequence[str], code: str) -> int:
    """How many characters of the code the closest selector names; -1 where none fits."""
    fitting = (s for s in selectors if _fits(s, code))
    return max((0 if s == EVERY_RULE else len(s) for s in fitting), default=-1)
