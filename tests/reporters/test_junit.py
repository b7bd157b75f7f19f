"""JUnit XML: valid, and red where the gate is."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

from hypothesis import given

from support.generated import OPTIONS, reports
from support.reports import entry, report, site, sound
from support.schemas import valid_junit
from taskleash.reporters.options import RenderOptions
from taskleash.reporters.registry import render
from taskleash.reporters.report import FileError, Report
from taskleash.verdict.model import Evidence, Risk

PLAIN = RenderOptions()
BROKEN = FileError("src/bad.py", 3, 7, "TL000", "invalid syntax")


def suites(of: Report, options: RenderOptions = PLAIN) -> ElementTree.Element:
    text = valid_junit(render("junit", of, options))
    return ElementTree.fromstring(text.encode("utf-8"))


def test_without_findings_one_test_passes() -> None:
    found = entry(site(), "TL001", "m")
    silent = [entry(sound()), replace(found, suppressed=True), replace(found, known=True)]
    root = suites(report(silent))
    assert [case.get("name") for case in root.iter("testcase")] == ["no findings"]
    assert list(root.iter("failure")) == []
    assert root.get("tests") == "1"


def test_a_report_line_by_line() -> None:
    steps = (Evidence("src/b.py", 9, 1, 'kept in `<"x">`'),)
    dropped = entry(site("src/app.py", 12, evidence=steps), "TL001", "task `send` is dropped")
    low = entry(site("src/app.py", 20, risk=Risk.LOW), "TL011", "task `send` is overwritten")
    assert render("junit", report([dropped, low], [BROKEN]), PLAIN) == (
        """\
<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="taskleash" tests="3" failures="2" errors="0">
  <testsuite name="src/app.py" tests="2" failures="1" errors="0" skipped="1">
    <testcase name="TL001 at 12:5 in main" classname="src.app">
      <failure type="TL001" message="task `send` is dropped">\
src/app.py:12:5: TL001 high task `send` is dropped
src/b.py:9: kept in `&lt;"x"&gt;`</failure>
    </testcase>
    <testcase name="TL011 at 20:5 in main" classname="src.app">
      <skipped type="TL011" message="task `send` is overwritten">\
src/app.py:20:5: TL011 low task `send` is overwritten</skipped>
    </testcase>
  </testsuite>
  <testsuite name="src/bad.py" tests="1" failures="1" errors="0" skipped="0">
    <testcase name="TL000 at 3:7" classname="src.bad">
      <failure type="TL000" message="invalid syntax">\
src/bad.py:3:7: TL000 high invalid syntax</failure>
    </testcase>
  </testsuite>
</testsuites>
"""
    )


def test_what_fails_the_gate_fails_the_test() -> None:
    of = report([entry(site(risk=Risk.LOW), "TL011", "m"), entry(site(line=9), "TL001", "m")],
                [BROKEN])  # fmt: skip

    def failing(*risks: str) -> list[str | None]:
        root = suites(of, RenderOptions(failing=frozenset(risks)))
        return [failure.get("type") for failure in root.iter("failure")]

    assert failing("high", "low") == ["TL011", "TL001", "TL000"]
    assert failing("high") == ["TL001", "TL000"]
    assert failing() == []


def test_characters_that_xml_forbids_are_spelled_out() -> None:
    hostile = "a\x00\x08\x1b]]>&<\"'\ufffe\udcff"
    root = suites(report([entry(site(hostile), "TL001", hostile)]))
    (failure,) = root.iter("failure")
    assert failure.get("message") == "a\\x00\\x08\\x1b]]>&<\"'\\ufffe\\udcff"


@given(reports(), OPTIONS)
def test_every_report_is_valid_and_counts_its_tests(of: Report, options: RenderOptions) -> None:
    root = suites(of, options)
    for suite in (root, *root.iter("testsuite")):
        assert suite.get("tests") == str(len(list(suite.iter("testcase"))))
        assert suite.get("failures") == str(len(list(suite.iter("failure"))))
