"""Other linters, run on a folder: file and line of all that they report of dropped tasks."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterable
from functools import cache
from pathlib import Path

#: what is installed beside the project: none of it is needed to develop
FLAKE8 = ("flake8==7.3.0", "flake8-async==26.8.1")
MYPY_CODES = ("unused-awaitable", "unused-coroutine")
_LINE = re.compile(r"^(?:\./)?(?P<path>[^:]+):(?P<line>\d+):")

Place = tuple[str, int]


def ruff(folder: Path) -> set[Place]:
    """RUF006: a task whose reference is dropped."""
    select = ["--isolated", "--no-cache", "--select", "RUF006", "--exit-zero", "--quiet"]
    command = [sys.executable, "-m", "ruff", "check", *select, "--output-format", "json", "."]
    ran = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, check=True, encoding="utf-8")
    return {
        (Path(each["filename"]).relative_to(folder.resolve()).as_posix(), each["location"]["row"])
        for each in json.loads(ran.stdout)
        if each["code"] == "RUF006"
    }


def flake8_async(folder: Path, files: Iterable[str] = (".",)) -> set[Place]:
    """ASYNC300: a task whose handle is not kept. Files that it cannot parse are left out."""
    command = [str(_flake8()), "--isolated", "--select", "ASYNC300", *files]
    ran = subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", check=False)
    return _places(ran.stdout, "ASYNC300")


def mypy(folder: Path) -> set[Place]:
    """unused-awaitable and unused-coroutine, in each file by itself."""
    codes = [f"--enable-error-code={code}" for code in MYPY_CODES]
    options = ["--ignore-missing-imports", "--check-untyped-defs", "--no-incremental", *codes]
    options += ["--namespace-packages", "--explicit-package-bases", "--no-error-summary"]
    command = [sys.executable, "-m", "mypy", "--config-file=", *options, "."]
    ran = subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", check=False)
    return {place for code in MYPY_CODES for place in _places(ran.stdout, f"[{code}]")}


def _places(text: str, mark: str) -> set[Place]:
    found = (_LINE.match(line) for line in text.splitlines() if mark in line)
    return {(match["path"], int(match["line"])) for match in found if match}


@cache
def _flake8() -> Path:
    """flake8 with its plugin, installed once into the user's cache folder."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(base) / "taskleash" / "-".join(FLAKE8).replace("==", "-")
    programs = folder / ("Scripts" if sys.platform == "win32" else "bin")
    if not (programs / "flake8").exists():
        venv.create(folder, with_pip=True)
        pip = [str(programs / "python"), "-m", "pip", "install", "--quiet", *FLAKE8]
        if subprocess.run(pip).returncode:
            shutil.rmtree(folder)
            raise RuntimeError(f"{FLAKE8[1]} cannot be installed")
    return programs / "flake8"
