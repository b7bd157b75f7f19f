"""What the README says of the tests, of formats and of fixes is what there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from support.command import taskleash
from taskleash.reporters.registry import FORMATS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CI = (ROOT / "docs/ci.md").read_text(encoding="utf-8")


def test_continuous_integration_installs_and_tests_as_the_readme_says() -> None:
    steps = (ROOT / ".ci/run").read_text(encoding="utf-8")
    told = re.search(r"pip install -e '\.\[dev\]' && \.venv/bin/pytest (.+)$", README, re.MULTILINE)
    assert told is not None
    assert re.search(r"pip install [^\n]*'\.\[dev\]'", steps)
    assert f'\n"$venv/bin/pytest" {told[1]}\n' in steps


def test_the_formats_are_those_there_are() -> None:
    listed = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \|", CI.partition("## Formats")[2], re.MULTILINE)
    assert sorted(re.findall(r"`(\w+)`", " ".join(listed))) == sorted(FORMATS)


@pytest.mark.parametrize("page", ["README.md", "docs/fixing.md"])
def test_the_diff_is_what_the_tool_prints(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    block = re.search(r"^\$ taskleash (check --diff [^\n]+)\n(.*?)^```$", text, re.M | re.S)
    assert block is not None
    ran = taskleash(*block[1].split(), cwd=ROOT)
    assert (ran.status, ran.out) == (1, block[2])


def test_every_link_of_it_leads_somewhere() -> None:
    targets = re.findall(r"\]\(([^)#\s]+)", README)
    assert len(targets) > 20
    assert [each for each in targets if "://" not in each and not (ROOT / each).exists()] == []
