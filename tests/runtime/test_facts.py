"""What is said of run time is what happens, on every Python at hand.

pytest tests/runtime -s          # prints the table
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = Path(__file__).with_name("experiments.py")
FACTS = [
    fact
    for section in tomllib.loads((ROOT / "docs" / "tasks.toml").read_text("utf-8"))["section"]
    for fact in section["fact"]
]
_VERSION = "import sys; print('.'.join(map(str, sys.version_info[:2])))"


def order(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


@cache
def interpreters() -> dict[str, str]:
    """One interpreter for each version from 3.10 on that is at hand, this one among them."""
    candidates = [sys.executable]
    candidates += [found for minor in range(10, 20) if (found := shutil.which(f"python3.{minor}"))]
    candidates += map(str, sorted(Path.home().glob(".pyenv/versions/3.*/bin/python")))
    found: dict[str, str] = {}
    for path in candidates:
        ran = subprocess.run([path, "-c", _VERSION], capture_output=True, text=True, check=False)
        version = ran.stdout.strip()
        if ran.returncode == 0 and order(version) >= (3, 10):
            found.setdefault(version, path)
    return dict(sorted(found.items(), key=lambda item: order(item[0])))


@cache
def seen(version: str) -> dict[str, str]:
    """What each experiment gives on a Python."""
    ran = subprocess.run(
        [interpreters()[version], "-I", str(SCRIPT)], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    found: dict[str, str] = json.loads(ran.stdout)
    return found


def said(fact: dict[str, dict[str, str]], version: str) -> str | None:
    """What is written of a fact for a Python; of one that is newer than all, as of the newest."""
    known = [v for v in fact["seen"] if order(v) <= order(version)]
    newest = max((v for f in FACTS for v in f["seen"]), key=order)
    if version in fact["seen"] or order(version) <= order(newest) or not known:
        return fact["seen"].get(version)
    return fact["seen"][max(known, key=order)]


@pytest.mark.parametrize("version", interpreters())
def test_every_fact_is_what_is_written(version: str) -> None:
    found = seen(version)
    for fact in FACTS:
        print(fact["text"].ljust(78)[:78], found.get(fact["name"], ""))
    wrong = {
        fact["name"]: (said(fact, version), found.get(fact["name"]))
        for fact in FACTS
        if said(fact, version) != found.get(fact["name"])
    }
    assert wrong == {}
    assert set(found) <= {fact["name"] for fact in FACTS}


def test_a_newer_python_is_held_against_the_newest() -> None:
    fact = next(fact for fact in FACTS if fact["name"] == "in-a-timeout-block")
    assert said(fact, "3.10") is None
    assert said(fact, "3.11") == "stays"
    assert said(fact, "3.99") == "stays"
