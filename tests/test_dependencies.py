"""What `pyproject.toml` allows is what is tried: the lowest releases, and a lock of the newest."""

from __future__ import annotations

import re
import sys
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[1]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
_REQUIREMENT = re.compile(r"(?P<name>[\w.-]+)(?P<how>>=|==)(?P<version>[\w.]+)(?:;(?P<marker>.*))?")
#: what only a Python needs that is older than that of the lock
_OLDER = "python_version<'3.11'"
_PINNED = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>[\w.]+)", re.MULTILINE)


def required(but: str = "") -> list[tuple[str, str, str]]:
    """Name, kind of bound and bound of every requirement, those of the extras too.

    ``but`` is a marker: what has it is left out.
    """
    extras = PROJECT["optional-dependencies"]
    # No test needs what builds the site: it is made with what is newest.
    tested = [lines for extra, lines in extras.items() if extra != "docs"]
    lines = [*PROJECT["dependencies"], *chain(*tested)]
    found = [_REQUIREMENT.fullmatch(line.replace(" ", "")) for line in lines]
    assert None not in found
    return sorted(
        {
            (normal(m["name"]), m["how"], m["version"])
            for m in found
            if m and (not but or m["marker"] != but)
        }
    )


def pinned(name: str) -> dict[str, str]:
    """The versions that a file pins, by name."""
    text = (ROOT / ".ci" / name).read_text("utf-8")
    return {normal(match["name"]): match["version"] for match in _PINNED.finditer(text)}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def parts(version: str) -> tuple[int, ...]:
    """The numbers of a version, without zeros at its end."""
    numbers = [int(part) for part in version.split(".") if part.isdigit()]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def test_the_lowest_releases_are_those_that_are_tried() -> None:
    text = (ROOT / ".ci" / "lowest.txt").read_text("utf-8")
    lowest = {(normal(m["name"]), parts(m["version"])) for m in _PINNED.finditer(text)}
    assert {(name, parts(version)) for name, _, version in required()} == lowest


@pytest.mark.parametrize(("name", "how", "version"), required(but=_OLDER))
def test_the_lock_has_what_is_required(name: str, how: str, version: str) -> None:
    locked = pinned("lock.txt")
    assert name in locked
    assert parts(locked[name]) >= parts(version)
    assert how == ">=" or locked[name] == version
