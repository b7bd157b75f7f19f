"""Compiled modules are kept for the processes of the tests, also where that is turned off.

Some environments, such as many images of containers, set PYTHONDONTWRITEBYTECODE. Then each of the
hundreds of processes that the tests start would compile the whole of taskleash, and each worker of
pytest rewrite all modules with tests: that takes longer than the tests do.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

_FOLDER = Path(__file__).resolve().parents[2] / ".pytest_cache" / "bytecode"


def keep_bytecode() -> None:
    """Keep it in a folder apart where nothing is to be written beside the sources."""
    if not sys.dont_write_bytecode:
        return
    sys.dont_write_bytecode = False
    sys.pycache_prefix = str(_FOLDER)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(_FOLDER)
