"""GitLab's code quality report."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from hypothesis import given

from support.generated import reports
from support.reports import entry, report, site, sound
from taskleash.reporters.options import RenderOptions, Repository
from taskleash.reporters.registry import render
from taskleash.reporters.report import FileError, Report
from taskleash.verdict.model import Risk, Span


def issues(of: Report, prefix: str = "") -> list[dict[str, Any]]:
    options = RenderOptions(repository=Repository(prefix=prefix))
    document = json.loads(render("gitlab", of, options))
    assert isinstance(document, list)
    return document


def test_nothing_is_said_of_sound_and_silenced_sites() -> None:
    found = entry(site(), "TL001", "m")
    silent = [entry(sound()), replace(found, suppressed=True), replace(found, known=True)]
    assert issues(report(silent)) == []


def test_a_finding_key_by_key() -> None:
    found = entry(site(span=Span(12, 9, 14, 10)), "TL001", "task `send` is dropped")
    assert issues(report([found]), "backend/") == [
        {
            "description": "TL001 task `send` is dropped",
            "check_name": "TL001",
            "fingerprint": "f" * 16,
            "severity": "critical",
            "location": {"path": "backend/app.py", "lines": {"begin": 12, "end": 14}},
        }
    ]


def test_a_low_risk_is_minor() -> None:
    (issue,) = issues(report([entry(site(risk=Risk.LOW), "TL011", "m")]))
    assert issue["severity"] == "minor"


def test_an_error_is_the_same_issue_wherever_in_its_file_it_is() -> None:
    error = FileError("bad.py", 3, 7, "TL000", "invalid syntax")
    moved, other = replace(error, line=9), replace(error, path="worse.py")
    first, second, third = (issues(report(errors=[e]))[0] for e in (error, moved, other))
    assert first["location"] == {"path": "bad.py", "lines": {"begin": 3}}
    assert first["fingerprint"] == second["fingerprint"] != third["fingerprint"]


@given(reports())
def test_every_issue_has_what_gitlab_requires(of: Report) -> None:
    for issue in issues(of):
        assert issue["severity"] in {"info", "minor", "major", "critical", "blocker"}
        texts = [issue["description"], issue["check_name"], issue["fingerprint"]]
        assert all(isinstance(text, str) and text for text in texts)
        assert not issue["location"]["path"].startswith("./")
        assert issue["location"]["lines"]["begin"] >= 1
