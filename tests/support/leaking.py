"""Small projects with a finding in each file, for tests of what is written."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from support.command import taskleash

LEAKING = """import asyncio


async def work():
    await asyncio.sleep(1)


async def go():
    asyncio.create_task(work())
    print("{name}")
"""

Tree = Mapping[str, bytes]


def leaking(count: int) -> dict[str, bytes]:
    """Files that a safe fix mends, by name."""
    return {f"file{n}.py": LEAKING.format(name=n).encode() for n in range(count)}


def write_tree(folder: Path, files: Tree) -> None:
    """Make the folder hold these files and no others."""
    for path in folder.iterdir():
        path.unlink()
    for name, data in files.items():
        (folder / name).write_bytes(data)


def read_tree(folder: Path) -> dict[str, bytes]:
    """The files of the folder, hidden ones too."""
    return {name: (folder / name).read_bytes() for name in sorted(os.listdir(folder))}


def after(folder: Path, files: Tree, *arguments: str) -> dict[str, bytes]:
    """What a run leaves of the files where nothing goes wrong."""
    write_tree(folder, files)
    taskleash(*arguments, cwd=folder)
    return read_tree(folder)
