"""The expectation comments of the fixtures are read as their grammar says."""

from __future__ import annotations

import pytest

from support.expectations import Expectation, MalformedExpectation, expectations, observed
from taskleash.verdict.model import (
    Cell,
    Ending,
    Handle,
    Lifetime,
    Multiplicity,
    Risk,
    Site,
    Span,
    State,
)


def read(comment: str) -> list[Expectation]:
    found = expectations(f"x = 1\ny = f()  {comment}\n", "a.py")
    return found.get(2, [])


def test_expect_states_rule_risk_handle_and_ending() -> None:
    assert read("# expect: TL001 high discarded/none") == [
        Expectation("TL001", "high", "discarded", "none")
    ]


def test_risk_handle_and_ending_are_optional_in_expect() -> None:
    assert read("# expect: TL006") == [Expectation("TL006")]


def test_sound_means_no_rule_and_no_risk() -> None:
    assert read("# sound: stored/self-removing") == [
        Expectation("-", "none", "stored", "self-removing")
    ]


def test_sound_may_leave_out_the_ending() -> None:
    assert read("# sound: owned") == [Expectation("-", "none", "owned")]


def test_further_words_come_in_any_order() -> None:
    comment = "# sound: task=poll loop cleaned=yes:gathered local/awaited short tracked=yes:tracked"
    assert read(comment) == [
        Expectation(
            rule="-",
            risk="none",
            handle="local",
            ending="awaited",
            lifetime="short",
            multiplicity="loop",
            tracked="yes:tracked",
            cleaned="yes:gathered",
            task="poll",
        )
    ]


def test_sites_of_one_line_are_separated_by_semicolons() -> None:
    assert read("# expect: TL001; sound: local/awaited") == [
        Expectation("TL001"),
        Expectation("-", "none", "local", "awaited"),
    ]


def test_other_comments_and_strings_say_nothing() -> None:
    assert expectations('a = "# expect: TL001"  # an expectation\n# soundness\n', "a.py") == {}


@pytest.mark.parametrize(
    ("comment", "reason"),
    [
        ("# expect TL001", "expected `expect:` or `sound:`"),
        ("# expect: high", "without a rule code"),
        ("# expect: TL001 TL002", "rule given twice"),
        ("# sound: TL001", "`sound` with a rule code"),
        ("# sound: high stored", "`sound` with a rule code or a risk"),
        ("# sound: kept/none", "'kept' is not a valid Handle"),
        ("# sound: stored/ended", "'ended' is not a valid Ending"),
        ("# sound: stored tracked=yes:well", "unknown tracked=yes:well"),
        ("# sound: stored cleaned=maybe:none", "'maybe' is not a valid State"),
        ("# sound: stored colour=red", "unknown colour=red"),
        ("# sound: stored; nothing", "expected `expect:` or `sound:`"),
    ],
)
def test_a_wrong_comment_is_an_error_with_its_place(comment: str, reason: str) -> None:
    with pytest.raises(MalformedExpectation) as caught:
        read(comment)
    assert str(caught.value).startswith("a.py:2: ")
    assert reason in str(caught.value)


def test_only_the_stated_fields_are_compared() -> None:
    seen = Expectation("TL001", "high", "discarded", "none", "short", "loop", "no:none", "no:none")
    assert Expectation("TL001").mismatches(seen) == ()
    assert Expectation("TL001", "low", lifetime="endless").mismatches(seen) == ("risk", "lifetime")


def test_a_site_is_described_in_the_words_of_the_comments() -> None:
    span = Span(3, 5, 3, 9)
    site = Site(
        path="a.py",
        span=span,
        statement=span,
        call="asyncio.create_task",
        task="poll",
        scope="main",
        handle=Handle.STORED,
        ending=Ending.CANCELLED,
        lifetime=Lifetime.ENDLESS,
        multiplicity=Multiplicity.ONCE,
        risk=Risk.NONE,
        tracked=Cell(State.YES, "tracked"),
        cleaned=Cell(State.YES, "cancelled"),
    )
    text = (
        "- none stored/cancelled endless once tracked=yes:tracked cleaned=yes:cancelled task=poll"
    )
    assert str(observed(site, "")) == text
    assert observed(site, "TL010").rule == "TL010"
