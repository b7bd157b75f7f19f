"""What stands for the bytes of very many files, of which a copy of this process reads its part."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress

from taskleash.driver.cache.keys import DIGEST_BYTES, digest
from taskleash.source.loading import InvalidSource, read_bytes

#: so many are read before a copy of this process would have begun
FEW = 500
#: stands for a file that cannot be read
UNREADABLE = bytes(DIGEST_BYTES)


def digests(paths: Sequence[str], jobs: int) -> list[bytes]:
    """What stands for the bytes of each file, `UNREADABLE` where there are none to be had.

    Where ``jobs`` are more than one, two processes read them, as far as it is safe to copy this one
    and there is something to gain.
    """
    if sys.platform != "linux" or threading.active_count() > 1 or jobs < 2 or len(paths) < FEW:
        return _read(paths)
    half = len(paths) // 2
    ours, theirs = os.pipe()
    child = os.fork()
    if not child:
        # Whatever happens here, even Ctrl-C, this copy must not go on with what the other one does.
        try:
            os.close(ours)
            _send(theirs, b"".join(_read(paths[half:])))
        finally:
            os._exit(0)
    os.close(theirs)
    try:
        first = _read(paths[:half])
        rest = _received(ours)
    finally:
        os.close(ours)
        os.waitpid(child, 0)
    if len(rest) != (len(paths) - half) * DIGEST_BYTES:
        return first + _read(paths[half:])
    return first + [rest[at : at + DIGEST_BYTES] for at in range(0, len(rest), DIGEST_BYTES)]


def _read(paths: Sequence[str]) -> list[bytes]:
    found = []
    for path in paths:
        each = UNREADABLE
        with suppress(InvalidSource):
            each = digest(read_bytes(path))
        found.append(each)
    return found


def _send(end: int, data: bytes) -> None:
    while data:
        data = data[os.write(end, data) :]


def _received(end: int) -> bytes:
    parts = []
    while part := os.read(end, 1 << 16):
        parts.append(part)
    return b"".join(parts)
