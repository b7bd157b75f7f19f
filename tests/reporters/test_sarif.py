"""SARIF: valid against the standard's schema, and what code scanning services ask beyond it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from support.command import taskleash
from support.generated import OPTIONS, reports
from support.reports import entry, report, site, sound, voice_assistant
from support.schemas import sarif_run
from taskleash import __version__
from taskleash.reporters.options import RenderOptions, Repository
from taskleash.reporters.registry import render
from taskleash.reporters.report import FileError, Report
from taskleash.rules.registry import all_rules
from taskleash.verdict.model import Evidence, Risk, Span

#: how much of a description code scanning takes
MAX_DESCRIPTION = 1024


PLAIN = RenderOptions()


def run_of(of: Report, options: RenderOptions = PLAIN) -> dict[str, Any]:
    return sarif_run(render("sarif", of, options))


def test_sound_sites_are_no_results() -> None:
    assert run_of(report([entry(sound())]))["results"] == []


def test_a_finding_key_by_key() -> None:
    found = entry(site("src/app.py", span=Span(12, 9, 14, 10)), "TL001", "task `send` is dropped")
    (result,) = run_of(report([found]))["results"]
    assert result == {
        "ruleIndex": 1,
        "ruleId": "TL001",
        "level": "error",
        "message": {"text": "task `send` is dropped"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "src/app.py", "uriBaseId": "SRCROOT"},
                    "region": {"startLine": 12, "startColumn": 9, "endLine": 14, "endColumn": 10},
                },
                "logicalLocations": [{"fullyQualifiedName": "main"}],
            }
        ],
        "partialFingerprints": {"taskleash/v1": "f" * 16},
        "properties": {"risk": "high"},
    }


def test_the_risk_is_the_level() -> None:
    risks = (Risk.HIGH, Risk.LOW)
    results = run_of(report([entry(site(risk=risk), "TL010", "m") for risk in risks]))["results"]
    assert [result["level"] for result in results] == ["error", "warning"]


def test_evidence_elsewhere_is_listed_and_all_of_it_a_path() -> None:
    steps = (Evidence("a.py", 7, 5, "stored in `t`"), Evidence("b.py", 9, 1, "overwritten"))
    one = entry(site("a.py", 7, evidence=steps[:1]), "TL001", "m")
    two = entry(site("a.py", 7, evidence=steps), "TL011", "m")
    alone, path = run_of(report([one, two]))["results"]
    assert not alone.keys() & {"relatedLocations", "codeFlows"}
    (related,) = path["relatedLocations"]
    assert (related["id"], related["message"]) == (1, {"text": "overwritten"})
    (flow,) = path["codeFlows"][0]["threadFlows"]
    assert [place(step["location"]) for step in flow["locations"]] == [("a.py", 7), ("b.py", 9)]


def place(location: dict[str, Any]) -> tuple[str, int]:
    physical = location["physicalLocation"]
    return physical["artifactLocation"]["uri"], physical["region"]["startLine"]


def test_what_is_silenced_says_by_what() -> None:
    found = [entry(site(line=n), "TL001", "m") for n in (1, 2, 3)]
    silenced = [found[0], replace(found[1], suppressed=True), replace(found[2], known=True)]
    results = run_of(report(silenced))["results"]
    assert [result.get("suppressions") for result in results] == [
        None,
        [{"kind": "inSource"}],
        [{"kind": "external"}],
    ]


def test_a_file_that_cannot_be_analysed_is_a_result_and_the_run_no_success() -> None:
    run = run_of(report(errors=[FileError("bad.py", 3, 7, "TL000", "invalid syntax")]))
    (result,) = run["results"]
    assert (result["ruleId"], place(result["locations"][0])) == ("TL000", ("bad.py", 3))
    assert run["invocations"] == [{"executionSuccessful": False}]
    assert run_of(report())["invocations"] == [{"executionSuccessful": True}]


def test_every_rule_is_described_within_what_services_take() -> None:
    driver = run_of(report())["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("taskleash", __version__)
    assert [rule["id"] for rule in driver["rules"]] == [rule.code for rule in all_rules()]
    for rule in driver["rules"]:
        short, full = rule["shortDescription"]["text"], rule["fullDescription"]["text"]
        assert full.startswith(short)
        assert len(short) <= len(full) <= MAX_DESCRIPTION
        assert "Why is this bad?" in rule["help"]["markdown"]


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("src/app.py", "src/app.py"),
        ("a b/50%#?.py", "a%20b/50%25%23%3F.py"),
        ("a:b.py", "a%3Ab.py"),
        ("消息.py", "%E6%B6%88%E6%81%AF.py"),
        ("byte\udcff.py", "byte%FF.py"),
        ("new\nline.py", "new%0Aline.py"),
    ],
)
def test_paths_are_relative_uris(path: str, uri: str) -> None:
    (result,) = run_of(report([entry(site(path), "TL001", "m")]))["results"]
    assert place(result["locations"][0])[0] == uri


def test_paths_are_relative_to_the_repository() -> None:
    options = RenderOptions(repository=Repository("/work/shop", "backend/"))
    found = [entry(site(path), "TL001", "m") for path in ("a.py", "/work/shop/lib/b.py", "/c.py")]
    run = run_of(report(found), options)
    artifacts = [
        result["locations"][0]["physicalLocation"]["artifactLocation"] for result in run["results"]
    ]
    assert artifacts == [
        {"uri": "backend/a.py", "uriBaseId": "SRCROOT"},
        {"uri": "lib/b.py", "uriBaseId": "SRCROOT"},
        {"uri": "file:///c.py"},
    ]
    assert "SRCROOT" in run["originalUriBaseIds"]
    assert run["automationDetails"]["id"] == "taskleash/backend/"


def test_columns_count_code_points() -> None:
    assert run_of(voice_assistant())["columnKind"] == "unicodeCodePoints"


@given(reports(), OPTIONS)
def test_every_report_is_valid(of: Report, options: RenderOptions) -> None:
    run = run_of(of, options)
    assert len(run["results"]) == sum(bool(one.rule) for one in of.entries) + len(of.errors)


def test_a_scan_of_real_code_is_valid() -> None:
    fixtures = Path(__file__).resolve().parents[2] / "fixtures"
    ran = taskleash("scan", "--format", "sarif", "rules", "sound", cwd=fixtures)
    results = sarif_run(ran.out)["results"]
    assert {result["ruleId"] for result in results} >= {"TL001", "TL010", "TL015"}
