"""JUnit XML, which Jenkins, GitLab and Azure Pipelines show as tests: a finding is one that fails.

A finding that does not fail the gate is a skipped test, so that the tests are red when the gate is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

from taskleash.reporters.inert import inert
from taskleash.reporters.options import RenderOptions
from taskleash.reporters.report import Comparison, Report
from taskleash.reporters.since import noted, told


@dataclass(frozen=True, order=True)
class _Case:
    """One test: the place of a finding or an error, and what is said about it."""

    path: str
    line: int
    column: int
    code: str
    risk: str
    name: str
    message: str
    why: tuple[str, ...]
    fails: bool


def render(report: Report, options: RenderOptions) -> str:
    """A suite for each file with findings or errors; one test that passes where there are none.

    So is what has changed since an earlier report, where one is at hand.
    """
    cases = sorted(_cases(report, options))
    suites = [
        _suite(path, list(group)) for path, group in groupby(cases, key=lambda case: case.path)
    ]
    if report.compared is not None:
        suites.append(_trend(report.compared))
    passing = int(report.compared is not None)
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<testsuites name="taskleash" {_counts(cases, passing or not cases)}>',
            *(suites or [_NOTHING_FOUND]),
            "</testsuites>\n",
        ]
    )


_COUNTS_OF_ONE = 'tests="1" failures="0" errors="0" skipped="0"'
_NOTHING_FOUND = f"""\
  <testsuite name="taskleash" {_COUNTS_OF_ONE}>
    <testcase name="no findings" classname="taskleash"/>
  </testsuite>"""


def _cases(report: Report, options: RenderOptions) -> Iterator[_Case]:
    for entry in report.entries:
        if entry.rule and not entry.silenced:
            site = entry.site
            yield _Case(
                path=site.path,
                line=site.span.line,
                column=site.span.column,
                code=entry.rule,
                risk=str(site.risk),
                name=f"{entry.rule} at {site.span.line}:{site.span.column} in {site.scope}",
                message=noted(entry.message, entry, report),
                why=tuple(
                    f"{step.path}:{step.line}: {step.message}"
                    for step in (*entry.leads, *entry.related)
                ),
                fails=str(site.risk) in options.failing,
            )
    for error in report.errors:
        yield _Case(
            path=error.path,
            line=error.line,
            column=error.column,
            code=error.code,
            risk=str(error.risk),
            name=f"{error.code} at {error.line}:{error.column}",
            message=error.message,
            why=(),
            fails=str(error.risk) in options.failing,
        )


def _trend(compared: Comparison) -> str:
    """A test that passes, whose output says what has changed since the earlier report."""
    return "\n".join(
        [
            f'  <testsuite name="taskleash" {_COUNTS_OF_ONE}>',
            f'    <testcase name={_quoted(f"since {compared.path}")} classname="taskleash">',
            f"      <system-out>{_text(told(compared))}</system-out>",
            "    </testcase>",
            "  </testsuite>",
        ]
    )


def _counts(cases: list[_Case], passing: int = 0) -> str:
    failures = sum(case.fails for case in cases)
    return f'tests="{len(cases) + passing}" failures="{failures}" errors="0"'


def _suite(path: str, cases: list[_Case]) -> str:
    skipped = sum(not case.fails for case in cases)
    return "\n".join(
        [
            f'  <testsuite name={_quoted(path)} {_counts(cases)} skipped="{skipped}">',
            *map(_test, cases),
            "  </testsuite>",
        ]
    )


def _test(case: _Case) -> str:
    # Servers group tests by the dots of the class name.
    classname = case.path.rpartition(".")[0].replace("/", ".") or case.path
    outcome = "failure" if case.fails else "skipped"
    place = f"{case.path}:{case.line}:{case.column}"
    lines = [f"{place}: {case.code} {case.risk} {case.message}", *case.why]
    opening = f"<{outcome} type={_quoted(case.code)} message={_quoted(case.message)}>"
    return "\n".join(
        [
            f"    <testcase name={_quoted(case.name)} classname={_quoted(classname)}>",
            f"      {opening}{_text(lines)}</{outcome}>",
            "    </testcase>",
        ]
    )


def _text(lines: Iterable[str]) -> str:
    return "\n".join(escape(inert(line)) for line in lines)


def _quoted(text: str) -> str:
    return quoteattr(inert(text))
