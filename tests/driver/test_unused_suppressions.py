"""TL100: comments that silence nothing, as a check reports them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.command import taskleash

GO = "import asyncio\n\n\nasync def go(x):\n"
UNSEEN = "what goes wrong in this place later goes unseen"


def found(folder: Path, *options: str) -> list[str]:
    ran = taskleash("check", "--format", "concise", "--quiet", *options, cwd=folder)
    assert ran.err == ""
    return ran.out.splitlines()


def unused(folder: Path, text: str, *options: str) -> list[str]:
    """What the rule says of a text, ``line:column: message``."""
    (folder / "m.py").write_text(text, encoding="utf-8")
    lines = found(folder, "--select", "TL100", *options)
    assert all(line.startswith("m.py:") for line in lines)
    return [line.removeprefix("m.py:").replace("TL100 low [*] ", "") for line in lines]


@pytest.mark.parametrize(
    "line",
    [
        "    asyncio.create_task(x())  # noqa: TL001",
        "    asyncio.create_task(x())  # noqa: E501, TL001",
        "    asyncio.create_task(x())  # taskleash: ignore[TL001] -- it ends",
        "    asyncio.create_task(x())  # taskleash: ignore",
        "    asyncio.create_task(  # noqa: TL001\n        x()\n    )",
        "    asyncio.create_task(\n        x()\n    )  # noqa: TL001",
        "    asyncio.create_task(x())  # taskleash: skip-file",
        "    # taskleash: skip-file\n    await x()  # noqa: TL002\n    asyncio.create_task(x())",
        "    await x()  # noqa",
        "    await x()  # noqa: E501, F401, TLE1, RUF006",
        "    await x()  # noqa: TL001, TL100",
        "    await x()  # taskleash: ignore[TL001]  # noqa: TL100",
        "    await x('# noqa: TL001')",
        "    x('''\n    # taskleash: skip-file\n    ''')",
    ],
)
def test_a_comment_of_use_is_no_finding(tmp_path: Path, line: str) -> None:
    assert unused(tmp_path, f"{GO}{line}\n") == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("await x()  # noqa: TL001", f"5:16: `TL001` silences nothing: {UNSEEN}"),
        ("asyncio.create_task(x())  # noqa: TL002", f"5:31: `TL002` silences nothing: {UNSEEN}"),
        ("asyncio.create_task(x())  # noqa: TL002, TL001, TL010",
         f"5:31: `TL002` and `TL010` silence nothing: {UNSEEN}"),
        ("await x()  # taskleash: ignore[TL001] -- was needed",
         f"5:16: `TL001` silences nothing: {UNSEEN}"),
        ("await x()  # taskleash: ignore",
         f"5:16: `taskleash: ignore` silences nothing: {UNSEEN}"),
        ("await x()  # noqa: tl777", "5:16: `TL777` is no rule: this comment silences nothing"),
        ("await x()  # noqa: E501  # taskleash: ignore[TL777, TL778]",
         "5:30: `TL777` and `TL778` are no rules: this comment silences nothing"),
        ("await x()  # taskleash: skip-file",
         f"5:16: `taskleash: skip-file` silences nothing: {UNSEEN.replace('place', 'file')}"),
    ],
)  # fmt: skip
def test_a_comment_of_no_use_is_one(tmp_path: Path, line: str, said: str) -> None:
    assert unused(tmp_path, f"{GO}    {line}\n") == [said]


def test_it_is_off_by_default_and_low(tmp_path: Path) -> None:
    unused(tmp_path, f"{GO}    await x()  # noqa: TL001\n")
    assert found(tmp_path) == []
    assert found(tmp_path, "--select", "ALL") != []
    for fail_on, status in (("high", 0), ("low", 1), ("never", 0)):
        options = ("--extend-select", "TL100", "--fail-on", fail_on)
        assert taskleash("check", *options, cwd=tmp_path).status == status


def test_rules_that_are_off_count_as_well(tmp_path: Path) -> None:
    kept = "class A:\n    def keep(self, x):\n"
    kept += "        self.t = asyncio.create_task(x)  # noqa: TL020\n"
    ended = "\n    async def close(self):\n        self.t.cancel()\n"
    silenced = "\n\nasync def go(x):\n    asyncio.create_task(x())  # noqa: TL001\n"
    assert unused(tmp_path, f"import asyncio\n\n{kept}{ended}{silenced}") == []
    assert unused(tmp_path, f"import asyncio\n\n{silenced}\n\nx = 1  # noqa: TL020\n") != []


def test_it_can_be_ignored_for_files(tmp_path: Path) -> None:
    text = "x = 1  # noqa: TL001\n"
    assert len(unused(tmp_path, text)) == 1
    assert unused(tmp_path, text, "--per-file-ignores", "m.py:TL100") == []


def test_a_file_that_cannot_be_analysed_has_other_worries(tmp_path: Path) -> None:
    (tmp_path / "m.py").write_text("create_task(  # noqa: TL001\n", encoding="utf-8")
    (line,) = found(tmp_path, "--select", "TL100")
    assert " TL000 " in line


def test_files_that_spawn_nothing_are_looked_at_too(tmp_path: Path) -> None:
    (tmp_path / "b.py").write_text("x = 1  # noqa: TL001\n", encoding="utf-8")
    (tmp_path / "a.py").write_text(f"{GO}    asyncio.create_task(x())\n", encoding="utf-8")
    (tmp_path / "c.py").write_bytes(b"# \xff noqa\n")
    options = ("--extend-select", "TL100")
    assert [line.split(" ")[1] for line in found(tmp_path, *options)] == ["TL001", "TL100"]
    report = json.loads(taskleash("check", "--format", "json", *options, cwd=tmp_path).out)
    assert [(e["path"], e["line"], e["column"], e["code"]) for e in report["errors"]] == [
        ("b.py", 1, 8, "TL100")
    ]
    sarif = json.loads(taskleash("check", "--format", "sarif", *options, cwd=tmp_path).out)
    (run,) = sarif["runs"]
    assert run["invocations"][0]["executionSuccessful"] is True
    levels = {result["ruleId"]: result["level"] for result in run["results"]}
    assert levels == {"TL001": "error", "TL100": "warning"}
