"""Generated programs: what is said of each spawn is what its runs bear out."""

from __future__ import annotations

from itertools import islice

import pytest

from oracle.compare import combinations, disagreements
from oracle.known import Entry, known, unlisted
from oracle.model import Combination
from oracle.running import runs
from oracle.truth import truths
from oracle.writing import write

#: in the suite, then in sweeps; `tests/oracle/soak.py` tries as many as it is told to
FIRST, PROGRAMS = 50, 200
SEED = 16
KNOWN = known()


def fates(forms: str) -> list[str]:
    """What becomes of the tasks of a program, in all of its runs on normal paths."""
    (found,) = runs([write(Combination.parsed(forms))])
    return sorted({f"{r.mark} {r.fate}" for run in found if run.normal for r in run.records})


def risks(forms: str) -> dict[str, str]:
    """What is right to say of the spawns of a program."""
    written = write(Combination.parsed(forms))
    (found,) = runs([written])
    truth = truths(written, found)
    return {mark: "/".join(sorted(one.risks)) for mark, one in truth.items()}


@pytest.mark.parametrize(
    ("first", "end"), [(0, FIRST), pytest.param(FIRST, PROGRAMS, marks=pytest.mark.sweep)]
)
def test_generated_programs(first: int, end: int) -> None:
    found = disagreements(islice(combinations(SEED), first, end))
    new = unlisted(found, KNOWN)
    if new:
        pytest.fail("\n".join(f"{one.short()}\n    {one}" for one in new), pytrace=False)


@pytest.mark.parametrize("entry", KNOWN, ids=lambda entry: entry.reason)
def test_a_known_disagreement_is_still_one(entry: Entry) -> None:
    assert [str(names) for names in entry.outdated()] == []


def test_the_programs_of_a_seed_are_the_same_each_time() -> None:
    first, again = ([one.text for one in islice(combinations(SEED), 50)] for _ in range(2))
    assert first == again
    assert len(set(first)) > 45


# -- the runs see what really happens


@pytest.mark.parametrize(
    ("forms", "expected"),
    [
        ("ending=await", ["0 ended"]),
        ("ending=cancel", ["0 ended"]),
        ("ending=nothing", ["0 lost"]),
        ("ending=wait with a timeout", ["0 ended", "0 lost"]),
        ("ending=wait_for, handled", ["0 ended"]),
        ("ending=wait_for shield, handled", ["0 ended", "0 lost"]),
        ("binding=list", ["0 ended", "1 ended", "1 lost"]),
        ("binding=list; ending=gather all", ["0 ended", "1 ended"]),
        ("binding=add and discard; ending=nothing", ["0 lost"]),
        ("binding=global set that prunes itself; ending=nothing", ["0 left, lets go"]),
        ("binding=global list; ending=nothing", ["0 left"]),
        ("control=for", ["0 ended", "0 lost"]),
        ("control=except that returns", ["0 ended", "0 lost"]),
        ("control=except that raises", ["0 ended"]),
        ("control=finally", ["0 ended"]),
        ("control=yield before", ["0 ended", "0 lost"]),
        ("control=yield in try", ["0 ended"]),
        ("layout=close; binding=attribute; ending=cancel", ["0 ended", "0 lost"]),
        ("layout=owner forgets; binding=attribute; ending=cancel", ["0 lost"]),
        ("hop=passed 12", ["0 ended"]),
        ("hop=constructor only", ["0 lost"]),
    ],
)
def test_what_becomes_of_the_tasks(forms: str, expected: list[str]) -> None:
    assert fates(forms) == expected


@pytest.mark.parametrize(
    ("forms", "expected"),
    [
        ("ending=await", {"0": "none"}),
        ("ending=nothing", {"0": "high"}),
        ("binding=dropped; ending=nothing", {"0": "high"}),
        ("ending=callback", {"0": "high"}),
        ("control=if", {"0": "low"}),
        ("binding=list", {"0": "none", "1": "high/low"}),
        ("binding=global set that prunes itself; ending=nothing", {"0": "none"}),
        (
            "layout=close; binding=attribute set that prunes itself; ending=nothing",
            {"0": "low"},
        ),
        ("layout=close; binding=attribute; ending=cancel", {"0": "low/none"}),
        ("layout=exit; binding=attribute; ending=cancel", {"0": "none"}),
        ("layout=event; binding=attribute; ending=cancel", {"0": "low"}),
        ("layout=event; binding=attribute list; ending=nothing", {"0": "high"}),
        ("layout=event; binding=attribute; ending=nothing", {"0": "high/low"}),
    ],
)
def test_what_is_right_to_say(forms: str, expected: dict[str, str]) -> None:
    assert risks(forms) == expected
