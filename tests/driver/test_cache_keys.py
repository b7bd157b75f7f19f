"""What stands for the code of the program: a change of any of it makes all that is kept old."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from taskleash import __version__
from taskleash.driver.cache.keys import code_of

SOURCES = ("__init__.py", "verdict/judge.py", "ir/packing/packing.py", "models/apis.toml")


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package of some folders, written a long time ago."""
    for name in SOURCES:
        path = tmp_path / "tool" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x = 1\n", encoding="utf-8")
        os.utime(path, (1_000_000_000, 1_000_000_000))
    return tmp_path / "tool"


@pytest.mark.parametrize("name", SOURCES)
def test_a_change_of_any_source_is_seen(package: Path, name: str) -> None:
    before = code_of(str(package))
    assert before == code_of(str(package))
    (package / name).write_text("x = 2\n", encoding="utf-8")
    assert code_of(str(package)) != before


def test_what_python_compiles_is_no_code_of_its_own(package: Path) -> None:
    before = code_of(str(package))
    (package / "verdict" / "__pycache__").mkdir()
    (package / "verdict" / "__pycache__" / "judge.cpython-313.pyc").write_bytes(b"\0")
    assert code_of(str(package)) == before


def test_an_installed_package_is_told_by_its_record_wherever_it_is(package: Path) -> None:
    record = package.parent / f"tool-{__version__}.dist-info" / "RECORD"
    record.parent.mkdir()
    code = "tool/__init__.py,sha256=a,6\ntool/verdict/judge.py,sha256=b,6\n"
    record.write_text(code, encoding="utf-8")
    before = code_of(str(package))
    for name in SOURCES:
        os.utime(package / name)
    record.write_text(f"../../../bin/tool,sha256=z,9\n{code}tool/a.pyc,,\n", encoding="utf-8")
    assert code_of(str(package)) == before
    record.write_text(code.replace("sha256=b", "sha256=c"), encoding="utf-8")
    assert code_of(str(package)) != before


def test_a_package_without_files_is_told_by_its_version_alone(tmp_path: Path) -> None:
    assert code_of(str(tmp_path / "archive.zip" / "tool")) == b""
