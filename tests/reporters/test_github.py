"""Workflow commands: what GitHub reads out of each line."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from hypothesis import given

from support.generated import reports
from support.reports import entry, report, site, sound
from taskleash.reporters.options import RenderOptions, Repository
from taskleash.reporters.registry import render
from taskleash.reporters.report import FileError, Report
from taskleash.verdict.model import Evidence, Risk, Span


@dataclass(frozen=True)
class Command:
    """A workflow command as the runner reads it."""

    level: str
    properties: dict[str, str]
    text: str


def commands(of: Report, prefix: str = "") -> list[Command]:
    options = RenderOptions(repository=Repository(prefix=prefix))
    return [read(line) for line in render("github", of, options).splitlines()]


def read(line: str) -> Command:
    match = re.fullmatch(r"::(\w+) ([^:]*)::(.*)", line)
    assert match, line
    pairs = (pair.split("=", 1) for pair in match[2].split(","))
    return Command(match[1], {name: unescaped(value) for name, value in pairs}, unescaped(match[3]))


def unescaped(text: str) -> str:
    for code, char in (("%3A", ":"), ("%2C", ","), ("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
        text = text.replace(code, char)
    return text


def test_nothing_is_said_of_sound_and_silenced_sites() -> None:
    found = entry(site(), "TL001", "m")
    silent = [entry(sound()), replace(found, suppressed=True), replace(found, known=True)]
    assert render("github", report(silent), RenderOptions()) == ""


def test_a_finding_and_an_error() -> None:
    dropped = site("src/app.py", span=Span(12, 9, 12, 40))
    error = FileError("bad.py", 3, 7, "TL000", "invalid syntax")
    found = report([entry(dropped, "TL001", "task `send` is dropped")], [error])
    assert render("github", found, RenderOptions()) == (
        "::error title=taskleash (TL001),file=src/app.py,line=12,col=9,endLine=12,endColumn=40"
        "::src/app.py:12:9: TL001 high task `send` is dropped\n"
        "::error title=taskleash (TL000),file=bad.py,line=3,col=7"
        "::bad.py:3:7: TL000 high invalid syntax\n"
    )


def test_a_low_risk_is_a_warning() -> None:
    found = entry(site(risk=Risk.LOW), "TL011", "m")
    assert [command.level for command in commands(report([found]))] == ["warning"]


def test_a_span_of_several_lines_has_no_columns() -> None:
    (command,) = commands(report([entry(site(span=Span(12, 9, 14, 2)), "TL001", "m")]))
    assert command.properties == {
        "title": "taskleash (TL001)",
        "file": "app.py",
        "line": "12",
        "endLine": "14",
    }


def test_paths_are_relative_to_the_repository() -> None:
    steps = (Evidence("b.py", 9, 1, "overwritten"),)
    (command,) = commands(report([entry(site("a.py", evidence=steps), "TL011", "m")]), "backend/")
    assert command.properties["file"] == "backend/a.py"
    assert command.text == "backend/a.py:3:5: TL011 high m\nbackend/b.py:9: overwritten"


def test_names_and_messages_cannot_end_a_command_or_start_another() -> None:
    hostile = "a,line=1::b\r\n::error::x%0A.py"
    (command,) = commands(report([entry(site(hostile), "TL001", f"task {hostile}")]))
    assert command.properties["file"] == hostile
    assert command.text == f"{hostile}:3:5: TL001 high task {hostile}"


@given(reports())
def test_every_line_is_one_command(of: Report) -> None:
    findings = [one for one in of.entries if one.rule and not one.silenced]
    assert len(commands(of)) == len(findings) + len(of.errors)
