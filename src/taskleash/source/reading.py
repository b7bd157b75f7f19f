"""Files of a checkout, which may be anything: only regular files are read, and only so many bytes.

A pipe would keep a run waiting for ever, a device such as `/dev/zero` has no end, and a file of
some gigabytes fills the memory. Whoever reads a file that the user did not write reads it here.
"""

from __future__ import annotations

import errno
import os
import stat

#: source files: the longest that anyone wrote by hand has a tenth of it
SOURCE_BYTES = 16 << 20
#: ignore files, configurations and settings
TEXT_BYTES = 2 << 20
#: a baseline has a line for each finding
BASELINE_BYTES = 32 << 20

# A pipe is opened at once, whether anybody writes to it or not. Windows has no such pipes in its
# folders, but translates newlines unless it is told not to.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def read_regular(path: str, most: int) -> bytes:
    """The bytes of the regular file at ``path``; links are followed.

    Raises OSError, whose ``strerror`` fits into a message: also where there is something else than
    a regular file, or one of more than ``most`` bytes.
    """
    try:
        descriptor = os.open(path, _FLAGS)
    except ValueError:
        raise OSError(errno.EINVAL, "not a path", path) from None
    try:
        status = os.fstat(descriptor)
        if stat.S_ISDIR(status.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "not a regular file", path)
        if status.st_size > most:
            raise OSError(errno.EFBIG, _too_large(most), path)
        return _all(descriptor, status.st_size, most, path)
    finally:
        os.close(descriptor)


def _all(descriptor: int, size: int, most: int, path: str) -> bytes:
    """All bytes; the size that the file system tells is 0 for some files that have contents."""
    data = os.read(descriptor, size + 1)
    if len(data) == size:
        return data
    # It grows, or there is more than can be read at once.
    parts = [data]
    total = len(data)
    while data and total <= most:
        data = os.read(descriptor, min(most + 1 - total, 1 << 20))
        parts.append(data)
        total += len(data)
    if total > most:
        raise OSError(errno.EFBIG, _too_large(most), path)
    return b"".join(parts)


def _too_large(most: int) -> str:
    return f"larger than {most >> 20} megabytes"
