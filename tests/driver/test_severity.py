"""`severity`: the risk that the findings of a rule count with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.command import taskleash

DROPPED = "import asyncio\n\n\nasync def go():\n    asyncio.create_task(work())\n"
GUARDED = (
    "import asyncio\n\n\nasync def go(settings):\n"
    "    if settings.turbo:\n        asyncio.create_task(work())\n"
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "app.py").write_text(DROPPED, encoding="utf-8")
    return tmp_path


def configured(project: Path, text: str) -> None:
    (project / "taskleash.toml").write_text(text, encoding="utf-8")


@pytest.mark.parametrize("selector", ["TL001", "TL00", "ALL", "discarded-task"])
def test_the_gate_goes_by_it(project: Path, selector: str) -> None:
    assert taskleash("check", cwd=project).status == 1
    configured(project, f'severity = {{ {selector} = "low" }}')
    ran = taskleash("check", "--format", "concise", cwd=project)
    assert (ran.status, ran.out.splitlines()[-2]) == (0, "Found 1 finding: 1 low.")
    assert ": TL001 low " in ran.out
    assert taskleash("check", "--fail-on", "low", cwd=project).status == 1


def test_the_longest_selector_decides(project: Path) -> None:
    configured(project, 'severity = { ALL = "high", TL0 = "high", TL001 = "low", TL00 = "high" }')
    assert taskleash("check", cwd=project).status == 0


def test_other_rules_keep_their_risk(project: Path) -> None:
    configured(project, 'severity = { TL011 = "low" }')
    assert taskleash("check", cwd=project).status == 1


def test_reports_for_programs_have_it(project: Path) -> None:
    option = 'severity = { TL001 = "low" }'
    ran = taskleash("scan", "--config", option, "--format", "json", cwd=project)
    report = json.loads(ran.out)
    assert [site["risk"] for site in report["sites"]] == ["low"]
    assert (report["summary"]["high"], report["summary"]["low"]) == (0, 1)


def test_what_is_sound_stays_so(project: Path) -> None:
    sound = DROPPED.replace("asyncio", "await asyncio").replace("import await", "import")
    (project / "app.py").write_text(sound, encoding="utf-8")
    configured(project, 'severity = { ALL = "high" }')
    assert taskleash("check", "--fail-on", "low", cwd=project).status == 0


def test_what_sleeps_is_low_at_most(project: Path) -> None:
    (project / "app.py").write_text(GUARDED, encoding="utf-8")
    configured(project, 'severity = { TL001 = "high" }\nflags = { turbo = false }')
    assert taskleash("check", cwd=project).status == 0


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('{ TL001 = "medium" }', "expected one of high, low"),
        ('{ TL999 = "low" }', "expected a rule"),
        ('"low"', "expected a table from rules to risks"),
    ],
)
def test_a_mistake_is_told(project: Path, table: str, said: str) -> None:
    configured(project, f"severity = {table}")
    ran = taskleash("check", cwd=project)
    assert ran.status == 2
    assert said in ran.err
