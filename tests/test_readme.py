"""What the README says of the rules and of the tests is what there is."""

from __future__ import annotations

import re
from pathlib import Path

from support.command import taskleash
from taskleash.reporters.registry import FORMATS
from taskleash.rules.model import Rule
from taskleash.rules.registry import all_rules

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def risk_in_words(rule: Rule) -> str:
    return str(rule.risk) if rule.default else f"{rule.risk}, off by default"


def test_the_table_of_rules_lists_every_rule() -> None:
    rows = re.findall(r"^\| (TL\d+) \| ([\w-]+) \| ([^|]+) \|", README, re.MULTILINE)
    # The one rule whose risk depends on the task reports its highest.
    listed = [(code, name, risk.replace("high or low", "high")) for code, name, risk in rows]
    assert listed == [(rule.code, rule.name, risk_in_words(rule)) for rule in all_rules()]


def test_continuous_integration_installs_and_tests_as_the_readme_says() -> None:
    steps = (ROOT / ".ci/run").read_text(encoding="utf-8")
    told = re.search(r"pip install -e '\.\[dev\]' && \.venv/bin/pytest (.+)$", README, re.MULTILINE)
    assert told is not None
    assert re.search(r"pip install [^\n]*'\.\[dev\]'", steps)
    assert f'\n"$venv/bin/pytest" {told[1]}\n' in steps


def test_the_formats_are_those_there_are() -> None:
    (line,) = re.findall(r"^Formats: (.+)\.$", README, re.MULTILINE)
    assert tuple(re.findall(r"`(\w+)`", line)) == FORMATS


def test_the_diff_is_what_the_tool_prints() -> None:
    block = re.search(r"^\$ taskleash (check --diff [^\n]+)\n(.*?)^```$", README, re.M | re.S)
    assert block is not None
    ran = taskleash(*block[1].split(), cwd=ROOT)
    assert (ran.status, ran.out) == (1, block[2])


def test_the_scan_table_is_what_the_tool_prints() -> None:
    block = re.search(r"^\$ taskleash (scan [^\n]+)\n(.*?)^```$", README, re.M | re.S)
    assert block is not None
    ran = taskleash(*block[1].split(), cwd=ROOT)
    assert (ran.status, ran.out) == (0, block[2])
