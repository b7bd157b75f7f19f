"""The whole audit of the source reports' project, before and after the fix, word for word."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.command import taskleash
from support.pinned import pinned
from support.programs import FIXTURES

PINNED = Path(__file__).parent / "pinned"
WITHOUT_PROXY = ("--flag", "enable_proxy=false")


@pytest.mark.parametrize("name", ["voice_assistant", "voice_assistant_fixed"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_document(name: str, lang: str) -> None:
    options = ("--lang", lang, "--format", "markdown")
    ran = taskleash("scan", *WITHOUT_PROXY, *options, name, cwd=FIXTURES)
    assert (ran.status, ran.err) == (0, "")
    assert ran.out == pinned(PINNED / f"{name}.{lang}.md", ran.out)


@pytest.mark.parametrize("by", ["component", "lifetime"])
@pytest.mark.parametrize("width", ["80", "100"])
def test_the_tables(by: str, width: str) -> None:
    options = (*WITHOUT_PROXY, "--by", by)
    ran = taskleash("scan", *options, "voice_assistant", cwd=FIXTURES, COLUMNS=width)
    assert (ran.status, ran.err) == (0, "")
    assert ran.out == pinned(PINNED / f"{by}.{width}.txt", ran.out)


def test_in_full() -> None:
    ran = taskleash("scan", *WITHOUT_PROXY, "--format", "full", "voice_assistant", cwd=FIXTURES)
    assert (ran.status, ran.err) == (0, "")
    assert ran.out == pinned(PINNED / "full.txt", ran.out)
