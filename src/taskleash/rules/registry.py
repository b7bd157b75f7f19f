"""All rules, found by convention: every module of this package named after a code is one.

A module ``tl001_discarded_task`` has a docstring (the rule's page), ``RULE`` and ``check``. Adding
a rule is adding such a file.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from taskleash import rules
from taskleash.records import dataclass
from taskleash.rules.model import Diagnostic, Rule
from taskleash.rules.offers import offered
from taskleash.verdict.model import Site

_MODULE = re.compile(r"tl\d+_")


class UnknownRule(ValueError):
    """A code or prefix that no rule has; ``nearest`` is the code or name that was perhaps meant."""

    def __init__(self, selector: str) -> None:
        self.nearest = _nearest(selector)
        hint = f", did you mean `{self.nearest}`?" if self.nearest else ""
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


@cache
def names() -> dict[str, str]:
    """The names of all rules, with their codes."""
    return {rule.name: rule.code for rule in all_rules()}


def by_code(code: str) -> Rule | None:
    """The rule with this code, or None."""
    entry = _entries().get(code)
    return entry.rule if entry else None


def code_of(selector: str) -> str:
    """The code that the name of a rule stands for; what is no name, as it is."""
    return names().get(selector.lower(), selector)


def diagnose(site: Site, enabled: frozenset[str]) -> Diagnostic | None:
    """What the first of the enabled rules, by code, says about the site; None for a sound one."""
    for code, entry in _entries().items():
        if code in enabled and (diagnostic := entry.check(site)) is not None:
            return replace(diagnostic, fixes=offered(entry.rule, site))
    return None


def also(site: Site, enabled: frozenset[str], rule: str) -> tuple[str, ...]:
    """The enabled rules beside the verdict that hold for a site, apart from the one it is under."""
    return tuple(
        code
        for code, entry in _entries().items()
        if entry.rule.beside and code in enabled and code != rule and entry.check(site) is not None
    )


def page(rule: Rule) -> str:
    """The rule's page for a terminal: its title, its facts, and what its docstring says."""
    title, _, body = _entries()[rule.code].page.strip().partition("\n")
    offered = [f"{fix.kind} ({fix.applicability})" for fix in rule.fixes]
    facts = f"Risk: {rule.risk}. {'On' if rule.default else 'Off'} by default."
    if offered:
        facts += f" Fixes: {', '.join(offered)}."
    return f"{title}\n{'=' * len(title)}\n\n{facts}\n\n{body.strip()}\n"


def as_data(rule: Rule) -> dict[str, object]:
    """A rule and its page, for programs."""
    return {
        "code": rule.code,
        "name": rule.name,
        "risk": str(rule.risk),
        "default": rule.default,
        "fixes": [{"kind": f.kind, "applicability": str(f.applicability)} for f in rule.fixes],
        "url": rule.url,
        "page": page(rule),
    }


def _nearest(selector: str) -> str | None:
    # Imported here because only a mistyped code needs it.
    from difflib import get_close_matches

    lowered = {name.lower(): name for rule in all_rules() for name in (rule.code, rule.name)}
    matches = get_close_matches(selector.lower(), lowered, n=1)
    return lowered[matches[0]] if matches else None
