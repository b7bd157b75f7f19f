"""The counts of `--statistics`: how many are not decided, and for which reasons."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.command import taskleash

CODE = """import asyncio


async def send(): ...


def start(session: "Session"):
    session.create_task(send())


def go(handler, other):
    task = asyncio.create_task(send())
    handler(task)


def again(handler):
    task = asyncio.create_task(send())
    handler(task)


async def decided():
    await asyncio.create_task(send())
"""


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        (
            "en",
            [
                "3\tnot known",
                "2\t  handed to something that is not known",
                "1\t  given to an owner of which nothing is known",
            ],
        ),
        ("zh", ["3\t尚不清楚", "2\t  交给了无法解析的对象", "1\t  交给了一无所知的持有者"]),
    ],
)
def test_a_scan_counts_what_is_not_decided(tmp_path: Path, lang: str, expected: list[str]) -> None:
    (tmp_path / "a.py").write_text(CODE, encoding="utf-8")
    options = ("scan", "--isolated", "--no-cache", "--statistics", "--lang", lang)
    lines = taskleash(*options, cwd=tmp_path).out.splitlines()[:3]
    assert all(line.startswith(start) for line, start in zip(lines, expected, strict=True))


def test_a_check_counts_findings_alone(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(CODE, encoding="utf-8")
    ran = taskleash("check", "--isolated", "--no-cache", "--statistics", cwd=tmp_path)
    assert "not known" not in ran.out
