"""The options that users of other linters look for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.command import taskleash
from taskleash.__main__ import _failure

SPAWN = "import asyncio\n\n\nasync def handle():\n    asyncio.create_task(\n        work(1),\n    )"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "app.py").write_text(f"{SPAWN}  # noqa: TL001\n")
    (tmp_path / "b.py").write_text(f"{SPAWN}\n")
    return tmp_path


def test_comments_can_be_ignored(project: Path) -> None:
    assert taskleash("check", "app.py", cwd=project).status == 0
    assert taskleash("check", "--ignore-noqa", "app.py", cwd=project).status == 1


def test_rules_can_be_left_out_of_fixing(project: Path) -> None:
    for options in (["--unfixable", "TL001"], ["--fixable", "TL013"]):
        ran = taskleash("check", "--fix", *options, "b.py", cwd=project)
        assert ran.status == 1
        assert (project / "b.py").read_text() == f"{SPAWN}\n"
    assert (
        taskleash("check", "--fix", "--fixable", "discarded-task", "b.py", cwd=project).status == 0
    )


def test_no_option_is_said_to_mend_what_the_settings_leave_alone(project: Path) -> None:
    ran = taskleash("check", "--unfixable", "TL001", "--format", "concise", "b.py", cwd=project)
    assert ran.out.splitlines()[1:] == ["Found 1 finding: 1 high."]
    ran = taskleash("check", "--fix", "--unfixable", "TL001", "b.py", cwd=project)
    assert "unsafe" not in ran.err + ran.out.partition("Found")[2]
    assert "`fixable` and `unfixable` leave TL001 alone" in ran.out + ran.err


def test_the_files_are_listed(project: Path) -> None:
    for command in ("check", "scan"):
        ran = taskleash(command, "--show-files", "--exclude", "b.py", cwd=project)
        assert (ran.status, ran.out) == (0, "app.py\n")


def test_what_was_read_is_said(project: Path) -> None:
    (project / "taskleash.toml").write_text("jobs = 1\n")
    said = taskleash("scan", "--verbose", "--no-cache", cwd=project).err.splitlines()
    assert said[0] == "taskleash: configuration: taskleash.toml"
    assert said[1] == "taskleash: cache: none"
    assert said[2].startswith("taskleash: 2 files, 2 of them parsed, ")


def test_why_a_file_was_looked_into_is_said(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "base.py").write_text("class Base:\n    def stop(self):\n        pass\n")
    (tmp_path / "idle.py").write_text("print('nothing')\n")
    (tmp_path / "service.py").write_text(SERVICE)
    (tmp_path / "end.py").write_text("def end(service):\n    service.beat_task.cancel()\n")
    for options in (("--no-cache",), (), ()):
        ran = taskleash("scan", "--explain-files", "-q", *options, cwd=tmp_path)
        assert ran.err.splitlines() == [
            "taskleash: base.py: a task hangs on what is defined in or imported by `base`",
            "taskleash: end.py: may end a task, or call what starts one: it mentions `.beat_task`",
            "taskleash: service.py: may start a task",
            "taskleash: 3 files were looked into, of 4",
        ]


SERVICE = """\
import asyncio

from base import Base


class Service(Base):
    def start(self):
        self.beat_task = asyncio.create_task(self.beat())

    async def beat(self):
        while True:
            await asyncio.sleep(1)
"""


def test_one_setting_is_shown(project: Path) -> None:
    ran = taskleash("config", "--key", "fail-on", cwd=project)
    assert ran.out == 'fail-on = "high"  # default\n'


def test_a_rule_as_data(project: Path) -> None:
    found = json.loads(taskleash("rule", "TL001", "--format", "json", cwd=project).out)
    assert (found["code"], found["name"], found["risk"]) == ("TL001", "discarded-task", "high")
    assert {"kind": "track", "applicability": "safe"} in found["fixes"]
    every = json.loads(taskleash("rule", "--all", "--format", "json", cwd=project).out)
    assert len(every) > 10


def test_an_agent_gets_the_command_that_mends_it(project: Path) -> None:
    ran = taskleash("check", "--format", "agent", "b.py", cwd=project)
    (line,) = ran.out.splitlines()
    assert line.startswith("b.py:5:5: TL001 high task `work` is dropped")
    command = "taskleash check --fix --fix-style track --select TL001 b.py"
    assert line.endswith(f" | do: {command}")
    assert taskleash(*command.split()[1:], cwd=project).status == 0


def test_reviewdog_gets_suggestions(project: Path) -> None:
    document = json.loads(taskleash("check", "--format", "rdjson", "b.py", cwd=project).out)
    (found,) = document["diagnostics"]
    assert document["source"] == {"name": "taskleash"}
    assert (found["severity"], found["code"]["value"]) == ("ERROR", "TL001")
    place = {"start": {"line": 5, "column": 5}, "end": {"line": 7, "column": 6}}
    assert found["location"] == {"path": "b.py", "range": place}
    assert any("add_done_callback" in each["text"] for each in found["suggestions"])


def test_the_report_has_the_audit(project: Path) -> None:
    document = json.loads(taskleash("scan", "--format", "json", "b.py", cwd=project).out)
    (site,) = document["sites"]
    assert site["trigger"].startswith("once for each call of handle")
    assert site["adds_up"] == "10 calls before the first is done: up to 10 tasks"
    assert document["scores"][0]["score"] == 0
    (step,) = document["plan"]["steps"]
    assert (step["priority"], step["harm"]["often"]) == ("P1", 2)
    assert step["command"].startswith("taskleash check --fix")


def test_the_excerpt_shows_the_coroutine_of_a_call_over_several_lines(project: Path) -> None:
    assert "6 |         work(1),\n" in taskleash("check", "b.py", cwd=project).out


def test_the_help_has_sections_defaults_and_examples(project: Path) -> None:
    out = taskleash("check", "--help", cwd=project).out
    for title in ("Rules:", "Files:", "Output:", "Gate:", "Fixes:", "Examples:"):
        assert f"\n{title}\n" in out
    assert "[default: high]" in " ".join(out.split())


@pytest.mark.parametrize(
    ("words", "typed", "found"),
    [("taskleash rule", "TL00", "TL001"), ("taskleash check --select", "disc", "discarded-task"),
     ("taskleash check --format", "rd", "rdjson")],
)  # fmt: skip
def test_codes_and_formats_are_completed(project: Path, words: str, typed: str, found: str) -> None:
    environment = {
        "_TASKLEASH_COMPLETE": "bash_complete",
        "COMP_WORDS": f"{words} {typed}",
        "COMP_CWORD": str(len(words.split())),
    }
    assert f"plain,{found}\n" in taskleash(cwd=project, **environment).out


def test_a_page_is_there_in_chinese(project: Path) -> None:
    english, chinese = (
        taskleash("rule", "TL001", *lang, cwd=project) for lang in ((), ("--lang", "zh"))
    )
    assert (english.status, chinese.status) == (0, 0)
    assert "任务" not in english.out
    assert "任务" in chinese.out


def test_a_fault_of_ours_is_raised_where_that_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("TASKLEASH_DEBUG", raising=False)
    assert _failure(LookupError("x\x1b")) == 2
    assert "internal error: LookupError: x\\x1b" in capsys.readouterr().err
    monkeypatch.setenv("TASKLEASH_DEBUG", "1")
    with pytest.raises(LookupError):
        _failure(LookupError("x"))
