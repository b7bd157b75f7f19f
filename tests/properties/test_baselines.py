"""What holds for every baseline and every report beside it."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from support.generated import NAMES
from support.reports import entry, report, site
from taskleash.driver.gate.baseline import compare, known_findings
from taskleash.driver.gate.baseline_file import KnownFinding, baseline_text, read_baseline
from taskleash.reporters.report import Entry, Report
from taskleash.verdict.model import Defect

PATHS = ("a.py", "b.py", "c/d.py")
FINDINGS = st.lists(
    st.builds(
        lambda path, scope, code, line: entry(
            site(path, line, scope=scope, code=code, defect=Defect.DISCARDED), "TL001", "m"
        ),
        st.sampled_from(PATHS),
        st.sampled_from(["main", "A.run"]),
        st.sampled_from(["create_task(f)", "create_task(g)"]),
        st.integers(1, 99),
    ),
    max_size=8,
)


def of(entries: Sequence[Entry], scanned: Sequence[str] = PATHS) -> Report:
    return replace(report(entries), scanned=frozenset(scanned))


def counted(findings: Sequence[KnownFinding]) -> Counter[KnownFinding]:
    return Counter(findings)


@given(FINDINGS)
def test_what_was_written_is_known_and_still_there(found: list[Entry]) -> None:
    known = known_findings(of(found))
    compared = compare(of(found), known)
    assert all(one.known for one in compared.entries)
    assert compared.stale == ()
    assert counted(compared.current) == counted(known)


@given(FINDINGS, st.randoms(use_true_random=False))
def test_order_and_lines_do_not_count(found: list[Entry], random: Random) -> None:
    known = known_findings(of(found))
    random.shuffle(known)
    moved = [replace(one, site=replace(one.site, span=site(line=1).span)) for one in found]
    assert all(one.known for one in compare(of(moved), known).entries)


@given(FINDINGS, st.data())
def test_mended_findings_are_stale_and_the_rest_known(
    found: list[Entry], data: st.DataObject
) -> None:
    left = [one for one in found if data.draw(st.booleans())]
    known = known_findings(of(found))
    compared = compare(of(left), known)
    assert all(one.known for one in compared.entries)
    assert counted(compared.stale) == counted(known) - counted(known_findings(of(left)))


@given(FINDINGS, FINDINGS)
def test_no_more_are_known_than_the_baseline_has(old: list[Entry], now: list[Entry]) -> None:
    known = known_findings(of(old))
    compared = compare(of(now), known)
    matched = [one for one in compared.entries if one.known]
    assert len(matched) + len(compared.stale) == len(known)
    # Of each kind, as many as there are on both sides, wherever they are.
    kinds = Counter(one.fingerprint for one in known)
    kinds_now = Counter(one.fingerprint for one in known_findings(of(now)))
    assert Counter(one.fingerprint for one in compared.stale) == kinds - kinds_now


@given(FINDINGS, FINDINGS)
def test_a_part_of_the_files_makes_nothing_stale_elsewhere(
    old: list[Entry], now: list[Entry]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        before = os.getcwd()
        os.chdir(folder)
        try:
            for path in PATHS:
                Path(path).parent.mkdir(exist_ok=True)
                Path(path).touch()
            part = [one for one in now if one.site.path == PATHS[0]]
            compared = compare(of(part, PATHS[:1]), known_findings(of(old)))
        finally:
            os.chdir(before)
    assert {known.path for known in compared.stale} <= {PATHS[0]}
    here = counted([one for one in known_findings(of(old)) if one.path == PATHS[0]])
    new = [one for one in compared.entries if not one.known]
    assert counted(known_findings(of(new))) == counted(known_findings(of(part))) - here


SAFE_NAMES = NAMES.map(lambda name: name.replace("\0", "").replace("/", "")).filter(
    lambda name: name.strip(".") != ""
)


@given(st.lists(st.builds(KnownFinding, SAFE_NAMES, st.just("TL001"), SAFE_NAMES,
                          st.from_regex(r"[0-9a-f]{16}", fullmatch=True)), max_size=4))  # fmt: skip
def test_a_file_gives_back_what_was_written_whatever_the_names(known: list[KnownFinding]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "known.txt")
        text = baseline_text(file, [replace(k, path=os.path.join(folder, k.path)) for k in known])
        Path(file).write_text(text, encoding="utf-8", newline="\n")
        read = read_baseline(file)
    assert sorted(replace(k, path=os.path.basename(k.path)) for k in read) == sorted(known)
    assert len(text.splitlines()) == 2 + len(known)
