"""Rules beside the verdict: `# also: CODE` where one holds, and nothing where none does."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from support.command import taskleash
from taskleash.ir.lowering.extract import extract
from taskleash.rules.registry import all_rules, also
from taskleash.source.loading import Source
from taskleash.verdict.judge import judge

FOLDER = Path(__file__).resolve().parents[2] / "fixtures" / "beside"
BESIDE = frozenset(rule.code for rule in all_rules() if rule.beside)
_ALSO = re.compile(r"# also: ([\w, ]+)$")


def test_they_are_off_by_default() -> None:
    assert [rule.code for rule in all_rules() if rule.beside and rule.default] == []


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.stem)
def test_a_fixture_states_them(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    stated = {
        number: tuple(found[1].split(", "))
        for number, line in enumerate(text.splitlines(), start=1)
        if (found := _ALSO.search(line))
    }
    sites = judge([extract(Source(path.name, path.stem, text))])
    seen = {site.span.line: also(site, BESIDE, "") for site in sites}
    assert {line: codes for line, codes in seen.items() if codes} == stated
    assert len(seen) > len(stated)


@pytest.mark.parametrize("code", sorted(BESIDE))
def test_each_has_fixtures(code: str) -> None:
    assert any(f"# also: {code}" in path.read_text("utf-8") for path in FOLDER.glob("*.py"))


KEPT = """import asyncio

class A:
    def __init__(self, store):
        self.task = asyncio.create_task(load(store))

async def load(store):
    await store.load()
"""


def test_a_defect_keeps_its_rule_and_has_them_beside_it(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(KEPT)
    ran = taskleash("scan", "--no-cache", "--format", "json", "--select", "ALL", cwd=tmp_path)
    (site,) = json.loads(ran.out)["sites"]
    (plain,) = json.loads(taskleash("scan", "--no-cache", "--format=json", cwd=tmp_path).out)[
        "sites"
    ]
    assert (site["rule"], site["also"]) == ("TL010", ["TL020"])
    assert "also" not in plain
    assert {**plain, "also": ["TL020"]} == site
