"""The runs of taskleash that are measured, each with what has to be there before it."""

from __future__ import annotations

import ast
import itertools
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from benchmarks.corpora import python_files
from benchmarks.measure import BenchmarkError, Subject

TASKLEASH = [str(Path(sys.executable).with_name("taskleash"))]


def require_taskleash() -> None:
    """Raise BenchmarkError where what is to be measured is not there."""
    if shutil.which(TASKLEASH[0]) is None:
        raise BenchmarkError(
            f"taskleash is not installed beside {sys.executable}:"
            " use the Python of an environment that has it"
        )


class Runs:
    """Runs over one folder, whose files are edited and put back; ``scratch`` is for the caches."""

    def __init__(self, folder: Path, scratch: Path) -> None:
        self._folder = folder
        self._scratch = scratch
        self._filled = scratch / "filled"
        self._numbers = itertools.count()
        self._random = random.Random(0)
        self._files = python_files(folder)
        self._spawning = _spawning_file(self._files)
        self._originals: dict[Path, bytes] = {}
        self._run("scan", self._filled)

    def cold(self, name: str = "cold") -> Subject:
        """A scan with an empty cache."""
        cache = self._scratch / "cold"
        return self._scan(name, cache, lambda: shutil.rmtree(cache, ignore_errors=True))

    def warm(self) -> Subject:
        """A scan with the cache of one before, and nothing changed."""
        cache = self._copied("warm")
        return self._scan("warm", cache, self._put_back)

    def restored(self) -> Subject:
        """A scan of a fresh checkout in another folder, with the cache of an earlier one."""
        cache, checkout = self._scratch / "restored", self._scratch / "checkout"
        shutil.copytree(self._folder, checkout)

        def prepare() -> None:
            self._refill(cache)
            for path in checkout.rglob("*"):
                os.utime(path)

        return replace(self._scan("fresh checkout", cache, prepare), cwd=checkout)

    def changed(self) -> Subject:
        """A scan after an edit of any file, each time of another one: a new function at its end."""
        return self._changed("any file changed", lambda: self._random.choice(self._files))

    def spawning_changed(self) -> Subject:
        """The same for a file that spawns."""
        return self._changed("a spawning file changed", lambda: self._spawning)

    def body_changed(self) -> Subject:
        """A scan after a new statement in front of a spawn."""
        cache = self._scratch / "body"

        def prepare() -> None:
            self._refill(cache)
            self._put_back()
            text = self._originals[self._spawning] = self._spawning.read_bytes()
            self._spawning.write_bytes(_with_statement(text, next(self._numbers)))

        return self._scan("a function that spawns changed", cache, prepare)

    def commented(self) -> Subject:
        """A scan after a new comment on top of a file that spawns."""
        cache = self._scratch / "commented"

        def prepare() -> None:
            self._refill(cache)
            self._put_back()
            text = self._originals[self._spawning] = self._spawning.read_bytes()
            self._spawning.write_bytes(f"# note {next(self._numbers)}\n".encode() + text)

        return self._scan("a comment in a spawning file", cache, prepare)

    def staged(self) -> Subject:
        """A check of one edited file, where the cache has what a scan of the project left."""
        cache = self._scratch / "staged"

        def prepare() -> None:
            self._refill(cache)
            self._edit(self._spawning)

        path = str(self._spawning.relative_to(self._folder))
        command = [*TASKLEASH, "check", *_options(cache), "--project-root", ".", path]
        return Subject("check of one staged file", command, self._folder, prepare, (0, 1))

    def version(self) -> Subject:
        """`taskleash --version`."""
        return Subject("--version", [*TASKLEASH, "--version"], self._folder)

    def parsed(self) -> list[Path]:
        """The files that a scan parses."""
        script = Path(__file__).with_name("parsed.py")
        ran = subprocess.run(
            [sys.executable, str(script)], cwd=self._folder, capture_output=True, encoding="utf-8"
        )
        if ran.returncode:
            raise BenchmarkError(f"{script.name} fails:\n{ran.stderr.strip()}")
        return [self._folder / line for line in ran.stdout.splitlines()]

    def _changed(self, name: str, choice: Callable[[], Path]) -> Subject:
        cache = self._scratch / name.replace(" ", "-")

        def prepare() -> None:
            self._refill(cache)
            self._edit(choice())

        return self._scan(name, cache, prepare)

    def _scan(self, name: str, cache: Path, prepare: Callable[[], None]) -> Subject:
        command = [*TASKLEASH, "scan", *_options(cache), "--format", "json", "."]
        return Subject(name, command, self._folder, prepare)

    def _run(self, command: str, cache: Path) -> None:
        ran = subprocess.run(
            [*TASKLEASH, command, *_options(cache), "."],
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        if ran.returncode:
            raise BenchmarkError(f"`taskleash {command}` fails:\n{ran.stderr.strip()}")

    def _copied(self, name: str) -> Path:
        self._refill(self._scratch / name)
        return self._scratch / name

    def _refill(self, cache: Path) -> None:
        shutil.rmtree(cache, ignore_errors=True)
        shutil.copytree(self._filled, cache)

    def _edit(self, path: Path) -> None:
        self._put_back()
        self._originals[path] = path.read_bytes()
        number = next(self._numbers)
        added = f"\n\ndef added_{number}():\n    return {number}\n"
        path.write_bytes(self._originals[path] + added.encode())

    def _put_back(self) -> None:
        while self._originals:
            path, text = self._originals.popitem()
            path.write_bytes(text)


def _with_statement(text: bytes, number: int) -> bytes:
    """A text with a new statement in front of a spawn, or of what calls `create_task` otherwise.

    Raises BenchmarkError where there is none.
    """
    spawning = [
        statement
        for function in ast.walk(ast.parse(text))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for statement in ast.walk(function)
        if isinstance(statement, ast.stmt) and statement is not function and _spawns(statement)
    ]
    if not spawning:
        raise BenchmarkError("the file that is edited starts no task by `create_task`")
    first = min(spawning, key=lambda each: ((each.end_lineno or 0) - each.lineno, each.lineno))
    lines = text.splitlines(keepends=True)
    lines.insert(first.lineno - 1, b" " * first.col_offset + f"print({number})\n".encode())
    return b"".join(lines)


def _spawns(statement: ast.stmt) -> bool:
    return any(
        isinstance(node, ast.Attribute | ast.Name)
        and "create_task" in (getattr(node, "attr", ""), getattr(node, "id", ""))
        for node in ast.walk(statement)
    )


def _options(cache: Path) -> list[str]:
    return ["--isolated", "--quiet", "--cache-dir", str(cache)]


def _spawning_file(files: list[Path]) -> Path:
    """The middle one, by size, of the files with a spawn."""
    found = [path for path in files if b"create_task(" in path.read_bytes()]
    if not found:
        raise BenchmarkError("no file starts a task")
    return sorted(found, key=lambda path: path.stat().st_size)[len(found) // 2]
