from __future__ import annotations

import subprocess
import sys

import pytest

from support.reports import voice_assistant
from taskleash.reporters.options import RenderOptions
from taskleash.reporters.registry import FORMATS, render


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_ends_its_last_line_and_repeats_itself(name: str) -> None:
    text = render(name, voice_assistant(), RenderOptions())
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert text == render(name, voice_assistant(), RenderOptions())


def test_an_unknown_format_is_an_error() -> None:
    with pytest.raises(KeyError, match="tabel"):
        render("tabel", voice_assistant(), RenderOptions())


def test_statistics_leave_the_formats_for_machines_and_pages_alone() -> None:
    counted = {
        name
        for name in FORMATS
        if render(name, voice_assistant(), RenderOptions(statistics=True))
        != render(name, voice_assistant(), RenderOptions())
    }
    assert counted == {"table", "full", "concise"}


def test_the_list_of_formats_imports_none_of_them() -> None:
    code = (
        "import sys, taskleash.reporters.registry\n"
        "print(sorted(n for n in sys.modules if n == 'rich' or 'reporters.' in n))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    loaded = ["options", "registry", "report"]
    assert result.stdout.strip() == str([f"taskleash.reporters.{name}" for name in loaded])
