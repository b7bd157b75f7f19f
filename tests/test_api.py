"""The analysis as a function gives what the command line prints."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import taskleash
from support.command import taskleash as command
from taskleash.api import ConfigError, PathNotFound, Risk, UnknownRule
from taskleash.reporters.options import RenderOptions
from taskleash.reporters.registry import render

PROGRAM = """\
import asyncio


async def work():
    await asyncio.sleep(1)


async def main():
    asyncio.create_task(work())
    await asyncio.create_task(work())
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "app.py").write_text(PROGRAM)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_it_gives_the_sites_with_their_verdicts(project: Path) -> None:
    report = taskleash.scan([project / "app.py"], jobs=1)

    assert [(e.site.span.line, e.site.risk, e.rule) for e in report.entries] == [
        (9, Risk.HIGH, "TL001"),
        (10, Risk.NONE, ""),
    ]


def test_the_command_line_prints_the_same(project: Path) -> None:
    printed = json.loads(command("scan", "--isolated", "--format", "json", cwd=project).out)
    given = json.loads(render("json", taskleash.scan(isolated=True), RenderOptions()))

    for document in (printed, given):
        del document["summary"]["seconds"]
    assert given == printed


def test_rules_can_be_left_out(project: Path) -> None:
    assert [entry.rule for entry in taskleash.scan(ignore=["TL001"]).entries] == ["", ""]


def test_what_cannot_be_used_is_an_error_of_its_own(project: Path) -> None:
    with pytest.raises(PathNotFound):
        taskleash.scan(["missing"])
    with pytest.raises(UnknownRule):
        taskleash.scan(select=["XX1"])
    (project / "pyproject.toml").write_text('[tool.taskleash]\nfail-on = "hgih"\n')
    with pytest.raises(ConfigError, match="fail-on"):
        taskleash.scan()


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nothing"):
        taskleash.nothing  # noqa: B018
