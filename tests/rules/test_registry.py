"""The registry: the contract's rules are there, and a selection turns on what it says."""

from __future__ import annotations

import subprocess
import sys

import pytest

from taskleash.reporters import words
from taskleash.reporters.audit import words as audit_words
from taskleash.rules.registry import UnknownRule, all_rules, by_code
from taskleash.rules.selection import resolve_codes

CONTRACT = {
    "TL000": ("invalid-file", "high", ()),
    "TL001": ("discarded-task", "high", ("track", "await", "own")),
    "TL002": ("callback-only-task", "high", ("track",)),
    "TL003": ("dropped-wrapper-result", "high", ("track", "await")),
    "TL004": ("discarded-threadsafe-future", "high", ("log",)),
    "TL005": ("discarded-gather", "low", ("await",)),
    "TL006": ("unawaited-coroutine", "high", ("await",)),
    "TL010": ("never-ended-task", "high", ("own",)),
    "TL011": ("overwritten-task", "low", ("cancel-previous",)),
    "TL012": ("partly-ended-task", "low", ()),
    "TL013": ("unpruned-tasks", "high", ("track",)),
    "TL014": ("teardown-ignores-tasks", "low", ("own",)),
    "TL015": ("abandoned-pending", "high", ()),
    "TL020": ("unseen-failure", "low", ("log",)),
    "TL021": ("silent-death", "low", ("log",)),
    "TL030": ("captured-after-close", "low", ()),
    "TL100": ("unused-suppression", "low", ("remove",)),
}
SAFE = {"track", "log", "remove"}
DEFAULT = frozenset(CONTRACT) - {"TL020", "TL021", "TL030", "TL100"}


def test_the_rules_are_those_of_the_contract_sorted_by_code() -> None:
    found = {r.code: (r.name, str(r.risk), tuple(f.kind for f in r.fixes)) for r in all_rules()}
    assert found == CONTRACT
    assert list(found) == sorted(found)


def test_a_fix_has_the_applicability_of_the_contract() -> None:
    fixes = {fix for rule in all_rules() for fix in rule.fixes}
    assert {f.kind for f in fixes if str(f.applicability) == "safe"} == SAFE
    assert {f.kind for f in fixes if str(f.applicability) == "unsafe"} == {
        "await",
        "own",
        "cancel-previous",
    }


def test_rules_about_what_does_no_harm_yet_are_off_by_default() -> None:
    assert {rule.code for rule in all_rules() if rule.default} == DEFAULT


def test_a_rule_is_found_by_its_code_alone() -> None:
    rule = by_code("TL001")
    assert rule is not None
    assert rule.name == "discarded-task"
    assert by_code("TL0") is None
    assert by_code("TL999") is None


@pytest.mark.parametrize(
    ("select", "ignore", "expected"),
    [
        ((), (), DEFAULT),
        (("ALL",), (), frozenset(CONTRACT)),
        (("TL",), (), frozenset(CONTRACT)),
        (("TL020",), (), {"TL020"}),
        (("TL02", "TL001"), (), {"TL001", "TL020", "TL021"}),
        (("TL01",), (), {"TL010", "TL011", "TL012", "TL013", "TL014", "TL015"}),
        ((), ("TL01",), {c for c in DEFAULT if not c.startswith("TL01")}),
        ((), ("ALL",), frozenset()),
        ((), ("TL020",), DEFAULT),
        (("TL012",), ("TL01",), {"TL012"}),
        (("TL01",), ("TL012", "TL013", "TL014"), {"TL010", "TL011", "TL015"}),
        (("TL001",), ("TL001",), frozenset()),
        (("TL00",), ("ALL",), {c for c in CONTRACT if c.startswith("TL00")}),
    ],
)
def test_the_closest_selector_decides_and_ignore_wins_a_tie(
    select: tuple[str, ...], ignore: tuple[str, ...], expected: set[str]
) -> None:
    assert resolve_codes(select, ignore) == expected


@pytest.mark.parametrize(
    ("selector", "message"),
    [
        ("TL0021", "unknown rule `TL0021`, did you mean `TL021`?"),
        ("tl011", "unknown rule `tl011`, did you mean `TL011`?"),
        ("discarded-tsk", "unknown rule `discarded-tsk`, did you mean `discarded-task`?"),
        ("overwriten-task", "unknown rule `overwriten-task`, did you mean `overwritten-task`?"),
        ("E501", "unknown rule `E501`"),
        ("", "unknown rule ``"),
    ],
)
def test_an_unknown_selector_is_an_error_that_names_the_nearest_one(
    selector: str, message: str
) -> None:
    with pytest.raises(UnknownRule) as selected:
        resolve_codes([selector], [])
    with pytest.raises(UnknownRule) as ignored:
        resolve_codes([], [selector])
    assert str(selected.value) == str(ignored.value) == message


def test_the_registry_loads_without_parser_or_terminal_libraries() -> None:
    code = (
        "import sys; from taskleash.rules.registry import all_rules; all_rules();"
        "print(sorted({'libcst', 'click', 'rich'} & sys.modules.keys()))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


def test_every_fix_has_words_wherever_it_is_told() -> None:
    kinds = {fix.kind for rule in all_rules() for fix in rule.fixes}
    assert kinds <= words.FIXES.keys()
    assert kinds - {"remove"} <= words.SIGNS.keys()
    assert kinds - {"remove"} <= audit_words.FOR.keys() & audit_words.AGAINST.keys()
