"""Packages of the registry as test data, and what taskleash says about a folder."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from support.registry import pip


@dataclass(frozen=True)
class Finding:
    """A spawn site as the JSON report has it; ``rule`` is None for a sound one."""

    path: str
    line: int
    rule: str | None
    risk: str


def unpacked(requirement: str, folder: Path, *, sdist: bool = False) -> Path:
    """Download one pinned requirement into the folder and unpack it there.

    Raises `support.registry.PipError` where the registry does not answer or lacks it.
    """
    kind = "--no-binary=:all:" if sdist else "--only-binary=:all:"
    downloads = folder / "downloads"
    pip("download", "--quiet", "--no-deps", kind, "--dest", str(downloads), requirement)
    (archive,) = downloads.iterdir()
    shutil.unpack_archive(archive, folder / "unpacked", format=None if sdist else "zip")
    return folder / "unpacked"


def scanned(folder: Path, path: str = ".") -> list[Finding]:
    """Every spawn site that a scan of the path reports, run in the folder."""
    command = [sys.executable, "-m", "taskleash", "scan", "--format", "json", path]
    ran = subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE, encoding="utf-8")
    sites = json.loads(ran.stdout)["sites"]
    return [Finding(s["path"], s["line"], s["rule"], s["risk"]) for s in sites]
