"""Neither the order of files nor the number of workers changes anything in a report."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.command import taskleash
from support.drawing import steady
from support.programs import FIXTURES, Program, fixture_programs
from support.sweeps import parted
from taskleash.ir.lowering.extract import extract
from taskleash.verdict.judge import judge

#: enough bytes for more than one worker to be worth while
PADDING = "# nothing to see here\n" * 12_000


def whole_tree() -> Program:
    """All fixtures as one program, each in a package of its own."""
    files = {
        f"{program.name.replace('/', '_')}/{path}": text
        for program in fixture_programs()
        for path, text in program.files.items()
    }
    return Program("everything", files)


LINKED = [program for program in fixture_programs() if len(program.files) > 1]


@steady(60)
@given(st.sampled_from(LINKED), st.data())
def test_the_order_of_the_facts_of_a_program(program: Program, data: st.DataObject) -> None:
    facts = [extract(source) for source in program.sources()]
    shuffled = data.draw(st.permutations(facts))
    assert judge(shuffled) == judge(facts)


def test_the_order_of_the_facts_of_many_programs() -> None:
    facts = [extract(source) for source in whole_tree().sources()]
    assert judge(facts[::-1]) == judge(facts)


def reported(folder: Path, *arguments: str) -> dict[str, Any]:
    """The JSON report of a scan, but for the time that it took."""
    ran = taskleash("scan", "--no-cache", "--format", "json", *arguments, cwd=folder)
    assert ran.status == 0, ran.err
    return without_time(ran.out)


def reported_with(seed: str, folder: Path) -> dict[str, Any]:
    """The same from a process where objects are hashed with a seed."""
    ran = subprocess.run(
        [sys.executable, "-m", "taskleash", "scan", "--no-cache", "--format", "json"],
        cwd=folder,
        env={**os.environ, "PYTHONHASHSEED": seed},
        stdout=subprocess.PIPE,
        check=True,
    )
    return without_time(ran.stdout)


def without_time(text: str | bytes) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(text)
    del report["summary"]["seconds"]
    return report


SOME, OTHERS = parted(sorted((FIXTURES / "rules").rglob("*.py")))


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(SOME, id="some"),
        pytest.param(OTHERS, id="others", marks=pytest.mark.sweep),
    ],
)
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fixtures of the rules."""
    root = tmp_path_factory.mktemp("program")
    for path in request.param:
        target = root / "rules" / path.relative_to(FIXTURES / "rules")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    return root


def test_the_number_of_workers(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    for name in ("endless", "repeated"):
        path = Path("rules", "TL010_never_ended_task", f"{name}.py")
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text((FIXTURES / path).read_text("utf-8") + PADDING, "utf-8")
    alone = reported(tmp_path, "--jobs", "1")
    assert alone["summary"]["sites"] > 30
    assert reported(tmp_path, "--jobs", "2") == alone


def test_the_seed_of_hashes(folder: Path) -> None:
    assert reported_with("1", folder) == reported_with("2", folder)


def test_the_order_of_the_paths(folder: Path) -> None:
    paths = sorted(path.name for path in (folder / "rules").iterdir())
    rules = folder / "rules"
    assert reported(rules, *paths) == reported(rules, *paths[::-1], *paths[:1])
