"""What has to be said of each marked spawn, going by what its tasks came to in the runs.

The words are those of the accuracy guide. A path on which an exception leaves the function is not
looked at. Where the guide leaves it open, more than one risk is right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from oracle.bindings import BINDINGS
from oracle.controls import CONTROLS
from oracle.endings import ENDINGS
from oracle.model import Combination, Written
from oracle.running import Record, Run

HIGH, LOW, NONE = "high", "low", "none"
REPORTED = frozenset({HIGH, LOW})
ANY = frozenset({HIGH, LOW, NONE})


@dataclass(frozen=True)
class Truth:
    """The risks that are right for a spawn, and why."""

    risks: frozenset[str]
    because: str


def truths(written: Written, runs: Sequence[Run]) -> dict[str, Truth]:
    """What is right to say of each marked spawn, by its mark."""
    marks = sorted(set(written.marks.values()) - {"*"})
    return {mark: _truth(written, runs, mark) for mark in marks}


def _truth(written: Written, runs: Sequence[Run], mark: str) -> Truth:
    truth = _observed(written, runs, mark)
    if written.combination.binding == "weak":
        # Nothing keeps it, even where it happens to be alive when it is ended.
        return Truth(truth.risks | {HIGH}, f"kept by nothing, {truth.because}")
    return truth


def _observed(written: Written, runs: Sequence[Run], mark: str) -> Truth:
    seen = [(run, record) for run in runs if run.normal for record in run.records]
    usual = [record for run, record in seen if run.usual and record.mark == mark]
    unusual = [record for run, record in seen if not run.usual and record.mark == mark]
    others = [record for run, record in seen if run.usual and record.mark != mark]
    left = [record for record in usual if not record.ended]
    if not usual:
        return Truth(ANY, "no run starts it and comes to its end")
    if not left:
        return _ended(written, runs, mark, unusual)
    if all(record.released and not record.lost for record in left):
        return _pruned(written, left, usual)
    if len(left) < len(usual):
        # Beside another task one can come to its end while that is waited for.
        alone = all(len(run.records) <= _calls(run) for run in runs if run.normal and run.usual)
        # A container that keeps what is done grows, whatever is ended.
        container = bool(BINDINGS[written.combination.binding].each)
        kept = container and any(not record.released for record in usual)
        return Truth(frozenset({LOW}) if alone and not kept else REPORTED, "left on some paths")
    if all(record.lost_at_once for record in left):
        return _dropped(written.combination, others)
    if _grows(runs, mark):
        idle = ENDINGS[written.combination.ending].idle
        risks = frozenset({HIGH}) if idle else REPORTED
        return Truth(risks, "kept, and ever more with each call")
    return Truth(REPORTED, "left on every path")


def _ended(written: Written, runs: Sequence[Run], mark: str, unusual: Sequence[Record]) -> Truth:
    if any(not record.ended for record in unusual):
        return Truth(ANY - {HIGH}, "ended, unless it is started twice or by two at once")
    if written.layout.teardown and _grows(runs, mark):
        return Truth(ANY, "ended at the teardown, but kept in ever greater number until then")
    return Truth(frozenset({NONE}), "ended on every path")


def _pruned(written: Written, left: Sequence[Record], usual: Sequence[Record]) -> Truth:
    """What is held while it runs, and let go when it is done."""
    if written.layout.teardown:
        return Truth(frozenset({LOW}), "removes itself, the teardown passes over it")
    if written.combination.work == "endless":
        # It is the end of the loop that lets go of it in the runs.
        return Truth(ANY - {HIGH}, "removes itself, which it never comes to")
    return Truth(frozenset({NONE}), "removes itself")


def _dropped(names: Combination, others: Sequence[Record]) -> Truth:
    # Where a second task of the same container is ended, a reader may call the first half ended.
    idle = ENDINGS[names.ending].idle or names.hop == "helper that does nothing"
    untouched = idle and "$OTHER" not in CONTROLS[names.control].text
    if untouched and not any(record.ended for record in others):
        return Truth(frozenset({HIGH}), "dropped on every path")
    return Truth(REPORTED, "dropped on every path, after something was done with it")


def _calls(run: Run) -> int:
    """How often the function that is called most is called, one call after the other."""
    return max(run.life.count(name) for name in run.life)


def _grows(runs: Sequence[Run], mark: str) -> bool:
    """Whether more is held, even when it is done, after two calls than after one."""
    held: dict[tuple[str, bool], int] = {}
    for run in runs:
        if run.normal and run.usual:
            held[str(run.given), _calls(run) > 1] = sum(
                not r.released for r in run.records if r.mark == mark
            )
    return any(again and count > held.get((given, False), count)
               for (given, again), count in held.items())  # fmt: skip
