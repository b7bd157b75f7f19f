"""Every rule has a whole page, and the page's words keep to the project's style."""

from __future__ import annotations

import re

import pytest

from support.pages import docstring, example, sections
from taskleash.reporters import rule_page_zh
from taskleash.reporters.language import language
from taskleash.rules import registry
from taskleash.rules.model import Rule

RULES = registry.all_rules()
SECTIONS = ["What it does", "Why is this bad?", "Example", "Use instead", "Fix safety"]
EVERY_RULE = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)


def test_codes_and_names_are_unique() -> None:
    assert len({rule.code for rule in RULES}) == len({rule.name for rule in RULES}) == len(RULES)


@EVERY_RULE
def test_the_code_and_the_name_have_their_form(rule: Rule) -> None:
    assert re.fullmatch(r"TL\d{3}", rule.code)
    assert re.fullmatch(r"[a-z]+(-[a-z]+)+", rule.name)


@EVERY_RULE
def test_the_page_has_its_title_and_every_section_in_order(rule: Rule) -> None:
    text = docstring(rule)
    assert text.splitlines()[0] == f"{rule.name} ({rule.code})"
    found = sections(text)
    assert list(found) == SECTIONS
    assert all(body.strip() for body in found.values())


@EVERY_RULE
def test_fix_safety_speaks_of_each_fix_that_the_rule_declares(rule: Rule) -> None:
    named = set(re.findall(r"\(`([a-z-]+)`\)", sections(docstring(rule))["Fix safety"]))
    assert named == {fix.kind for fix in rule.fixes}


@EVERY_RULE
def test_the_page_keeps_to_plain_words(rule: Rule) -> None:
    assert re.findall(r"\b(please|should|consider)\b", docstring(rule), re.IGNORECASE) == []


@EVERY_RULE
def test_the_examples_differ_and_are_python(rule: Rule) -> None:
    bad, good = example(rule, "Example"), example(rule, "Use instead")
    assert bad != good
    compile(good, "good.py", "exec")
    if rule.code == "TL000":
        with pytest.raises(SyntaxError):
            compile(bad, "bad.py", "exec")
    else:
        compile(bad, "bad.py", "exec")


@EVERY_RULE
def test_the_terminal_page_carries_title_facts_and_text(rule: Rule) -> None:
    lines = registry.page(rule).splitlines()
    title = f"{rule.name} ({rule.code})"
    assert lines[:2] == [title, "=" * len(title)]
    assert lines[3].startswith(f"Risk: {rule.risk}.")
    assert ("Off by default." in lines[3]) is not rule.default
    assert docstring(rule).strip().splitlines()[1:] == lines[4:]
    assert max(map(len, lines)) <= 100


@EVERY_RULE
def test_every_page_is_there_in_chinese_with_the_same_examples(rule: Rule) -> None:
    english, chinese = registry.page(rule), rule_page_zh.page(rule)
    name = language("zh")(rule.name)
    assert chinese.splitlines()[0] == f"{name}（{rule.name}，{rule.code}）"
    for line in english.splitlines():
        if line.startswith("    ") and line.strip():
            assert line in chinese
    known = r"^    .*$|`[^`]*`|[A-Z]{2,}\d*|asyncio|gather|lambda|future"
    words = re.sub(known, "", chinese.replace(rule.name, ""), flags=re.MULTILINE)
    assert set(re.findall(r"[A-Za-z][a-z-]+", words)) <= {fix.kind for fix in rule.fixes}
