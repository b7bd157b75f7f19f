"""A run that looked at nothing does not pass for one that found nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.command import taskleash

NOTEBOOK = '{"cells": []}'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "empty").mkdir()
    (tmp_path / "text").mkdir()
    (tmp_path / "text/a.txt").write_text("words")
    (tmp_path / "book.ipynb").write_text(NOTEBOOK)
    (tmp_path / "bad.py").write_text("x = (\n")
    (tmp_path / "fine.py").write_text("x = 1\n")
    return tmp_path


@pytest.mark.parametrize("path", ["empty", "text", "book.ipynb"])
@pytest.mark.parametrize("command", [("check",), ("check", "--diff"), ("scan",)])
def test_nothing_to_look_at_is_said(project: Path, path: str, command: tuple[str, ...]) -> None:
    ran = taskleash(*command, path, cwd=project)
    assert ran.err == f"taskleash: no Python files in {path}: nothing was checked\n"
    assert ran.status == 0
    assert "passed" not in ran.out


def test_excluding_everything_is_said_too(project: Path) -> None:
    ran = taskleash("check", "--exclude", "*.py", cwd=project)
    assert (ran.status, ran.out) == (0, "Nothing was checked.\n")
    assert ran.err == "taskleash: no Python files in .: nothing was checked\n"


def test_it_has_an_exit_status_of_its_own_where_that_is_asked_for(project: Path) -> None:
    assert taskleash("check", "--fail-on-no-files", "empty", cwd=project).status == 3
    assert taskleash("check", "--fail-on-no-files", "fine.py", cwd=project).status == 0


@pytest.mark.parametrize("others", [[], ["fine.py"], ["spawns.py"]])
def test_a_named_file_that_is_not_python_is_reported(project: Path, others: list[str]) -> None:
    (project / "spawns.py").write_text("import asyncio\nx = asyncio.create_task\n")
    for _ in range(2):
        ran = taskleash("check", "--format", "concise", "bad.py", *others, cwd=project)
        assert ran.out.startswith("bad.py:1:5: TL000 high syntax error: '(' was never closed\n")
        assert ran.status == 1


def test_standard_input_is_named(project: Path) -> None:
    ran = taskleash("check", "--format", "concise", "-", cwd=project, text="x = (\n")
    assert ran.out.startswith("-:1:5: TL000 high ")


def test_more_low_findings_than_allowed_fail(project: Path) -> None:
    low = (
        "import asyncio\nasync def go(loop):\n    asyncio.run_coroutine_threadsafe(work(), loop)\n"
    )
    (project / "fine.py").write_text(low)
    assert taskleash("check", "--max-warnings", "1", "fine.py", cwd=project).status == 0
    assert taskleash("check", "--max-warnings", "0", "fine.py", cwd=project).status == 1
