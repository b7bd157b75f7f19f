"""System calls that fail: of those that concern a folder, one of them, the n-th."""

from __future__ import annotations

import builtins
import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import patch

from support.workers import new_workers

#: what a file is written with, and put in its place
STEPS: tuple[tuple[ModuleType, str], ...] = (
    (builtins, "open"),
    (os, "open"),
    (os, "fsync"),
    (os, "replace"),
    (os, "chmod"),
    (os, "utime"),
    (os, "mkdir"),
    (shutil, "copystat"),
)
ERRORS = (errno.ENOSPC, errno.EIO, errno.EACCES)


@dataclass
class Hook:
    """What is called in place of the n-th call; ``reached`` tells whether there was one."""

    number: int
    act: Callable[[], None]
    calls: int = 0
    reached: bool = field(default=False)


@contextmanager
def hooked(
    step: tuple[ModuleType, str], number: int, folder: Path, act: Callable[[], None]
) -> Iterator[Hook]:
    """Have ``act`` called before the n-th call of the step that concerns a file in the folder."""
    module, name = step
    real = getattr(module, name)
    hook = Hook(number, act)

    def called(*arguments: Any, **options: Any) -> Any:
        if any(_concerns(value, folder) for value in (*arguments, *options.values())):
            hook.calls += 1
            if hook.calls == number:
                hook.reached = True
                act()
        return real(*arguments, **options)

    # Of these steps a worker takes but this one.
    workers = new_workers() if name == "open" else nullcontext()
    with patch.object(module, name, called), workers:
        yield hook


def failing(step: tuple[ModuleType, str], number: int, folder: Path, error: int) -> Any:
    """Have the n-th call of the step that concerns a file in the folder fail with this error."""

    def act() -> None:
        raise OSError(error, os.strerror(error))

    return hooked(step, number, folder, act)


def _concerns(value: object, folder: Path) -> bool:
    """Whether a call with this argument may be about the folder; of a descriptor nobody knows."""
    if isinstance(value, int) and not isinstance(value, bool):
        # Not the standard streams, and no flags or modes.
        return 2 < value < 256
    if not isinstance(value, str | Path):
        return False
    return Path(os.path.abspath(value)).is_relative_to(folder)
