"""Under which key something is kept: a digest of all that it depends on."""

from __future__ import annotations

import os
import sys
from functools import cache
from hashlib import blake2b
from importlib.util import find_spec

from taskleash import __version__

DIGEST_BYTES = 16
#: the packages whose code decides what is kept; `driver` chooses the files
_DECIDING = ("source", "models", "facts", "dataflow", "link", "classify", "driver")


def digest(data: bytes) -> bytes:
    """Stands for the bytes."""
    return blake2b(data, digest_size=DIGEST_BYTES).digest()


def key(kind: str, *parts: bytes) -> bytes:
    """The key of what this version of the program makes of the parts."""
    hashed = blake2b(_program(), digest_size=DIGEST_BYTES)
    for part in (kind.encode(), *parts):
        hashed.update(len(part).to_bytes(8, "little"))
        hashed.update(part)
    return hashed.digest()


@cache
def _program() -> bytes:
    """Stands for the code that runs: this package's own, the parser's version, Python's."""
    hashed = blake2b(digest_size=DIGEST_BYTES)
    hashed.update(f"{__version__} {sys.version_info[:2]}".encode())
    root = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
    for package in _DECIDING:
        for path in _modules(os.path.join(root, package)):
            hashed.update(_read(path))
    parser = find_spec("libcst")
    if parser is not None and parser.origin is not None:
        # The version without importing the library, which takes longer than a whole warm run.
        hashed.update(_read(os.path.join(os.path.dirname(parser.origin), "_version.py")))
    return hashed.digest()


def _modules(folder: str) -> list[str]:
    found = []
    for path, _, names in os.walk(folder):
        found += [os.path.join(path, name) for name in names if name.endswith(".py")]
    return sorted(found)


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        # Installed without its sources: the version has to do.
        return b""
