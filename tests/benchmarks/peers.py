"""The other linters that taskleash is measured beside."""

from __future__ import annotations

import shutil
import subprocess
import sys
import venv
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.corpora import cache_folder, python_files
from benchmarks.measure import BenchmarkError, Subject

_FLAKE8 = ("flake8==7.3.0", "flake8-async==26.8.1")
_MYPY = ("mypy==2.4.1",)
_PYLINT = ("pylint==4.0.4",)
_SAMPLE = 300


def ruff(folder: Path) -> Subject:
    """ruff's rule for dropped tasks; raises BenchmarkError where ruff is not installed."""
    found = shutil.which("ruff", path=Path(sys.executable).parent) or shutil.which("ruff")
    if found is None:
        raise BenchmarkError("ruff is not installed: `pip install -e '.[dev]'` has it")
    options = ["--isolated", "--no-cache", "--select", "RUF006", "--quiet", "--exit-zero"]
    return Subject("ruff", [found, "check", *options, "."], folder)


def flake8_async(folder: Path) -> tuple[Subject, int]:
    """flake8-async on a sample of the files below a folder, and the lines of the sample.

    It is installed into the benchmark's cache folder. Raises BenchmarkError where it cannot be had.
    """
    files = python_files(folder)
    sample = files[:: max(1, len(files) // _SAMPLE)]
    return flake8_async_on(folder, sample), lines_of(sample)


def flake8_async_on(folder: Path, files: Sequence[Path]) -> Subject:
    """flake8-async on some files below a folder; raises BenchmarkError as all here do."""
    options = ["--isolated", "--select", "ASYNC300", *_names(folder, files)]
    return Subject("flake8-async", [_program(_FLAKE8, "flake8"), *options], folder, statuses=(0, 1))


def mypy_on(folder: Path, files: Sequence[Path]) -> Subject:
    """mypy, compiled, with its check of dropped awaitables, without what it kept."""
    options = ["--config-file=", "--no-incremental", "--cache-dir=/dev/null"]
    options += ["--enable-error-code=unused-awaitable", "--ignore-missing-imports"]
    options += ["--check-untyped-defs", "--namespace-packages", "--explicit-package-bases"]
    command = [_program(_MYPY, "mypy"), *options, *_names(folder, files)]
    return Subject("mypy", command, folder, statuses=(0, 1))


def pylint_on(folder: Path, files: Sequence[Path]) -> Subject:
    """pylint with its errors alone, in one process for each core."""
    options = ["--rcfile=", "--errors-only", "--jobs=0", *_names(folder, files)]
    command = [_program(_PYLINT, "pylint"), *options]
    # Its status is a sum of what it found; from 32 on it has failed.
    return Subject("pylint", command, folder, statuses=tuple(range(32)))


def libcst(files: Iterable[Path], listing: Path) -> Subject:
    """libcst's parser alone, on these files; ``listing`` is where their paths are put."""
    listing.write_text("".join(f"{path}\n" for path in files), encoding="utf-8")
    script = Path(__file__).with_name("floor.py")
    return Subject("libcst", [sys.executable, str(script), str(listing)], listing.parent)


def lines_of(files: Iterable[Path]) -> int:
    """How many lines there are in the files."""
    return sum(path.read_bytes().count(b"\n") for path in files)


def _names(folder: Path, files: Sequence[Path]) -> list[str]:
    return [str(path.relative_to(folder)) for path in files]


def _program(packages: tuple[str, ...], name: str) -> str:
    """A program of some packages, which are installed into a folder of their own."""
    folder = cache_folder() / "-".join(packages).replace("==", "-")
    programs = folder / ("Scripts" if sys.platform == "win32" else "bin")
    if not (programs / name).exists():
        venv.create(folder, with_pip=True)
        pip = [str(programs / "python"), "-m", "pip", "install", "--quiet", *packages]
        ran = subprocess.run(pip, capture_output=True, encoding="utf-8")
        if ran.returncode:
            shutil.rmtree(folder)
            raise BenchmarkError(f"{packages[-1]}: the installation failed:\n{ran.stderr.strip()}")
    return str(programs / name)
