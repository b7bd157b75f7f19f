"""The examples of every page, run through the analysis: the bad one is found, the good one not."""

from __future__ import annotations

import pytest

from support.pages import example
from taskleash.driver.entries import comment_lines
from taskleash.fixes.mend import mend
from taskleash.fixes.model import Target
from taskleash.ir.lowering.extract import extract
from taskleash.rules.model import Rule
from taskleash.rules.registry import all_rules, diagnose
from taskleash.rules.tl100_unused_suppression import RULE as UNUSED
from taskleash.rules.tl100_unused_suppression import unused
from taskleash.source.directives import directives
from taskleash.source.loading import InvalidSource, Source
from taskleash.source.suppressions import suppressions
from taskleash.verdict.judge import judge

ALL = frozenset(rule.code for rule in all_rules())
ON_BY_DEFAULT = frozenset(rule.code for rule in all_rules() if rule.default)
MENDED = [rule for rule in all_rules() if rule.fixes and rule.code != UNUSED.code]
EVERY_RULE = pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)


def codes(text: str, enabled: frozenset[str]) -> list[str]:
    try:
        facts = extract(Source("example.py", "example", text))
    except InvalidSource:
        return ["TL000"]
    judged = [(site, diagnose(site, enabled)) for site in judge([facts])]
    comments = suppressions(text)
    findings = [(found.code, comment_lines(site)) for site, found in judged if found is not None]
    codes = [code for code, lines in findings if not comments.covers(code, lines)]
    silenceable = [(code, frozenset(lines)) for code, lines in findings]
    if UNUSED.code in enabled:
        codes += [UNUSED.code for _ in unused(directives(text), silenceable)]
    return codes


@EVERY_RULE
def test_the_example_is_flagged_by_this_rule_and_no_other(rule: Rule) -> None:
    assert set(codes(example(rule, "Example"), ALL)) == {rule.code}


@EVERY_RULE
def test_what_to_use_instead_is_not_flagged(rule: Rule) -> None:
    enabled = ON_BY_DEFAULT | {rule.code}
    assert codes(example(rule, "Use instead"), enabled) == []


@pytest.mark.parametrize("rule", MENDED, ids=lambda rule: rule.code)
def test_a_fix_turns_the_example_into_what_to_use_instead(rule: Rule) -> None:
    text = example(rule, "Example")
    sites = judge([extract(Source("example.py", "example", text))])
    found = [site for site in sites if diagnose(site, frozenset({rule.code}))]
    results = [
        mend(text, [Target(site, rule.code, (fix.kind,)) for site in found]).text
        for fix in rule.fixes
    ]
    assert example(rule, "Use instead") in results
