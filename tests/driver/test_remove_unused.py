"""TL100's fix: what silences nothing is taken out, and nothing else changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.command import Ran, taskleash
from support.git import Repository
from support.pages import example
from taskleash.rules.tl100_unused_suppression import RULE

GO = "import asyncio\n\n\nasync def go(x):\n"
SPAWN = "    asyncio.create_task(x())"


def fix(folder: Path, text: str, *options: str) -> Ran:
    (folder / "m.py").write_bytes(text.encode())
    return taskleash("check", "--select", "TL100", "--fix", *options, cwd=folder)


def fixed(folder: Path, text: str, *options: str) -> str:
    assert fix(folder, text, *options).status == 0
    return (folder / "m.py").read_bytes().decode()


@pytest.mark.parametrize(
    "line",
    [
        f"{SPAWN}  # noqa: TL001",
        f"{SPAWN}  # taskleash: ignore -- it ends",
        "    await x()  # noqa",
        "    await x()  # noqa: E501",
        "    await x()  # noqa: TL001, TL100",
        "    await x('# noqa: TL001')",
    ],
)
def test_a_comment_of_use_stays(tmp_path: Path, line: str) -> None:
    assert fixed(tmp_path, f"{GO}{line}\n") == f"{GO}{line}\n"


def test_nothing_is_removed_where_the_rule_is_off(tmp_path: Path) -> None:
    text = "x = 1  # noqa: TL001\n"
    assert fixed(tmp_path, text, "--ignore", "TL100") == text
    assert fixed(tmp_path, text, "--per-file-ignores", "m.py:TL100") == text


def test_it_is_not_removed_where_the_user_calls_that_unsafe(tmp_path: Path) -> None:
    text = "x = 1  # noqa: TL001\n"
    demoted = ("--extend-unsafe-fixes", "TL100")
    ran = fix(tmp_path, text, *demoted, "--format", "concise")
    assert "m.py:1:8: TL100 low `TL001` silences nothing" in ran.out
    assert "1 unsafe fix available with `--fix --unsafe-fixes`." in ran.out
    assert (tmp_path / "m.py").read_text() == text
    assert fixed(tmp_path, text, *demoted, "--unsafe-fixes") == "x = 1\n"


def test_a_file_that_cannot_be_parsed_stays(tmp_path: Path) -> None:
    text = "x = (  # noqa: TL001\n"
    ran = fix(tmp_path, text)
    assert (tmp_path / "m.py").read_text() == text
    assert "Fixed" not in ran.out


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("    await x()  # noqa: TL001\r\n", "    await x()\r\n"),
        ("    await x()  # noqa: E501, TL001\n", "    await x()  # noqa: E501\n"),
        (f"{SPAWN}  # noqa: TL002, TL001\n", f"{SPAWN}  # noqa: TL001\n"),
        ("    # taskleash: ignore[TL001] -- was needed\n    await x()\n", "    await x()\n"),
        ("    await x()  # taskleash: ignore  # pragma: no cover",
         "    await x()  # pragma: no cover"),
    ],
)  # fmt: skip
def test_what_silences_nothing_goes(tmp_path: Path, line: str, left: str) -> None:
    assert fixed(tmp_path, GO + line) == GO + left
    again = taskleash("check", "--select", "TL100", cwd=tmp_path)
    assert again.out == "All checks passed!\n"


def test_it_turns_the_example_of_the_page_into_what_to_use_instead(tmp_path: Path) -> None:
    assert fixed(tmp_path, example(RULE, "Example")) == example(RULE, "Use instead")


def test_it_goes_beside_other_fixes_which_move_its_line(tmp_path: Path) -> None:
    text = f"{GO}    # noqa: TL010\n{SPAWN}\n    await x()  # noqa: TL001\n"
    ran = fix(tmp_path, text, "--extend-select", "TL001")
    assert "Found 3 findings (3 fixed, 0 remaining).\n" in ran.out
    after = (tmp_path / "m.py").read_text()
    assert "noqa" not in after
    assert after.endswith("discard)\n    await x()\n")


def test_the_report_marks_it_and_counts_it(tmp_path: Path) -> None:
    (tmp_path / "m.py").write_text("x = 1  # noqa: TL001\n")
    select = ("--select", "TL100")
    said = taskleash("check", *select, "--format", "concise", cwd=tmp_path).out
    assert said.startswith("m.py:1:8: TL100 low [*] `TL001` silences nothing")
    assert said.endswith("Found 1 finding: 1 low.\n[*] 1 fixable with `--fix`.\n")
    counted = taskleash("check", *select, "--statistics", cwd=tmp_path).out
    assert counted.startswith("1\tTL100\t[*] unused-suppression\n")


def test_a_diff_shows_it_and_changes_nothing(tmp_path: Path) -> None:
    ran = fix(tmp_path, "x = 1  # noqa: TL001\n", "--diff")
    assert (ran.status, ran.err) == (1, "Would fix 1 finding.\n")
    assert "-x = 1  # noqa: TL001\n+x = 1\n" in ran.out
    assert (tmp_path / "m.py").read_text() == "x = 1  # noqa: TL001\n"


def test_standard_input_comes_back_without_it(tmp_path: Path) -> None:
    options = ("--select", "TL100", "--fix", "--stdin-filename", "m.py")
    ran = taskleash("check", *options, cwd=tmp_path, text="x = 1  # noqa: TL001\n")
    assert (ran.status, ran.out) == (0, "x = 1\n")


def test_only_changed_lines_lose_theirs(tmp_path: Path) -> None:
    old = "x = 1  # noqa: TL001\n"
    Repository(tmp_path).commit({"m.py": old})
    text = f"{old}y = 2  # noqa: TL001\n"
    assert fixed(tmp_path, text, "--diff-base", "HEAD") == f"{old}y = 2\n"


def test_the_fix_report_says_where_each_comment_stood(tmp_path: Path) -> None:
    text = f"import asyncio\n\nx = 1  # noqa: TL001\n\n\nasync def go(x):\n{SPAWN}\n"
    options = ("--select", "TL001", "--show-fixes", "--fix-report", "r.md")
    lines = fix(tmp_path, text, *options).out.splitlines()
    after = (tmp_path / "m.py").read_text().splitlines()
    at = after.index("x = 1") + 1
    assert f"    {at}: TL100 remove: the comment that silenced nothing is out" in lines
    assert not any("more gone" in line for line in lines)
    assert f"| `m.py:{at}` |  |  | TL100 | remove |" in (tmp_path / "r.md").read_text()


def test_a_second_run_finds_no_comment_that_the_first_has_made_useless(tmp_path: Path) -> None:
    """The fix moves the statement's first line away from its comment."""
    text = (
        f"{GO}    asyncio.create_task(x()).add_done_callback(\n        print\n"
        "    )  # noqa: TL001\n"
    )
    options = ("--extend-select", "TL002,TL020")
    once = fixed(tmp_path, text, *options)
    assert fixed(tmp_path, once, *options) == once
