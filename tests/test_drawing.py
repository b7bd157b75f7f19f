"""The suite tries the same examples wherever and in whatever order it is run."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.drawing import steady

#: what hypothesis would draw from, were it in a module that is imported
CONSTANTS = "\n".join(f"N{n} = {n * 7919}; T{n} = 'text of {n}'" for n in range(1, 400))


def drawn() -> list[tuple[int, str]]:
    """The examples of one property."""
    found = []

    @steady(200)
    @given(st.integers(), st.text())
    def collect(number: int, text: str) -> None:
        found.append((number, text))

    collect()
    return found


def test_what_is_drawn_is_the_same_whatever_is_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not settings().derandomize:
        pytest.skip("a soak draws at random")
    before = drawn()
    (tmp_path / "full_of_constants.py").write_text(CONSTANTS, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    assert importlib.import_module("full_of_constants").N2 == 2 * 7919
    assert drawn() == before
    assert len(before) == 200


def test_no_example_is_kept_or_timed() -> None:
    assert settings().database is None
    assert settings().deadline is None
