"""What is made of a file to be tried: one small fault at a time, and Python still."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from mutation.mutants import mutants

CODE = '''\
LIMIT = 3


def chosen(items, most=LIMIT):
    """Some of them."""
    found = []
    if not items:
        return None
    for item in items:
        if item is None or not item.good:
            continue
        found.append(item)
    return found if len(found) <= most else found[: 1 + 2]
'''


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "a.py"
    path.write_text(CODE, encoding="utf-8")
    return path


def test_each_is_another_program(path: Path) -> None:
    data = path.read_bytes()
    made = [each.applied(data) for each in mutants(path)]
    assert len({ast.dump(ast.parse(text)) for text in [data, *made]}) == len(made) + 1


def test_what_is_made(path: Path) -> None:
    shown = {each.shown(path.read_bytes()).partition("   ->   ")[2] for each in mutants(path)}
    assert {
        "(item is None and (not item.good))", "(item is None)", "(item is not None)",
        "(item.good)", "(items)", "(not not items)", "(not (item is None or not item.good))",
        "break", "pass", "return None",
        "(len(found) < most)", "(not len(found) <= most)", "(1 - 2)", "2", "3",
    } == shown  # fmt: skip


def test_nothing_outside_of_functions_changes(path: Path) -> None:
    first = CODE.splitlines().index("def chosen(items, most=LIMIT):") + 1
    assert all(each.line > first for each in mutants(path))


def test_every_piece_of_the_program_stays_python() -> None:
    source = Path(__file__).resolve().parents[2] / "src" / "taskleash" / "source"
    for path in source.glob("g*.py"):
        data = path.read_bytes()
        for each in mutants(path):
            ast.parse(each.applied(data))
