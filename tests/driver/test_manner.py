"""How wide the lines of a file's project are: the nearest file that says it decides."""

from __future__ import annotations

from pathlib import Path

import pytest

from taskleash.driver.fixing.manner import width_in


def width(folder: Path) -> int:
    width_in.cache_clear()
    return width_in(folder.resolve().as_posix())


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("ruff.toml", "line-length = 100\n", 100),
        (".ruff.toml", "indent-width = 2\n", 88),
        ("ruff.toml", "line-length = 10\n", 88),
        ("ruff.toml", "line-length = [\n", 0),
        ("pyproject.toml", "[tool.ruff]\nline-length = 99\n", 99),
        ("pyproject.toml", "[tool.black]\nline_length = 98\n", 98),
        ("pyproject.toml", "[tool.black]\nline_length = 98\n[tool.ruff]\nline-length = 97\n", 97),
        ("pyproject.toml", "[tool]\nruff = 3\n", 0),
        ("pyproject.toml", "tool = 3\n", 0),
        ("pyproject.toml", "[project]\nname = 'x'\n", 0),
        (".editorconfig", "[*]\nmax_line_length = 120\n", 120),
        (".editorconfig", "root = true\n[*.{js,py}]\nindent_size = 4\nMax_Line_Length=110\n", 110),
        (".editorconfig", "[*.js]\nmax_line_length = 120\n", 0),
        (".editorconfig", "max_line_length = 120\n", 0),
        (".editorconfig", "[*]\nmax_line_length = off\n", 0),
        (".editorconfig", "[*]\nmax_line_length = 120\n[*.py]\nmax_line_length = 90\n", 90),
    ],
)
def test_what_a_file_says(name: str, text: str, expected: int, tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert width(tmp_path) == expected
    assert width(tmp_path / "inner") == expected


def test_the_nearest_one_decides(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    (tmp_path / "ruff.toml").write_text("line-length = 100\n", encoding="utf-8")
    (inner / ".editorconfig").write_text("[*]\nmax_line_length = 70\n", encoding="utf-8")
    assert (width(inner), width(tmp_path)) == (70, 100)
    (inner / "ruff.toml").write_text("line-length = 90\n", encoding="utf-8")
    assert width(inner) == 90


def test_a_file_that_cannot_be_read_says_nothing(tmp_path: Path) -> None:
    (tmp_path / ".editorconfig").write_bytes(b"[*]\nmax_line_length = 9\xff\n")
    assert width(tmp_path) == 0
