"""The package registry: asked patiently, and missed only where nobody answers."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from functools import cache
from tempfile import TemporaryDirectory

#: pip waits a bit longer each time; a registry under load answers in the end
PATIENT = {"PIP_RETRIES": "6", "PIP_DEFAULT_TIMEOUT": "60", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
#: most of what is installed is never imported: to compile all of it takes longer than to install it
QUICK = {"PIP_NO_COMPILE": "1"}
#: before the whole is tried again: pip itself does not where an answer breaks off half-way
_PAUSES = (2, 10)
#: how pip words that there was nobody to ask
_NOBODY = ("connection broken by", "Could not fetch URL", "Max retries exceeded")


class PipError(Exception):
    """What pip said when it failed for the last time."""


def pip(*arguments: str) -> None:
    """Run a command of pip, three times at most; raises `PipError`."""
    for pause in _PAUSES:
        try:
            _once(*arguments)
        except PipError:
            time.sleep(pause)
        else:
            return
    _once(*arguments)


def _once(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", *arguments]
    environment = {**os.environ, **PATIENT, **QUICK}
    ran = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8")
    if ran.returncode:
        raise PipError(ran.stderr)


@cache
def unreachable() -> str:
    """Why what needs the registry cannot be tried; empty where one answers."""
    with TemporaryDirectory() as folder:
        try:
            # Small, and wherever pytest was installed from.
            _once("download", "--quiet", "--no-deps", "--dest", folder, "iniconfig")
        except PipError as error:
            if any(words in str(error) for words in _NOBODY):
                return "the package registry does not answer"
    return ""
