"""A file whose name is an option says nothing about how the code is checked."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from support.command import taskleash

LEAKY = "import asyncio\n\n\nasync def f():\n    asyncio.create_task(work())\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "a.py").write_text(LEAKY)
    return tmp_path


@pytest.mark.parametrize(
    "name", ["--exit-zero", "-e", "--output-file=victim.py", "-ovictim.py", "--fix", "-q"]
)
@pytest.mark.parametrize("command", ["check", "scan"])
def test_what_a_shell_or_a_hook_hands_on(project: Path, command: str, name: str) -> None:
    (project / name).write_text("")
    before = sorted(os.listdir(project))
    ran = taskleash(command, "--no-cache", *sorted(os.listdir(project)), cwd=project)
    assert (ran.status, ran.out) == (2, "")
    assert f"{name}: an option, and the name of a file here" in ran.err
    assert sorted(os.listdir(project)) == before
    assert (project / "a.py").read_text() == LEAKY


def test_a_link_to_nothing_is_a_name_too(project: Path) -> None:
    try:
        (project / "--exit-zero").symlink_to("nowhere")
    except OSError:
        pytest.skip("needs a privilege for links")
    assert taskleash("check", "--exit-zero", "a.py", cwd=project).status == 2


def test_it_can_be_checked(project: Path) -> None:
    (project / "--fix.py").write_text(LEAKY)
    for paths in ((os.path.join(os.curdir, "--fix.py"),), ("--", "--fix.py"), (".",)):
        ran = taskleash("check", "--no-cache", "--format", "concise", *paths, cwd=project)
        assert ran.status == 1
        assert "--fix.py:5:5: TL001 high" in ran.out


def test_options_that_are_no_files_are_options(project: Path) -> None:
    assert taskleash("check", "--no-cache", "--exit-zero", "a.py", cwd=project).status == 0
