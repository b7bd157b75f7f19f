from __future__ import annotations

from support.reports import AWAIT, TRACK, entry, report, site, sound, voice_assistant
from taskleash.reporters.options import RenderOptions
from taskleash.reporters.registry import render
from taskleash.reporters.report import FileError
from taskleash.verdict.model import Risk

CHECK = RenderOptions(command="check")
BROKEN = FileError("broken.py", 3, 7, "TL000", "invalid syntax")


def test_a_finding_is_one_line_and_a_safe_fix_is_marked() -> None:
    entries = [
        entry(site("a.py", 3), "TL001", "task `send` is dropped", fixes=(TRACK, AWAIT)),
        entry(site("b.py", 8), "TL001", "task `send` is dropped", fixes=(AWAIT,)),
    ]
    assert render("concise", report(entries, [BROKEN]), CHECK) == (
        "a.py:3:5: TL001 high [*] task `send` is dropped\n"
        "b.py:8:5: TL001 high task `send` is dropped\n"
        "broken.py:3:7: TL000 high invalid syntax\n"
        "Found 3 findings: 3 high.\n"
        "[*] 1 fixable with `--fix` (1 unsafe fix available with `--fix --unsafe-fixes`).\n"
    )


def test_a_scan_tells_the_verdict_of_sites_that_no_rule_reports() -> None:
    entries = [
        entry(sound("a.py", 3)),
        entry(site("b.py", 8, risk=Risk.LOW)),
        entry(site("c.py", 9), "TL001", "task `send` is dropped", suppressed=True),
    ]
    assert render("concise", report(entries), RenderOptions()) == (
        "a.py:3:5: none stored/cancelled task `send`\n"
        "b.py:8:5: low discarded/none task `send`\n"
        "c.py:9:5: TL001 high task `send` is dropped (suppressed)\n"
        "3 tasks in 3 files: 1 high, 1 low, 1 sound; 1 of them silenced.\n"
    )


def test_one_error_is_one_error() -> None:
    assert render("concise", report((), [BROKEN]), CHECK).endswith("\nFound 1 finding: 1 high.\n")


def test_a_clean_check_says_so() -> None:
    assert render("concise", report(), CHECK) == "All checks passed!\n"


def test_quiet_leaves_the_summary_out() -> None:
    quiet = RenderOptions(command="check", quiet=True)
    assert render("concise", report((), [BROKEN]), quiet).count("\n") == 1
    assert render("concise", report(), quiet) == ""


def test_statistics_count_the_findings_of_each_rule() -> None:
    options = RenderOptions(command="check", statistics=True)
    assert render("concise", voice_assistant(), RenderOptions(statistics=True)) == (
        "3\tTL001\t[*] discarded-task\n"
        "2\tTL012\t[ ] partly-ended-task\n"
        "1\tTL010\t[ ] never-ended-task\n"
        "11 tasks in 7 files: 2 high, 4 low (4 dormant), 5 sound. 3 fixable with --fix.\n"
    )
    many = [entry(site(line=line), "TL010") for line in range(10)]
    assert render("full", report(many, [BROKEN]), options) == (
        "10\tTL010\tnever-ended-task\n 1\tTL000\tinvalid-file\nFound 11 findings: 11 high.\n"
    )
