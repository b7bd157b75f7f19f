"""Where links lead: out of a project, into its `.git`, or nowhere that matters."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from taskleash.source.links import leads_out, lies_in

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "project"
    (root / "package").mkdir(parents=True)
    (root / ".git").mkdir()
    (root / "package" / "a.py").touch()
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "b.py").touch()
    monkeypatch.chdir(tmp_path)
    return root


def linked(path: Path, target: Path) -> str:
    path.symlink_to(target)
    return str(path)


def test_what_is_no_link_leads_nowhere(project: Path) -> None:
    assert not leads_out(str(project / "package" / "a.py"))
    assert not leads_out(str(project / "package" / "none.py"))


def test_a_link_within_the_project(project: Path) -> None:
    assert not leads_out(linked(project / "c.py", project / "package" / "a.py"))
    assert not leads_out(linked(project / "p", project / "package") + "/a.py")


def test_a_link_out_of_it(project: Path) -> None:
    outside = project.parent / "outside"
    assert leads_out(linked(project / "c.py", outside / "b.py"))
    assert leads_out(linked(project / "new.py", outside / "none.py"))
    assert leads_out(linked(project / "p", outside) + "/b.py")


def test_a_link_to_what_git_keeps(project: Path) -> None:
    assert leads_out(linked(project / "hooks", project / ".git") + "/pre-commit")


def test_a_link_that_lies_in_no_project(
    project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    assert not leads_out(linked(elsewhere / "p", project / "package") + "/a.py")


def test_what_lies_in_a_folder(project: Path) -> None:
    folder = str(project)
    assert lies_in(str(project / "package" / "a.py"), folder)
    assert lies_in(folder, folder)
    assert not lies_in(str(project.parent / "outside" / "b.py"), folder)
    assert not lies_in(f"{folder}-2", folder)
    assert not lies_in(str(project / ".git" / "config"), folder)
