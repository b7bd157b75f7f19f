"""The other linters that taskleash is measured beside."""

from __future__ import annotations

import shutil
import subprocess
import sys
import venv
from pathlib import Path

from benchmarks.corpora import cache_folder, python_files
from benchmarks.measure import BenchmarkError, Subject

_FLAKE8 = ("flake8==7.3.0", "flake8-async==26.8.1")
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
    lines = sum(path.read_bytes().count(b"\n") for path in sample)
    options = ["--isolated", "--select", "ASYNC300"]
    names = [str(path.relative_to(folder)) for path in sample]
    command = [str(_flake8()), *options, *names]
    return Subject("flake8-async", command, folder, statuses=(0, 1)), lines


def _flake8() -> Path:
    folder = cache_folder() / "-".join(_FLAKE8).replace("==", "-")
    programs = folder / ("Scripts" if sys.platform == "win32" else "bin")
    if not (programs / "flake8").exists():
        venv.create(folder, with_pip=True)
        pip = [str(programs / "python"), "-m", "pip", "install", "--quiet", *_FLAKE8]
        ran = subprocess.run(pip, capture_output=True, encoding="utf-8")
        if ran.returncode:
            shutil.rmtree(folder)
            raise BenchmarkError(f"{_FLAKE8[1]}: the installation failed:\n{ran.stderr.strip()}")
    return programs / "flake8"
