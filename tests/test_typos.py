"""What is mistyped is said: a typo that passes silently looks like a setting that works."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.command import taskleash
from taskleash.rules.registry import names
from taskleash.source.patterns import mistake
from taskleash.source.suppressions import suppressions

SPAWN = "import asyncio\n\nasync def main(conf):\n    asyncio.create_task(work())"
ALL = None


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "app.py").write_text(f"{SPAWN}\n    return conf.enable_proxy\n")
    return tmp_path


def said(project: Path, *arguments: str) -> list[str]:
    return taskleash("check", *arguments, cwd=project).err.splitlines()


def test_a_flag_that_nothing_mentions(project: Path) -> None:
    (line,) = said(project, "--flag", "enable_prxy=false")
    assert line == (
        "taskleash: flag `enable_prxy`: no file mentions it, so it decides nothing, did you mean "
        "`enable_proxy`?"
    )
    assert said(project, "--flag", "Enable_Proxy=false") == []


def test_a_flag_that_another_file_of_the_project_mentions(project: Path) -> None:
    (project / "pyproject.toml").write_text("")
    (project / "other.py").write_text("x = conf.use_cache\n")
    assert said(project, "--flag", "use_cache=false", "app.py") == []


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        ("ignor[TL001]", "`taskleash: ignor` silences nothing, did you mean `ignore`?"),
        ("nothing", "`taskleash: nothing` silences nothing, expected ignore or skip-file"),
        ("ignore TL001", "`taskleash: ignore TL001` silences nothing: write `ignore[TL001]`"),
        (
            "ignore: discarded-task",
            "`taskleash: ignore discarded-task` silences nothing: write `ignore[discarded-task]`",
        ),
        ("ignore[TL999]", "`TL999` is no rule"),
        ("ignore[discarded-tsk]", "`discarded-tsk` is no rule, did you mean `discarded-task`?"),
    ],
)
def test_a_comment_that_silences_nothing(project: Path, comment: str, message: str) -> None:
    (project / "app.py").write_text(f"{SPAWN}  # taskleash: {comment}\n")
    ran = taskleash("check", cwd=project)
    assert ran.status == 1
    assert ran.err.startswith(f"taskleash: app.py:4: {message}")


@pytest.mark.parametrize(
    ("comment", "codes"),
    [
        ("# taskleash: ignore[discarded-task]", {"TL001"}),
        ("# taskleash: ignore[Discarded-Task, TL011]", {"TL001", "TL011"}),
        ("# noqa: discarded-task, E501", {"TL001", "E501"}),
        ("# noqa: TL001 fire-and-forget", {"TL001"}),
        ("# noqa: TL001 fire-and-forget TL011", {"TL001"}),
        ("# taskleash: ignore -- ends with the process", ALL),
        ("# taskleash: ignore fire-and-forget", ALL),
    ],
)
def test_names_work_where_codes_do(comment: str, codes: set[str] | None) -> None:
    assert suppressions(f"x = 1  {comment}\n", names()).by_line == {1: codes}


def test_names_select(project: Path) -> None:
    assert taskleash("check", "--ignore", "discarded-task", cwd=project).status == 0
    assert taskleash("check", "--select", "discarded-task", cwd=project).status == 1
    (project / "taskleash.toml").write_text('ignore = ["discarded-task"]\n')
    assert taskleash("check", cwd=project).status == 0
    assert taskleash("rule", "discarded-task", cwd=project).out.startswith("discarded-task (TL001)")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("pyproject.toml", "[tool.taskleash]\nfail-on = 'low'\n".encode("utf-16")),
        ("taskleash.toml", b"fail-on = 'low' # \xff\n"),
    ],
)
def test_a_configuration_that_is_no_text(project: Path, name: str, data: bytes) -> None:
    (project / name).write_bytes(data)
    ran = taskleash("check", cwd=project)
    assert ran.status == 2
    assert "not valid utf-8: save the file as utf-8" in ran.err


@pytest.mark.parametrize("pattern", ["[a", "x/{a,b", "a}", "[z-a]"])
def test_a_pattern_that_means_nothing(project: Path, pattern: str) -> None:
    ran = taskleash("check", "--exclude", pattern, cwd=project)
    assert ran.status == 2
    assert mistake(pattern) in ran.err
    (project / "taskleash.toml").write_text(f"exclude = ['{pattern}']\n")
    assert mistake(pattern) in taskleash("check", cwd=project).err


@pytest.mark.parametrize("pattern", ["*.py", "[ab]*/x", "{a,{b,c}}", "[]]", "[!a-z]", "[[]", "[{]"])
def test_a_pattern_that_is_one(pattern: str) -> None:
    assert mistake(pattern) == ""
