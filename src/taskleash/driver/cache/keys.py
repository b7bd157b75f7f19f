"""Under which key something is kept: a digest of all that it depends on."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from functools import cache
from hashlib import blake2b
from importlib.util import find_spec

from taskleash import __version__

DIGEST_BYTES = 16


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
    hashed.update(code_of(os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))))
    parser = find_spec("libcst")
    if parser is not None and parser.origin is not None:
        # The version without importing the library, which takes longer than a whole warm run.
        hashed.update(_read(os.path.join(os.path.dirname(parser.origin), "_version.py")))
    return hashed.digest()


def code_of(package: str) -> bytes:
    """Stands for the code of a package: by what its installer has written down of its files.

    Where it runs from its sources, by their sizes and times, which are enough for Python, too.
    Empty where it has no files: the version has to do.
    """
    name = os.path.basename(package)
    record = _read(f"{package}-{__version__}.dist-info/RECORD")
    lines = [line for line in record.splitlines() if line.startswith(f"{name}/".encode())]
    return b"\n".join(sorted(line for line in lines if b".pyc," not in line)) or _sources(package)


def _sources(folder: str) -> bytes:
    found = []
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                if entry.name != "__pycache__":
                    found.append(entry.name.encode() + b"/" + _sources(entry.path))
            else:
                status = entry.stat()
                found.append(f"{entry.name} {status.st_size} {status.st_mtime_ns}\n".encode())
    return b"".join(sorted(found))


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""
