"""Nothing that is written steers a terminal, or is a command to the log of a job."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.command import environment, taskleash
from support.generated import COMMANDS, NAMES, OPTIONS, reports
from taskleash.reporters.inert import inert, shown
from taskleash.reporters.options import RenderOptions
from taskleash.reporters.paint import paint
from taskleash.reporters.registry import FORMATS, render
from taskleash.reporters.report import Report

SOURCE = Path(__file__).resolve().parents[2] / "src" / "taskleash"
#: GitHub's commands start a line but for white space, Azure's and TeamCity's stand anywhere in it
COMMAND = re.compile(r"^\s*::|##\w*\[")
#: the one kind that is meant
ANNOTATION = re.compile(r"::(error|warning|notice) title=[^:]*,line=\d+[^:]*::")
COLOR = re.compile(r"\x1b\[[0-9;]*m")
INVISIBLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}
TEXT = ("table", "full", "concise", "markdown")


def commands(text: str, form: str = "") -> list[str]:
    """The lines that a log would obey, but for those that the format is made of."""
    lines = (
        ANNOTATION.sub("data ", line) if form == "github" else line for line in text.split("\n")
    )
    return [line for line in lines if COMMAND.search(line)]


def invisible(text: str) -> set[str]:
    plain = COLOR.sub("", text)
    return {
        char for char in plain if char not in "\n\t" and unicodedata.category(char) in INVISIBLE
    }


@given(reports(), OPTIONS, st.sampled_from(FORMATS))
def test_no_line_of_any_format_is_a_command(of: Report, options: RenderOptions, form: str) -> None:
    assert commands(render(form, of, options), form) == []


@given(reports(), st.sampled_from(["json", "sarif", "gitlab"]))
def test_what_programs_read_is_the_same_data(of: Report, form: str) -> None:
    text = render(form, of, RenderOptions())
    assert json.loads(text.replace("\\u0023", "#")) == json.loads(text)


@given(st.lists(st.tuples(NAMES, st.sampled_from(["", "bold red"])), min_size=1), st.booleans())
def test_pieces_that_nobody_looked_at_are_harmless_together(
    line: list[tuple[str, str]], color: bool
) -> None:
    text = paint([line], color)
    assert text.count("\n") == 1
    assert not invisible(text)
    assert not commands(COLOR.sub("", text))


@given(NAMES)
def test_what_is_shown_is_shown_once(name: str) -> None:
    assert inert(inert(name)) == inert(name)
    assert shown(shown(name)) == shown(name)


def called(tree: ast.Module) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def test_messages_leave_by_one_door() -> None:
    """`terminal.tell` and `paint` make text harmless: nothing is written beside them."""
    paths = sorted(SOURCE.rglob("*.py"))
    assert len(paths) > 300
    for path in paths:
        for call in called(ast.parse(path.read_text(encoding="utf-8"))):
            function = ast.unparse(call.func)
            assert function != "print", path
            assert (
                not function.startswith(("sys.stderr.", "sys.stdout."))
                or path.name == "terminal.py"
                or function.endswith((".isatty", ".buffer.write", ".flush"))
            ), path
            if function == "click.echo":
                assert not isinstance(call.args[0], ast.JoinedStr), path


# -- whole runs

NASTY = """import asyncio


async def work():
    '''
::add-mask::a
 ::error::e
##[error]e ##vso[task.complete result=Failed;] ##teamcity[buildStop]
'''


async def go():
    asyncio.create_task(work("##[group]", "\x1b[31m", "\u202e", "\x9b1m"))
    asyncio.create_task(missing["::stop-commands::x"]("##vso[a.b]"))
::stop
""".replace("::stop\n", "")
NAMES_OF_FILES = (
    "::stop-commands::x.py", "##[error]y.py", "##vso[task.complete]z.py", "##teamcity[x].py",
    "a\n::error::e.py", "\x1b[31mred.py", "\u202egnp.py", "\udcff.py", "plain.py", 'quo"te\\.py',
)  # fmt: skip
posix = pytest.mark.skipif(sys.platform == "win32", reason="has no such names of files")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("::group::project")
    for name in NAMES_OF_FILES:
        with open(folder / name, "w", encoding="utf-8") as file:
            file.write(NASTY)
    with open(folder / "::error::broken.py", "w", encoding="utf-8") as file:
        file.write("asyncio.create_task(\n::error::\n")
    return folder


RUNS = [
    *(("check", "--format", form) for form in FORMATS),
    *(("scan", "--format", form) for form in FORMATS),
    *(("scan", "--by", by) for by in ("site", "component", "lifetime")),
    ("check", "--statistics"),
    ("check", "--diff", "--unsafe-fixes"),
    ("check", "--diff", "--color", "always"),
    ("check", "--color", "always"),
    ("check", "::error::no-such-file.py"),
    ("check", "##[error]no\n::error::file.py"),
    ("check", "--select", "::error::\n::e::"),
    ("check", "--config", "::error::\n::x::.toml"),
    ("check", "--diff-base", "##[error]\n::x::"),
    ("check", "--baseline", "::b::.txt"),
    ("check", "--config", 'exclude = ["::error::", "\x1b]0;t\x07", "##[x]"]', "--config", "x = 1"),
    ("config", "--config", 'exclude = ["::error::", "##[x]", "\\u001b[1m"]'),
    ("::error::\n::x::",),
]  # fmt: skip


@posix
@pytest.mark.parametrize("run", RUNS, ids=" ".join)
def test_no_run_says_a_command(project: Path, run: tuple[str, ...]) -> None:
    where = () if run[0] not in ("check", "scan") else ("--isolated", "--no-cache", "-j1")
    if "--config" in run:
        where = ("--no-cache",) if run[0] == "check" else ()
    ran = taskleash(*run, *where, cwd=project)
    form = run[-1] if "--format" in run else ""
    for text in (ran.out, ran.err):
        assert commands(COLOR.sub("", text), form) == []
        assert invisible(text) == set()


@posix
def test_neither_does_a_fix_nor_its_report(project: Path, tmp_path: Path) -> None:
    for name in NAMES_OF_FILES:
        (tmp_path / name).write_bytes((project / name).read_bytes())
    (tmp_path / ".git").mkdir()
    fix = ("check", "--fix", "--unsafe-fixes", "--isolated", "--no-cache", "--show-fixes")
    ran = taskleash(*fix, "--fix-report", "report.md", cwd=tmp_path)
    assert "Fixed" in ran.out
    for text in (ran.out, ran.err, (tmp_path / "report.md").read_text(encoding="utf-8")):
        assert commands(text) == []
        assert invisible(text) == set()


# -- a diff that is to be applied


def diff(folder: Path, *options: str, stdout: int) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "taskleash",
            "check",
            "--diff",
            "--isolated",
            "--no-cache",
            *options,
        ],
        cwd=folder,
        env=environment(),
        stdout=stdout,
        stderr=subprocess.PIPE,
        timeout=300,
    )


def copied(project: Path, folder: Path) -> Path:
    folder.mkdir()
    for name in NAMES_OF_FILES:
        (folder / name).write_bytes((project / name).read_bytes())
    return folder


@posix
@pytest.mark.parametrize("tool", [["git", "apply", "-p0"], ["patch", "-p0", "--quiet"]], ids=str)
@pytest.mark.parametrize("option", [True, False], ids=["output file", "redirected"])
def test_a_file_gets_a_diff_that_can_be_applied(
    project: Path, tmp_path: Path, tool: list[str], option: bool
) -> None:
    folder, patch = copied(project, tmp_path / "p"), tmp_path / "all.patch"
    if option:
        ran = diff(folder, "--output-file", str(patch), stdout=subprocess.DEVNULL)
    else:
        with open(patch, "wb") as file:
            ran = diff(folder, stdout=file.fileno())
    assert ran.returncode == 1
    with open(patch, "rb") as file:
        subprocess.run(tool, cwd=folder, stdin=file, check=True)
    fixed = copied(project, tmp_path / "fixed")
    taskleash("check", "--fix", "--isolated", "--no-cache", cwd=fixed)
    for name in NAMES_OF_FILES:
        assert (folder / name).read_bytes() == (fixed / name).read_bytes()
        assert b"_background_tasks" in (folder / name).read_bytes()


PLAIN = "import asyncio\n\x0c\nasync def go():\n    asyncio.create_task(work('👩‍💻'))\n"


@posix
def test_a_pipe_gets_what_does_no_harm_in_a_log_and_the_rest_is_named(
    project: Path, tmp_path: Path
) -> None:
    (tmp_path / "a.py").write_text(PLAIN, encoding="utf-8")
    (tmp_path / "##[error]b.py").write_text(PLAIN.replace("\n", "\r\n"), encoding="utf-8")
    (tmp_path / "c.py").write_text(NASTY, encoding="utf-8")
    ran = diff(tmp_path, stdout=subprocess.PIPE)
    assert ran.returncode == 2
    assert commands(ran.stdout.decode()) == []
    subprocess.run(["git", "apply", "-p0"], cwd=tmp_path, input=ran.stdout, check=True)
    changed = [f for f in os.listdir(tmp_path) if b"_tasks" in (tmp_path / f).read_bytes()]
    assert sorted(changed) == ["##[error]b.py", "a.py"]
    assert ran.stderr.decode().startswith("taskleash: c.py: its diff is kept back: line ")


def test_every_kind_of_command_is_broken() -> None:
    assert {shown(command) == command for command in COMMANDS if COMMAND.search(command)} == {False}
    assert shown("a::b ::c:: # [x] #[x] ## [x]") == "a::b ::c:: # [x] #[x] ## [x]"
