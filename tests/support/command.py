"""The command line as users run it: a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TASKLEASH = (sys.executable, "-m", "taskleash")
#: what decides about colour, width and encoding, and what a test run may have set
_TELLING = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "PYTHONIOENCODING", "TASKLEASH_DEBUG")


@dataclass(frozen=True)
class Ran:
    """How a run ended."""

    status: int
    out: str
    err: str


def environment(**variables: str) -> dict[str, str]:
    """The environment of a run: a plain one, and these variables."""
    plain = {name: value for name, value in os.environ.items() if name not in _TELLING}
    return {**plain, "PYTHONUTF8": "1", **variables}


def python(*arguments: str, cwd: Path, **options: Any) -> Ran:
    """Run Python, without a terminal; ``options`` are those of `subprocess.run`."""
    options = {"stdin": subprocess.DEVNULL, "env": environment(), **options}
    if "input" in options:
        del options["stdin"]
    ran = subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        stdout=options.pop("stdout", subprocess.PIPE),
        stderr=subprocess.PIPE,
        encoding="utf-8",
        check=False,
        timeout=60,
        **options,
    )
    return Ran(ran.returncode, ran.stdout or "", ran.stderr)


def taskleash(*arguments: str, cwd: Path, **options: Any) -> Ran:
    """Run taskleash, without a terminal; ``options`` are those of `subprocess.run`."""
    return python("-m", "taskleash", *arguments, cwd=cwd, **options)
