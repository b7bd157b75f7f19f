"""Several formats in one run, and where each of them goes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.command import taskleash
from support.git import Repository
from support.schemas import sarif_run, valid_junit

DROPPED = "import asyncio\nasyncio.create_task(work())\n"
LINE = (
    "m.py:2:1: TL001 high [*] task `work` is dropped:"
    " nothing can stop it or wait for it, and whether it can vanish half-way is not known"
)
REMEDY = "give all but one a file, as concise=FILE"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "m.py").write_text(DROPPED, encoding="utf-8")
    return tmp_path


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def test_formats_with_files_stand_beside_the_one_on_standard_output(project: Path) -> None:
    formats = ["concise", "sarif=out/r.sarif", "junit=r.xml", "gitlab=r.json", "markdown=r.md"]
    options = [option for form in formats for option in ("--format", form)]
    ran = taskleash("check", "--quiet", *options, cwd=project)
    assert (ran.status, ran.out, ran.err) == (1, f"{LINE}\n", "")
    (result,) = sarif_run(read(project / "out/r.sarif"))["results"]
    assert result["ruleId"] == "TL001"
    assert 'failures="1"' in valid_junit(read(project / "r.xml"))
    assert [issue["check_name"] for issue in json.loads(read(project / "r.json"))] == ["TL001"]
    assert read(project / "r.md").startswith("# Background tasks\n")


def test_without_one_for_standard_output_the_usual_one_goes_there(project: Path) -> None:
    plain = taskleash("check", cwd=project)
    ran = taskleash("check", "--format", "json=r.json", cwd=project)
    assert (ran.status, ran.out) == (plain.status, plain.out)
    assert json.loads(read(project / "r.json"))["summary"]["high"] == 1


def test_the_output_file_takes_the_place_of_standard_output(project: Path) -> None:
    ran = taskleash(
        "check", "-q", "--format", "concise", "--format", "json=r.json", "-o", "r.txt", cwd=project
    )
    assert (ran.status, ran.out, ran.err) == (1, "", "")
    assert read(project / "r.txt") == f"{LINE}\n"
    assert json.loads(read(project / "r.json"))["sites"]


def test_a_file_gets_no_colour_unless_asked(project: Path) -> None:
    taskleash("check", "--format", "concise=r.txt", cwd=project, FORCE_COLOR="1")
    assert LINE in read(project / "r.txt")


@pytest.mark.parametrize(
    ("formats", "message"),
    [
        ("sarfi=x", "invalid value for '--format': unknown format `sarfi`, did you mean sarif?"),
        ("sarif=", "invalid value for '--format': `sarif=` names no file"),
        ("json concise", f"--format: json and concise cannot share one output: {REMEDY}"),
        ("json=a concise=./a", "--format: a: two formats cannot share one file"),
    ],
)
def test_formats_that_cannot_be_written_are_one_line(
    project: Path, formats: str, message: str
) -> None:
    options = [option for form in formats.split() for option in ("--format", form)]
    ran = taskleash("check", *options, cwd=project)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err == f"taskleash: {message} (see `taskleash check --help`)\n"
    assert [path.name for path in project.iterdir()] == ["m.py"]


def test_services_get_paths_relative_to_the_repository(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "shop")
    repository.commit({"backend/m.py": DROPPED, "lib/n.py": DROPPED})
    folder = repository.folder / "backend"

    def told(form: str) -> str:
        return taskleash("check", "--format", form, ".", "../lib", cwd=folder).out

    files = {issue["location"]["path"] for issue in json.loads(told("gitlab"))}
    assert files == {"backend/m.py", "lib/n.py"}
    assert "file=backend/m.py," in told("github")
    assert "file=lib/n.py," in told("github")
    assert {
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for result in sarif_run(told("sarif"))["results"]
    } == {"backend/m.py", "lib/n.py"}


def test_a_gate_tells_no_service_of_what_a_comment_silences(project: Path) -> None:
    (project / "m.py").write_text(DROPPED.replace(")\n", ")  # noqa\n"), encoding="utf-8")
    check = ("check", "--format", "sarif")
    assert sarif_run(taskleash(*check, cwd=project).out)["results"] == []
    for command in (("scan", "--format", "sarif"), (*check, "--show-suppressed")):
        ran = taskleash(*command, cwd=project)
        (result,) = sarif_run(ran.out)["results"]
        assert (ran.status, result["suppressions"]) == (0, [{"kind": "inSource"}])
    shown = taskleash("check", "--format", "github", "--show-suppressed", cwd=project)
    assert shown.out == ""
