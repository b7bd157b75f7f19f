"""flake8-async's own test data for ASYNC300, compared line by line."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.packages import scanned
from support.peers import commented, disagreements

# Lines where taskleash differs on purpose, each with its reason.
KNOWN = {
    28: "the name is never read",
    31: "the list is local, and nobody reads it after the append",
    33: "the function that gets the task does nothing with it",
    35: "the name is never read",
    37: "the list is local and never read",
    40: "the object that takes the task dies with the function",
    41: "the object that takes the task dies with the function",
    43: "the list is local and never read",
    73: "an import inside a function counts",
    80: "the only call of the lambda drops the task",
}


@pytest.mark.network
def test_every_positive_is_reported_and_no_negative_is_high(flake8_async: Path) -> None:
    source = (flake8_async / "async300.py").read_text(encoding="utf-8")
    verdicts = commented(source, "ASYNC300")
    assert (len(verdicts.positive), len(verdicts.negative)) == (6, 12)
    assert disagreements(verdicts, scanned(flake8_async, "async300.py"), KNOWN) == []
