"""The command line as users run it: in this process, which is fast, or in one of its own."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from support.workers import kept_workers
from taskleash.__main__ import main

#: what decides about colour, width and encoding, and what a test run may have set
_TELLING = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "PYTHONIOENCODING", "TASKLEASH_DEBUG")
#: what has coverage measure a process: it imports modules at its start, and writes at its end
_MEASURING = ("COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG")


@dataclass(frozen=True)
class Ran:
    """How a run ended."""

    status: int
    out: str
    err: str


def taskleash(
    *arguments: str, cwd: Path, text: str = "", encoding: str = "utf-8", **variables: str
) -> Ran:
    """Run taskleash in this process, without a terminal.

    ``text`` is given on standard input, ``encoding`` is that of standard output, ``variables`` are
    further ones of the environment.
    """
    out = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    # As Python opens it.
    err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="backslashreplace")
    given = io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8")
    before = os.getcwd()
    os.chdir(cwd)
    try:
        with (
            pytest.raises(SystemExit) as end,
            patch.object(sys, "argv", ["taskleash", *arguments]),
            patch.object(sys, "stdin", given),
            patch.dict(os.environ, environment(**variables), clear=True),
            redirect_stdout(out),
            redirect_stderr(err),
            kept_workers(),
        ):
            main()
    finally:
        os.chdir(before)
    assert isinstance(end.value.code, int)
    return Ran(end.value.code, _written(out), _written(err))


def _written(stream: io.TextIOWrapper) -> str:
    stream.flush()
    assert isinstance(stream.buffer, io.BytesIO)
    return stream.buffer.getvalue().decode("utf-8")


def environment(**variables: str) -> dict[str, str]:
    """The environment of a run: a plain one, and these variables."""
    plain = {name: value for name, value in os.environ.items() if name not in _TELLING}
    return {**plain, "PYTHONUTF8": "1", **variables}


def unmeasured(**variables: str) -> dict[str, str]:
    """The environment of a run whose modules or last words are what is tested: it has no others."""
    found = environment(**variables)
    return {name: value for name, value in found.items() if name not in _MEASURING}


def python(*arguments: str, cwd: Path, **options: Any) -> Ran:
    """Run Python in a process of its own, without a terminal.

    ``options`` are further ones of `subprocess.run`.
    """
    options = {
        "stdin": subprocess.DEVNULL,
        "stdout": subprocess.PIPE,
        "env": environment(),
        **options,
    }
    ran = subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        check=False,
        timeout=300,
        **options,
    )
    return Ran(ran.returncode, ran.stdout or "", ran.stderr)
