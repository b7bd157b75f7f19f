"""All rules, found by convention: every module of this package named after a code is one.

A module ``tl001_discarded_task`` has a docstring (the rule's page), ``RULE`` and ``check``. Adding
a rule is adding such a file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from taskleash import rules
from taskleash.classify.model import Site
from taskleash.rules.model import Diagnostic, Rule
from taskleash.rules.offers import offered

_MODULE = re.compile(r"tl\d+_")
_EVERY_RULE = "ALL"


class UnknownRule(ValueError):
    """A code or prefix that no rule has; the message names the nearest code."""

    def __init__(self, selector: str) -> None:
        nearest = _nearest(selector)
        hint = f", did you mean `{nearest}`?" if nearest else ""
        super().__init__(f"unknown rule `{selector}`{hint}")


@dataclass(frozen=True)
class _Entry:
    rule: Rule
    check: Callable[[Site], Diagnostic | None]
    page: str


@cache
def _entries() -> dict[str, _Entry]:
    names = sorted(m.name for m in iter_modules(rules.__path__) if _MODULE.match(m.name))
    modules = [import_module(f"{rules.__name__}.{name}") for name in names]
    return {m.RULE.code: _Entry(m.RULE, m.check, m.__doc__ or "") for m in modules}


def all_rules() -> tuple[Rule, ...]:
    """Every rule, sorted by code."""
    return tuple(entry.rule for entry in _entries().values())


def by_code(code: str) -> Rule | None:
    """The rule with this code, or None."""
    entry = _entries().get(code)
    return entry.rule if entry else None


def diagnose(site: Site, enabled: frozenset[str]) -> Diagnostic | None:
    """What the first of the enabled rules, by code, says about the site; None for a sound one."""
    for code, entry in _entries().items():
        if code in enabled and (diagnostic := entry.check(site)) is not None:
            return replace(diagnostic, fixes=offered(entry.rule, site))
    return None


def resolve_codes(select: Sequence[str], ignore: Sequence[str]) -> frozenset[str]:
    """The codes that a selection turns on.

    Selectors are codes, prefixes of codes, or ``ALL``; the longest one that fits a rule decides,
    and of two equals ``ignore`` does. No selection stands for every rule that is on by default.
    Raises `UnknownRule` for a selector that fits no rule.
    """
    for selector in (*select, *ignore):
        if not any(_fits(selector, code) for code in _entries()):
            raise UnknownRule(selector)
    chosen = select or [_EVERY_RULE]
    return frozenset(
        rule.code
        for rule in all_rules()
        if (rule.default or select)
        and _closeness(chosen, rule.code) > _closeness(ignore, rule.code)
    )


def page(rule: Rule) -> str:
    """The rule's page for a terminal: its title, its facts, and what its docstring says."""
    title, _, body = _entries()[rule.code].page.strip().partition("\n")
    offered = [f"{fix.kind} ({fix.applicability})" for fix in rule.fixes]
    facts = f"Risk: {rule.risk}. {'On' if rule.default else 'Off'} by default."
    if offered:
        facts += f" Fixes: {', '.join(offered)}."
    return f"{title}\n{'=' * len(title)}\n\n{facts}\n\n{body.strip()}\n"


def _fits(selector: str, code: str) -> bool:
    return selector == _EVERY_RULE or (selector != "" and code.startswith(selector))


def _closeness(selectors: Sequence[str], code: str) -> int:
    """How many characters of the code the closest selector names; -1 where none fits."""
    fitting = (s for s in selectors if _fits(s, code))
    return max((0 if s == _EVERY_RULE else len(s) for s in fitting), default=-1)


def _nearest(selector: str) -> str | None:
    # Imported here because only a mistyped code needs it.
    from difflib import get_close_matches

    codes = {name: rule.code for rule in all_rules() for name in (rule.code, rule.name)}
    lowered = {name.lower(): code for name, code in codes.items()}
    matches = get_close_matches(selector.lower(), lowered, n=1)
    return lowered[matches[0]] if matches else None
