"""The examples of every page, run through the analysis: the bad one is found, the good one not."""

from __future__ import annotations

import pytest

from support.pages import example
from taskleash.classify.judge import judge
from taskleash.facts.extract import extract
from taskleash.rules.model import Rule
from taskleash.rules.registry import all_rules, diagnose
from taskleash.source.loading import InvalidSource, Source

ALL = frozenset(rule.code for rule in all_rules())
ON_BY_DEFAULT = frozenset(rule.code for rule in all_rules() if rule.default)
EVERY_RULE = pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)


def codes(text: str, enabled: frozenset[str]) -> list[str]:
    try:
        facts = extract(Source("example.py", "example", text))
    except InvalidSource:
        return ["TL000"]
    found = (diagnose(site, enabled) for site in judge([facts]))
    return [diagnostic.code for diagnostic in found if diagnostic is not None]


@EVERY_RULE
def test_the_example_is_flagged_by_this_rule_and_no_other(rule: Rule) -> None:
    assert set(codes(example(rule, "Example"), ALL)) == {rule.code}


@EVERY_RULE
def test_what_to_use_instead_is_not_flagged(rule: Rule) -> None:
    enabled = ON_BY_DEFAULT | {rule.code}
    assert codes(example(rule, "Use instead"), enabled) == []
