"""The pinned packages that speed is measured on, downloaded once into the user's cache folder."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import BenchmarkError


@dataclass(frozen=True)
class Corpus:
    """Packages that are measured together; ``python`` is the version that they are made for."""

    name: str
    requirements: tuple[str, ...]
    python: str = "3.14"


@dataclass(frozen=True)
class Size:
    """How much there is to read."""

    files: int
    lines: int


@dataclass(frozen=True)
class Bodies:
    """The bodies of functions and how many lines these have."""

    functions: int
    lines: int


CORPORA = {
    corpus.name: corpus
    for corpus in (
        Corpus("homeassistant", ("homeassistant==2026.2.3",)),
        Corpus("litellm", ("litellm==1.109.1",), "3.12"),
        Corpus(
            "labelled",
            (
                "aiohttp==3.14.5",
                "chainlit==2.12.0",
                "discord.py==2.7.1",
                "nats-py==2.16.0",
                "sanic==25.12.1",
                "telethon==1.45.0",
            ),
            "3.12",
        ),
    )
}


def cache_folder() -> Path:
    """The folder that the unpacked packages are kept in, outside of the repository."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "taskleash" / "benchmarks"


def unpacked(corpus: Corpus) -> list[Path]:
    """One folder for each package; raises BenchmarkError where one cannot be had."""
    return [_package(requirement, corpus.python) for requirement in corpus.requirements]


def size(folder: Path) -> Size:
    """The Python files below a folder and their lines."""
    contents = [path.read_bytes() for path in python_files(folder)]
    return Size(len(contents), sum(data.count(b"\n") for data in contents))


def bodies_of(files: Iterable[Path]) -> Bodies:
    """The bodies of the functions in the files, of those inside of others not once more."""
    functions = lines = 0
    for path in files:
        with suppress(SyntaxError, ValueError):
            pending: list[ast.AST] = [ast.parse(path.read_bytes())]
            while pending:
                node = pending.pop()
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    functions += 1
                    lines += (node.end_lineno or 0) - node.body[0].lineno + 1
                else:
                    pending += ast.iter_child_nodes(node)
    return Bodies(functions, lines)


def python_files(folder: Path) -> list[Path]:
    """The Python files below a folder, sorted."""
    found = (path for suffix in ("*.py", "*.pyi") for path in folder.rglob(suffix))
    return sorted(path for path in found if path.is_file())


def _package(requirement: str, python: str) -> Path:
    cache = cache_folder()
    folder = cache / requirement.replace("==", "-")
    if folder.is_dir():
        return folder
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as scratch:
        downloads, whole = Path(scratch, "downloads"), Path(scratch, "whole")
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        pip += ["--only-binary", ":all:", "--python-version", python, "--dest", str(downloads)]
        ran = subprocess.run([*pip, requirement], capture_output=True, encoding="utf-8")
        if ran.returncode:
            raise BenchmarkError(f"{requirement}: the download failed:\n{ran.stderr.strip()}")
        (wheel,) = downloads.iterdir()
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(whole)
        # Renamed at last, so that a download that was interrupted is not taken for a whole one.
        whole.rename(folder)
    return folder
