from __future__ import annotations

import random
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from taskleash.source.gitpattern import IgnorePattern, read_pattern

PARTS = (
    *("a", "b", "ab", ".py", "-", "/", "/", "*", "*", "**", "**/", "/**", "***", "?", "{a,b}"),
    *("[ab]", "[!a]", "[^b]", "[a-c]", "[b-a]", "[]a]", "[a", "[\\]]", "[a-]", "[-a]"),
    *("[[:alpha:]]", "[[:foo:]]", "[[:]", "\\*", "\\a", "\\", "#", "\\!", "\\#", " ", "\\ "),
)
NAMES = ("a", "b", "ab", "c", "-", "a.py", "*", "]", "a b", "[a", "#a", "!a", "A", " ")


def ignored(pattern: IgnorePattern | None, path: str) -> bool:
    """Whether the pattern names a file or a folder above it."""
    if pattern is None:
        return False
    parts = path.split("/")
    above = ("/".join(parts[:depth]) + "/" for depth in range(1, len(parts)))
    return pattern.matches(path) or any(map(pattern.matches, above))


def written(drawn: random.Random) -> str:
    return "".join(drawn.choice(PARTS) for _ in range(drawn.randint(1, 6)))


def paths(drawn: random.Random) -> Iterator[str]:
    for _ in range(12):
        yield "/".join(drawn.choice(NAMES) for _ in range(drawn.randint(1, 4)))


@pytest.mark.parametrize("seed", range(4))
def test_a_line_means_what_it_means_to_git(tmp_path: Path, seed: int) -> None:
    drawn = random.Random(seed)
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    asked = {}
    for number in range(150):
        line = written(drawn)
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / ".gitignore").write_text(line + "\n", encoding="utf-8")
        asked |= {f"{number}/{path}": (line, path) for path in paths(drawn)}
    ran = subprocess.run(
        ["git", "-c", "core.ignorecase=false", "check-ignore", "--no-index", "-z", "--stdin"],
        input="\0".join(asked),
        capture_output=True,
        encoding="utf-8",
        cwd=tmp_path,
        check=False,
    )
    by_git = set(ran.stdout.split("\0")) - {""}
    ours = {key for key, (line, path) in asked.items() if ignored(read_pattern(line), path)}
    assert [asked[key] for key in sorted(ours ^ by_git)] == []


@pytest.mark.parametrize("line", ["", " ", "#a", "!", "/", "!/", "a\\", "[a", "[[:foo:]]", "[a\\"])
def test_a_line_that_is_no_pattern(line: str) -> None:
    assert read_pattern(line) is None


def test_a_negation_takes_back() -> None:
    pattern = read_pattern("!a")
    assert pattern is not None
    assert not pattern.ignores
    assert pattern.matches("b/a")


@pytest.mark.parametrize(
    "line",
    ["*a" * 50 + "b", "**/" * 100 + "b", "**/a/" * 100 + "b", "a/**/" * 50 + "*", "*?" * 200 + "b"],
)
def test_no_line_takes_time_that_is_out_of_proportion(line: str) -> None:
    start = time.process_time()
    pattern = read_pattern(line)
    assert pattern is not None
    for length in (10, 100, 1000):
        pattern.matches("a/" * length + "a")
        pattern.matches("a" * length)
    assert time.process_time() - start < 20


def test_a_line_is_as_long_as_all_of_its_steps() -> None:
    assert read_pattern("a/" * 1000 + "b") is not None
    assert read_pattern("a/" * 3000 + "b") is None
