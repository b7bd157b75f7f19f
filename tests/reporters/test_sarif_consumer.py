"""The SARIF report as a program of others reads it."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import venv
from pathlib import Path

import pytest

from support.command import taskleash
from support.registry import pip

READER = "sarif-tools==3.0.5"
FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment with the reader."""
    folder = tmp_path_factory.mktemp("reader")
    venv.create(folder, symlinks=os.name != "nt")
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    pip("--python", str(python), "install", "--quiet", READER)
    return python


@pytest.mark.network
def test_a_reader_finds_what_the_check_reports(tmp_path: Path, reader: Path) -> None:
    formats = ("--format", "json", "--format", f"sarif={tmp_path / 'r.sarif'}")
    ran = taskleash("check", *formats, "rules", cwd=FIXTURES)
    sites = json.loads(ran.out)["sites"]

    def read(*arguments: str) -> int:
        command = [str(reader), "-I", "-m", "sarif", *arguments, "r.sarif"]
        return subprocess.run(command, cwd=tmp_path, stdout=subprocess.DEVNULL).returncode

    assert read("csv", "--output", "r.csv") == 0
    with (tmp_path / "r.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    levels = {"high": "error", "low": "warning"}
    assert len(rows) > 50
    assert sorted((row["Severity"], row["Code"], row["Line"]) for row in rows) == sorted(
        (levels[site["risk"]], site["rule"], str(site["line"])) for site in sites
    )
    # The reader's own gate counts what fails ours.
    assert read("--check", "error", "summary") > 0
