"""ruff's RUF006, asked itself: its releases leave their test data out, so the tool is the oracle.

The inputs are the examples of the rule's own page, the peer test data of another linter, and real
packages in which it reports something.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from support.packages import scanned, unpacked

# Pinned releases, and how many positives the pinned ruff finds in each.
PACKAGES = {"nats-py==2.16.0": 2, "open-interpreter==0.4.3": 2, "distributed==2026.8.0": 3}


def ruff(*arguments: str, cwd: Path | None = None) -> str:
    command = [sys.executable, "-m", "ruff", *arguments]
    ran = subprocess.run(command, cwd=cwd, check=True, stdout=subprocess.PIPE, encoding="utf-8")
    return ran.stdout


def positives(folder: Path) -> set[tuple[str, int]]:
    select = ["--isolated", "--no-cache", "--select", "RUF006", "--exit-zero"]
    found = json.loads(ruff("check", *select, "--output-format", "json", ".", cwd=folder))
    return {
        (Path(d["filename"]).relative_to(folder.resolve()).as_posix(), d["location"]["row"])
        for d in found
        if d["code"] == "RUF006"
    }


def reported(folder: Path) -> set[tuple[str, int]]:
    return {(finding.path, finding.line) for finding in scanned(folder) if finding.rule is not None}


def test_the_examples_of_its_page_get_the_same_verdicts(tmp_path: Path) -> None:
    page = json.loads(ruff("rule", "RUF006", "--output-format", "json"))["explanation"]
    examples = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    for number, text in enumerate(examples):
        (tmp_path / f"example_{number}.py").write_text(text, encoding="utf-8")
    found = positives(tmp_path)
    assert {path for path, _ in found} == {"example_0.py"}
    assert reported(tmp_path) == found


@pytest.mark.network
def test_every_positive_in_the_data_of_another_linter_is_reported(flake8_async: Path) -> None:
    found = positives(flake8_async)
    assert {line for path, line in found if path == "async300.py"} == {26, 73}
    assert found - reported(flake8_async) == set()


@pytest.mark.corpus
@pytest.mark.network
@pytest.mark.parametrize("requirement", PACKAGES)
def test_every_positive_in_a_real_package_is_reported(
    requirement: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = unpacked(requirement, tmp_path_factory.mktemp("package"))
    found = positives(folder)
    assert len(found) == PACKAGES[requirement]
    assert found - reported(folder) == set()
