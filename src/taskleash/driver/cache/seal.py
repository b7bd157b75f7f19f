"""What this user's own runs kept, told from what came with a checkout or from another machine.

A seal is a digest with a key that lies in the user's cache folder, beside the caches and in none of
them. What bears one is what a run of this user wrote, byte for byte: it need not be looked at again
for traps. Whatever is wrong with the key, nothing is sealed.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from hashlib import blake2b
from hmac import compare_digest

_KEY_BYTES = 32
_SEAL_BYTES = 16
_FLAGS = os.O_NOFOLLOW | os.O_NONBLOCK if hasattr(os, "O_NOFOLLOW") else 0
_BINARY = getattr(os, "O_BINARY", 0)


class Sealed(bytes):
    """Bytes that a run of this user wrote."""


class Seal:
    """Seals with the key at a path; None where there is no place for one."""

    def __init__(self, path: str | None) -> None:
        self._path = path
        self._key = _read(path) if path is not None else None

    def of(self, data: bytes) -> bytes:
        """The seal for bytes; empty where there is no key, nor can one be made."""
        if self._key is None and self._path is not None:
            self._key = _made(self._path)
        return _digest(data, self._key) if self._key is not None else b""

    def opened(self, data: bytes, seal: bytes) -> bytes:
        """The bytes, which are `Sealed` where they bear the seal."""
        if self._key is not None and compare_digest(seal, _digest(data, self._key)):
            return Sealed(data)
        return data


def _digest(data: bytes, key: bytes) -> bytes:
    return blake2b(data, digest_size=_SEAL_BYTES, key=key).digest()


def _read(path: str) -> bytes | None:
    """The key, where it is a file that nobody else can have written or read."""
    try:
        descriptor = os.open(path, os.O_RDONLY | _BINARY | _FLAGS)
    except (OSError, ValueError):
        return None
    try:
        status = os.fstat(descriptor)
        key = os.read(descriptor, _KEY_BYTES + 1)
    except OSError:
        return None
    finally:
        os.close(descriptor)
    is_file = stat.S_ISREG(status.st_mode) and status.st_nlink == 1
    return key if is_file and _is_private(status) and len(key) == _KEY_BYTES else None


def _is_private(status: os.stat_result) -> bool:
    # On Windows the folder is the user's own, and modes say nothing.
    if not hasattr(os, "getuid"):
        return True
    return status.st_uid == os.getuid() and not status.st_mode & 0o077


def _made(path: str) -> bytes | None:
    """A new key, where there is none; None where it cannot be kept."""
    with suppress(OSError, ValueError):
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o600)
        try:
            key = os.urandom(_KEY_BYTES)
            if os.write(descriptor, key) == _KEY_BYTES:
                return key
        finally:
            os.close(descriptor)
    return _read(path)
