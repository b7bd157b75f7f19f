"""`scan --compare`: what is new, mended and worse since an earlier report."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from support.command import taskleash
from support.git import Repository
from support.schemas import valid_junit

LOW = "import asyncio\nasync def go(loop):\n    asyncio.run_coroutine_threadsafe(work(), loop)\n"
HIGH = "import asyncio\nasync def go():\n    asyncio.create_task(work())\n"
SOUND = "import asyncio\nasync def go():\n    await asyncio.create_task(work())\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in (("a.py", HIGH), ("b.py", LOW), ("c.py", SOUND)):
        (tmp_path / name).write_text(text)
    taskleash("scan", "--format", "json=old.json", cwd=tmp_path)
    (tmp_path / "a.py").write_text(SOUND)
    (tmp_path / "c.py").write_text(HIGH.replace("work", "other"))
    return tmp_path


def test_what_changed_closes_the_report(project: Path) -> None:
    for name in ("table", "concise", "full"):
        out = taskleash("scan", "--compare", "old.json", "--format", name, cwd=project).out
        assert out.splitlines()[-3:] == [
            "Since old.json: 2 → 2 findings; 1 new, 1 mended, 0 worsened.",
            "new: c.py:3 TL001 `other`",
            "mended: a.py:3 TL001 `work`",
        ]


@pytest.mark.parametrize("name", ["markdown", "html"])
def test_documents_say_it_too(project: Path, name: str) -> None:
    out = taskleash("scan", "--compare", "old.json", "--format", name, cwd=project).out
    assert "Since old.json: 2 → 2 findings; 1 new, 1 mended, 0 worsened." in out


def test_programs_get_it_as_data(project: Path) -> None:
    ran = taskleash("scan", "--compare", "old.json", "--format", "json", cwd=project)
    compared = json.loads(ran.out)["compared"]
    assert [each["path"] for each in compared["new"]] == ["c.py"]
    assert [each["path"] for each in compared["mended"]] == ["a.py"]
    changes = {each["path"]: each.get("change") for each in json.loads(ran.out)["sites"]}
    assert changes == {"a.py": None, "b.py": "unchanged", "c.py": "new"}
    ran = taskleash("scan", "--compare", "old.json", "--format", "sarif", cwd=project)
    results = json.loads(ran.out)["runs"][0]["results"]
    assert {each["baselineState"] for each in results} == {"new", "unchanged"}


def test_each_format_for_programs_marks_what_is_new(project: Path) -> None:
    marked = {
        "github": "TL001 high {} (new since old.json)\n",
        "gitlab": "TL001 {} (new since old.json)",
        "rdjson": '"message": "{} (new since old.json)"',
        "junit": "TL001 high {} (new since old.json)",
        "agent": "| new since old.json | do:",
    }
    said = taskleash("scan", "--format", "json", cwd=project).out
    (message,) = (
        line.partition(" high ")[2].partition(" | ")[0]
        for line in taskleash("scan", "--format", "agent", cwd=project).out.splitlines()
        if line.startswith("c.py")
    )
    assert '"change"' not in said
    for name, mark in marked.items():
        out = taskleash("scan", "--compare", "old.json", "--format", name, cwd=project).out
        assert mark.format(message) in out, name


def test_what_is_worse_is_marked(project: Path) -> None:
    document = json.loads((project / "old.json").read_text())
    for site in document["sites"]:
        site["risk"] = "none"
    (project / "old.json").write_text(json.dumps(document))
    for name in ("github", "gitlab", "rdjson", "junit", "agent"):
        out = taskleash("scan", "--compare", "old.json", "--format", name, cwd=project).out
        marks = [line for line in out.splitlines() if re.search("(new|worse) since", line)]
        assert ["future" in line for line in marks] == ["worse" in line for line in marks], name
        assert {"future" in line for line in marks} == {True, False}, name


def test_a_log_and_a_list_of_tests_close_with_what_changed(project: Path) -> None:
    told = [
        "Since old.json: 2 → 2 findings; 1 new, 1 mended, 0 worsened.",
        "new: c.py:3 TL001 `other`",
        "mended: a.py:3 TL001 `work`",
    ]
    ran = taskleash("scan", "--compare", "old.json", "--format", "github", cwd=project)
    assert ran.out.splitlines()[-1] == f"::notice title=taskleash::{'%0A'.join(told)}"
    ran = taskleash("scan", "--compare", "old.json", "--format", "junit", cwd=project)
    root = ElementTree.fromstring(valid_junit(ran.out).encode("utf-8"))
    (test,) = root.findall("testsuite[@name='taskleash']/testcase")
    assert test.get("name") == "since old.json"
    assert test.findtext("system-out") == "\n".join(told)
    assert root.get("tests") == str(len([*root.iter("testcase")]))


def test_the_equal_one_in_another_file_is_new_and_no_other(project: Path) -> None:
    (project / "d.py").write_text(LOW)
    ran = taskleash("scan", "--compare", "old.json", "--format", "sarif", cwd=project)
    results = json.loads(ran.out)["runs"][0]["results"]
    states = {
        each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]: each["baselineState"]
        for each in results
    }
    assert states == {"b.py": "unchanged", "c.py": "new", "d.py": "new"}


def test_lines_and_rows_say_that_they_are_new(project: Path) -> None:
    for name in ("concise", "full"):
        out = taskleash("scan", "--compare", "old.json", "--format", name, cwd=project).out
        marked = [line for line in out.splitlines() if line.endswith("(new)")]
        assert [line.partition(":")[0] for line in marked] == ["c.py"]
    page = taskleash("scan", "--compare", "old.json", "--format", "html", cwd=project).out
    assert page.count('<span class="note">new</span>') == 1


def test_a_renamed_file_has_nothing_new(project: Path) -> None:
    (project / "b.py").rename(project / "d.py")
    out = taskleash("scan", "--compare", "old.json", cwd=project).out
    assert "1 new, 1 mended, 0 worsened" in out


def test_a_higher_risk_is_worse(project: Path) -> None:
    document = json.loads((project / "old.json").read_text())
    for site in document["sites"]:
        site["risk"] = "none"
    (project / "old.json").write_text(json.dumps(document))
    out = taskleash("scan", "--compare", "old.json", cwd=project).out
    assert "worsened: b.py:3 TL004 `work`" in out


@pytest.mark.parametrize("text", ["", "[]", '{"sites": [{}]}', "{"])
def test_what_is_no_report_is_refused(project: Path, text: str) -> None:
    (project / "old.json").write_text(text)
    ran = taskleash("scan", "--compare", "old.json", cwd=project)
    assert ran.status == 2
    assert "--compare: old.json: no report" in ran.err


def test_a_page_says_what_it_is_about(project: Path) -> None:
    repository = Repository(project)
    repository.git("add", ".")
    repository.git("commit", "-qm", "first")
    page = taskleash("scan", "--format", "html", cwd=project).out
    revision = repository.git("rev-parse", "HEAD").strip()[:10]
    assert project.name in page
    assert revision in page
    assert "In short: 1 to mend next" in page
