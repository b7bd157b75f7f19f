"""The verdict on a site beside what a run showed of it."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, get_type_hints

import pytest

from support.command import taskleash
from support.reports import site, yes
from support.traced import run_traced
from taskleash.reporters.registry import FORMATS
from taskleash.trace import file
from taskleash.trace.joined import ENOUGH, Finding, Observation, observations
from taskleash.trace.model import Caller, Counts, Location, Trace, TracedSite, Wait
from taskleash.verdict.model import Risk, Site, Span

SLEEP = Wait("timer", "sleep", "app.py", 2, 1.0)


def trace(*sites: TracedSite) -> Trace:
    return Trace(("python", "app.py"), 0, 1.0, 30, sites=sites)


def traced(
    line: int = 3, column: int = 0, callers: tuple[Caller, ...] = (), **counts: Any
) -> TracedSite:
    waits = counts.pop("waits", ())
    place = Location("app.py", line, column, "main")
    return TracedSite(place, ("send",), "spawn", False, Counts(**counts), callers, waits)


def judged(of: Site, seen: TracedSite) -> Observation:
    (found,) = observations([of], trace(seen))
    return found


SOUND = site(risk=Risk.NONE, tracked=yes("tracked"), cleaned=yes("cancelled"))


def test_what_was_not_seen_never_ran_where_its_file_was_loaded() -> None:
    (found,) = observations([site()], replace(trace(), files=("app.py",)))
    assert (found.short, found.finding) == ("never ran", Finding.OPEN)
    (found,) = observations([site()], replace(trace(), files=("other.py",)))
    assert (found.short, found.finding) == ("not seen", Finding.OPEN)


def test_a_file_that_the_run_did_not_load_is_not_said_to_have_run(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(LEAKY, encoding="utf-8")
    (tmp_path / "other.py").write_text(LEAKY, encoding="utf-8")
    _, seen = run_traced(sys.executable, "app.py", cwd=tmp_path)
    assert seen.files == ("app.py",)
    ran = taskleash("scan", "--trace", "trace.json", "--format", "concise", ".", cwd=tmp_path)
    said = dict(re.findall(r"^(\w+\.py:8):.*observed: ([a-z ]+)$", ran.out, re.MULTILINE))
    assert said == {"app.py:8": "never ran", "other.py:8": "not seen"}, ran.out


@pytest.mark.parametrize(
    ("of", "counts", "finding", "words"),
    [
        (site(), {"started": 9, "collected": 2, "finished": 7}, Finding.PROVEN, "2 collected"),
        (site(), {"started": 9, "failed": 9, "unseen": 9}, Finding.PROVEN, "9 failed and nobody"),
        (site(), {"started": 9, "cancelled": 9, "left": 9}, Finding.PROVEN, "9 of 9 tasks were"),
        (site(), {"started": 9, "alive": 9}, Finding.PROVEN, "9 of 9 tasks were alive"),
        (SOUND, {"started": 9, "collected": 2}, Finding.CONTRADICTED, "judged sound, yet 2"),
        (SOUND, {"started": 1, "cancelled": 1, "left": 1}, Finding.OPEN, ""),
        (SOUND, {"started": 9, "finished": 9}, Finding.OPEN, ""),
        (
            site(),
            {"started": ENOUGH, "finished": ENOUGH, "kept": ENOUGH},
            Finding.CONTRADICTED,
            "something held each",
        ),
        (site(), {"started": ENOUGH, "finished": ENOUGH}, Finding.OPEN, ""),
        (
            site(),
            {"started": ENOUGH, "finished": ENOUGH, "waits": (SLEEP,)},
            Finding.OPEN,
            "proves little: seen waiting for `sleep` only",
        ),
    ],
)
def test_what_a_run_says_of_a_verdict(
    of: Site, counts: dict[str, Any], finding: Finding, words: str
) -> None:
    found = judged(of, traced(**counts))
    assert found.finding is finding
    assert words in found.sentence
    assert bool(words) == bool(found.sentence)


def test_a_place_belongs_to_the_innermost_call_around_it() -> None:
    outer = site(span=Span(3, 5, 5, 6), statement=Span(3, 5, 5, 6))
    inner = site(span=Span(4, 9, 4, 40), statement=Span(3, 5, 5, 6))
    seen = trace(traced(line=4, column=9, started=1), traced(line=3, column=5, started=2))
    assert [each.counts.started for each in observations([outer, inner], seen)] == [2, 1]


def test_without_columns_the_line_decides() -> None:
    one, other = site(line=3), site(line=4)
    found = observations([one, other], trace(traced(line=4, started=7)))
    assert [each.counts.started for each in found] == [0, 7]


def test_a_wrapper_counts_for_its_own_line_and_for_its_callers() -> None:
    callers = (
        Caller(Location("app.py", 8, 0, "main"), Counts(started=2, collected=1)),
        Caller(Location("app.py", 9, 0, "main"), Counts(started=1)),
    )
    sites = [site(line=3), site(line=8), site(line=9)]
    found = observations(sites, trace(traced(callers=callers, started=3, collected=1)))
    assert [each.short for each in found] == [
        "3 started, 1 lost, peak 0",
        "2 started, 1 lost, peak 0",
        "1 started, peak 0",
    ]


LEAKY = """
import asyncio

async def fails():
    raise ValueError

async def never():
    asyncio.create_task(fails())

async def main():
    first = asyncio.create_task(asyncio.sleep(0))
    await first
    asyncio.create_task(fails())
    await asyncio.sleep(0.01)

asyncio.run(main())
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    (folder / "app.py").write_text(LEAKY, encoding="utf-8")
    ran, _ = run_traced(sys.executable, "app.py", cwd=folder)
    assert ran.returncode == 0
    return folder


@pytest.mark.parametrize("form", sorted(set(FORMATS)))
def test_every_format_says_what_was_observed(form: str, project: Path) -> None:
    options = ("--trace", "trace.json", "--by", "site", "--format", form)
    ran = taskleash("scan", *options, "app.py", cwd=project)
    assert ran.status == 0, ran.err
    assert "1 started, 1 lost" in ran.out
    assert "never ran" in ran.out


def test_proven_leaks_come_first(project: Path) -> None:
    ran = taskleash("scan", "--trace", "trace.json", "--by", "site", "app.py", cwd=project)
    lines = [re.split(r"\s{2,}", line.strip()) for line in ran.out.splitlines()[1:4]]
    assert [(line[1], line[-1]) for line in lines] == [
        ("13", "1 started, 1 lost, peak 1"),
        ("8", "never ran"),
        ("11", "1 started, peak 1"),
    ]


def test_json_has_the_counts(project: Path) -> None:
    ran = taskleash("scan", "--trace", "trace.json", "--format", "json", "app.py", cwd=project)
    seen = {each["line"]: each["observed"] for each in json.loads(ran.out)["sites"]}
    assert (seen[13]["finding"], seen[13]["unseen"], seen[13]["lost"]) == ("proven", 1, 1)
    assert seen[13]["sentence"] == "proven: 1 failed and nobody looked"


def test_without_a_trace_nothing_changes(project: Path) -> None:
    ran = taskleash("scan", "--format", "json", "app.py", cwd=project)
    assert "observed" not in ran.out


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, "no such file"),
        ("no json", "no JSON"),
        ("[]", "no trace of version 1"),
        ('{"schema_version": 1}', "a damaged trace"),
        ("[" * 100_000, "no JSON"),
    ],
)
def test_a_file_that_is_no_trace(text: str | None, reason: str, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / "t.json").write_text(text, encoding="utf-8")
    ran = taskleash("scan", "--trace", "t.json", ".", cwd=tmp_path)
    assert ran.status == 2
    assert ran.err.startswith("taskleash: --trace: t.json: ")
    assert reason in ran.err
    assert "taskleash trace --report" in ran.err


def test_a_long_trace_is_not_looked_up_anew_for_each_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    def hints(kind: Any) -> dict[str, Any]:
        asked.append(kind)
        return get_type_hints(kind)

    monkeypatch.setattr(file, "get_type_hints", hints)
    file._fields.cache_clear()
    path = tmp_path / "trace.json"
    long = trace(*[traced(line) for line in range(1, 50)])
    path.write_text(json.dumps(file.document(long)), encoding="utf-8")
    assert file.load(str(path)) == long
    assert asked
    assert len(asked) == len(set(asked))
