from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from support.reports import AWAIT, TRACK, entry, report, site, sound, voice_assistant
from support.schemas import report_errors
from taskleash import __version__
from taskleash.reporters.options import RenderOptions
from taskleash.reporters.registry import render
from taskleash.reporters.report import FileError, Report
from taskleash.verdict.model import Defect, Evidence, Risk, Span, Vanishing, Vanishings


def _document(of: Report) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(render("json", of, RenderOptions()))
    return document


def test_a_report_with_one_finding_key_by_key() -> None:
    steps = (Evidence("app.py", 30, 5, "dropped here"),)
    dropped = site(line=12, span=Span(12, 9, 14, 10), evidence=steps)
    found = entry(dropped, "TL001", "task `send` is dropped", fixes=(TRACK, AWAIT))
    broken = FileError("broken.py", 3, 1, "TL000", "invalid syntax")
    expected: dict[str, object] = {
        "schema_version": 1,
        "tool": {"name": "taskleash", "version": __version__},
        "summary": {
            "files": 20, "parsed": 4, "sites": 1, "high": 1, "low": 0, "none": 0, "undecided": 0,
            "seconds": 0.1,
        },
        "sites": [
            {
                "path": "app.py", "line": 12, "column": 9, "end_line": 14, "end_column": 10,
                "call": "asyncio.create_task", "task": "send", "scope": "main",
                "handle": "discarded", "ending": "none",
                "lifetime": "short", "multiplicity": "per-call",
                "risk": "high", "dormant": False, "rule": "TL001",
                "tracked": {"state": "no", "how": "none"},
                "cleaned": {"state": "no", "how": "none"},
                "evidence": [
                    {"path": "app.py", "line": 30, "column": 5, "message": "dropped here"},
                ],
                "fixes": [
                    {"kind": "track", "applicability": "safe"},
                    {"kind": "await", "applicability": "unsafe"},
                ],
                "undecided": [],
                "fingerprint": "f" * 16,
                "trigger": "",
                "adds_up": "10 calls before the first is done: up to 10 tasks",
                "keeps": [],
                "heavy": [],
            },
        ],
        "errors": [
            {
                "path": "broken.py", "line": 3, "column": 1,
                "code": "TL000", "message": "invalid syntax",
            },
        ],
    }  # fmt: skip
    expected |= {
        "scores": [
            {
                "name": "app", "kind": "module", "path": "app.py", "tasks": 1, "tracked": 0,
                "completed": 0, "cancelled": 0, "score": 0, "risk": "high", "dormant": False,
            },
        ],
        "plan": {
            "steps": [
                {
                    "path": "app.py", "line": 12, "column": 9, "rule": "TL001", "priority": "P1",
                    "harm": {"often": 2, "keeps": 1, "lasts": 1, "total": 2},
                    "fix": "await",
                    "command": "taskleash check --fix --unsafe-fixes --fix-style await "
                    "--select TL001 app.py",
                },
            ],
            "decisions": [],
        },
    }  # fmt: skip
    text = render("json", report([found], [broken]), RenderOptions())
    assert text == json.dumps(expected, indent=2) + "\n"


def test_a_sound_site_has_no_rule() -> None:
    assert _document(report([entry(sound())]))["sites"][0]["rule"] is None


@pytest.mark.parametrize(
    ("known", "told"),
    [
        (Vanishing(Vanishings.EXCLUDED), {"state": "excluded"}),
        (Vanishing(Vanishings.UNKNOWN), {"state": "unknown"}),
        (
            Vanishing(Vanishings.PROVEN, "other.py", 31, "self.queue"),
            {"state": "proven", "path": "other.py", "line": 31, "waits_for": "self.queue"},
        ),
        (
            Vanishing(Vanishings.OWNER, "app.py", 7, "Pool"),
            {
                "state": "unknown",
                "hangs_on": "object",
                "path": "app.py",
                "line": 7,
                "waits_for": "Pool",
            },
        ),
        (
            Vanishing(Vanishings.GIVEN, "app.py", 7, "callback"),
            {
                "state": "unknown",
                "hangs_on": "code",
                "path": "app.py",
                "line": 7,
                "waits_for": "callback",
            },
        ),
    ],
)
def test_of_a_dropped_task_it_says_whether_it_can_vanish(
    known: Vanishing, told: dict[str, object]
) -> None:
    dropped = replace(site(), defect=Defect.DISCARDED, vanishing=known)
    document = _document(report([entry(dropped, "TL001"), entry(sound(), "")]))
    assert document["sites"][0]["vanishing"] == told
    assert "vanishing" not in document["sites"][1]
    assert not report_errors(document)


def test_only_a_suppressed_site_says_so() -> None:
    sites = _document(
        report([entry(site(), "TL001"), entry(site(line=9), "TL001", suppressed=True)])
    )["sites"]
    assert "suppressed" not in sites[0]
    assert sites[1]["suppressed"] is True


def test_the_summary_counts_the_reported_sites() -> None:
    summary = _document(voice_assistant())["summary"]
    assert {key: summary[key] for key in ("sites", "high", "low", "none")} == {
        "sites": 11,
        "high": 2,
        "low": 4,
        "none": 5,
    }
    assert _document(report([entry(site(risk=Risk.LOW, dormant=True))]))["summary"]["low"] == 1


def test_readable_text_stays_as_it_is_and_the_rest_is_escaped() -> None:
    hostile = "消息/é\x1b\x7f\x9b\u202e\udcff\U000e0001.py"
    text = render("json", report([entry(site(hostile))]), RenderOptions())
    spelled = r'"消息/é\u001b\u007f\u009b\u202e\udcff\udb40\udc01.py"'
    assert f'"path": {spelled}' in text
    assert text.encode("utf-8")
    assert json.loads(text)["sites"][0]["path"] == hostile


def test_no_option_changes_the_document() -> None:
    options = RenderOptions("site", 20, True, False, "check", True, True)
    assert render("json", voice_assistant(), options) == render(
        "json", voice_assistant(), RenderOptions()
    )
