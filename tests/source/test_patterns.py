"""What is wrong with a pattern that somebody wrote."""

from __future__ import annotations

import pytest

from taskleash.source.excludes import anchored
from taskleash.source.patterns import mistake


@pytest.mark.parametrize(
    ("pattern", "what"),
    [
        ("a[b", "a [ is not closed"),
        ("[z-a].py", "[z-a] has a range that runs backwards"),
        ("{a,b", "a brace has no partner"),
        ("a,b}", "a brace has no partner"),
        ("}a{", "a brace has no partner"),
        ("{a}}{", "a brace has no partner"),
        ("[{]}", "a brace has no partner"),
    ],
)
def test_a_mistake(pattern: str, what: str) -> None:
    assert mistake(pattern).startswith(what)


@pytest.mark.parametrize(
    "pattern", ["a", "{a,b}", "{a,{b,c}}", "[[]", "[!a-z]", "[]]", "[{]", "**/x"]
)
def test_no_mistake(pattern: str) -> None:
    assert mistake(pattern) == ""


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("a.py", "a.py"),
        ("/a/*.py", "/a/*.py"),
        ("b/*.py", "/project[[]1]/b/*.py"),
    ],
)
def test_a_pattern_stays_with_its_folder(pattern: str, expected: str) -> None:
    # A bracket of the folder's own name is no class.
    assert anchored(pattern, "/project[1]/") == expected
