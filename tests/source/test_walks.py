"""A walk that is remembered comes to what a walk comes to: whatever changed in between."""

from __future__ import annotations

import os
import random
import shutil
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from taskleash.driver.cache import walks
from taskleash.driver.cache.seal import Seal
from taskleash.driver.cache.store import DiskStore
from taskleash.driver.cache.walks import StoredWalks
from taskleash.driver.config.find import Configs
from taskleash.driver.folders import NearestOptions
from taskleash.source import discovery
from taskleash.source.discovery import File, discover
from taskleash.source.options import Discovery
from taskleash.source.walks import Walk

#: file systems tell times to a few milliseconds
_TICK_SECONDS = 0.02


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project in the current folder."""
    monkeypatch.setattr(walks, "SETTLED_NS", -(10**18))
    root = tmp_path / "around" / "project"
    for name in ("app/__init__.py", "app/core/__init__.py", "app/core/run.py", "tests/test_run.py"):
        _write(root / name, "")
    _write(root / ".gitignore", "build/\n")
    _write(root / "build" / "made.py", "")
    monkeypatch.chdir(root)
    return root


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def _options() -> NearestOptions:
    return NearestOptions(Configs())


class Counting(StoredWalks):
    """Stored walks that say whether one of them was known."""

    has_known = False

    def get(self, asked: Iterable[str]) -> Walk | None:
        found = super().get(asked)
        self.has_known |= found is not None
        return found


class Stored:
    """Walks that are kept in a folder, by runs that follow each other."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.found = 0

    def files(self, options: Discovery | None = None) -> list[File]:
        """What a new run finds."""
        store = DiskStore(str(self.folder / "cache"), seal=Seal(str(self.folder / "key")))
        stored = Counting(lambda: store)
        found = discover(["."], options or Discovery(), _options(), stored)
        self.found += stored.has_known
        return found


@pytest.fixture
def stored(tmp_path: Path) -> Stored:
    return Stored(tmp_path / "user")


def fresh() -> list[File]:
    """What a walk comes to that remembers nothing."""
    return discover(["."], Discovery(), _options())


def test_folders_that_are_as_they_were_are_not_listed_again(
    tree: Path, stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = stored.files()
    _write(tree / "app/core/run.py", "import asyncio\n")
    monkeypatch.setattr(discovery, "_list", None)
    again = stored.files()
    assert again == fresh_of(before, tree)
    assert [file.size for file in again if file.path == "app/core/run.py"] == [15]


def fresh_of(files: list[File], tree: Path) -> list[File]:
    """The files with the sizes that they have by now."""
    return [File(f.path, f.module, f.absolute, os.stat(f.absolute).st_size, f.times) for f in files]


CHANGES: dict[str, Callable[[Path], object]] = {
    "a new file": lambda tree: _write(tree / "app/new.py", ""),
    "a file less": lambda tree: (tree / "app/core/run.py").unlink(),
    "another name": lambda tree: (tree / "app/core/run.py").rename(tree / "app/core/go.py"),
    "a new folder": lambda tree: _write(tree / "more/deep/new.py", ""),
    "a folder less": lambda tree: shutil.rmtree(tree / "app/core"),
    "a folder of another name": lambda tree: (tree / "app/core").rename(tree / "app/heart"),
    "another ignore file": lambda tree: _write(tree / ".gitignore", "core/\n"),
    "no ignore file": lambda tree: (tree / ".gitignore").unlink(),
    "a new ignore file": lambda tree: _write(tree / "app/.gitignore", "core/\n"),
    "a repository": lambda tree: _write(tree / ".git/info/exclude", "core/\n"),
    "a repository around it": lambda tree: _write(tree.parent / ".git/info/exclude", "core/\n"),
    "an ignore file above": lambda tree: (
        _write(tree.parent / ".git/HEAD", ""),
        _write(tree.parent / ".gitignore", "core/\n"),
    ),
    "a package less": lambda tree: (tree / "app/__init__.py").unlink(),
    "a package around it": lambda tree: _write(tree.parent / "__init__.py", ""),
    "a package as it is scanned": lambda tree: _write(tree / "__init__.py", ""),
    "a configuration": lambda tree: _write(tree / "taskleash.toml", 'exclude = ["core"]\n'),
    "one of a folder": lambda tree: _write(tree / "app/taskleash.toml", 'exclude = ["core"]\n'),
    "one above": lambda tree: _write(tree.parent / "taskleash.toml", 'exclude = ["core"]\n'),
    "a link to a file": lambda tree: (tree / "app/link.py").symlink_to(tree / "build/made.py"),
    "a folder in place of a file": lambda tree: (
        (tree / "app/core/run.py").unlink(),
        _write(tree / "app/core/run.py/inner.py", ""),
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_seen(change: str, tree: Path, stored: Stored) -> None:
    stored.files()
    time.sleep(_TICK_SECONDS)
    CHANGES[change](tree)
    assert stored.files() == fresh()
    assert stored.files() == fresh()


def test_another_text_of_what_was_asked_is_seen(tree: Path, stored: Stored) -> None:
    _write(tree / "app/taskleash.toml", 'exclude = ["run.py"]\n')
    _write(tree / ".git/info/exclude", "nothing\n")
    assert stored.files() == stored.files() == fresh()
    time.sleep(_TICK_SECONDS)
    _write(tree / "app/taskleash.toml", 'exclude = ["core"]\n')
    assert stored.files() == fresh()
    time.sleep(_TICK_SECONDS)
    _write(tree / ".git/info/exclude", "tests/\n")
    assert stored.files() == fresh()
    assert stored.found == 3


def test_where_a_link_leads_is_never_remembered(tree: Path, stored: Stored) -> None:
    (tree / "app/link.py").symlink_to(tree.parent / "elsewhere.py")
    assert stored.files() == fresh()
    _write(tree.parent / "elsewhere.py", "")
    assert stored.files() == fresh()
    assert stored.found == 0


def test_what_changed_a_moment_ago_is_not_remembered(
    tree: Path, stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walks, "SETTLED_NS", 2_000_000_000)
    stored.files()
    stored.files()
    assert stored.found == 0


def test_other_options_have_walks_of_their_own(tree: Path, stored: Stored) -> None:
    stored.files()
    assert stored.files(Discovery(respect_gitignore=False)) == discover(
        ["."], Discovery(respect_gitignore=False), _options()
    )
    assert stored.found == 0


def test_a_part_of_a_project_finds_what_the_whole_has_listed(tree: Path, stored: Stored) -> None:
    stored.files()
    files = stored.files(Discovery(project=str(tree)))
    assert stored.found == 1
    assert files == discover(["."], Discovery(project=str(tree)), _options())


def test_a_project_around_what_is_walked_names_the_modules(tree: Path, stored: Stored) -> None:
    stored.files()
    around = Discovery(project=str(tree.parent))
    files = stored.files(around)
    assert stored.found == 0
    assert files == discover(["."], around, _options()) != fresh()


def test_what_others_put_into_the_cache_is_not_taken(tree: Path, stored: Stored) -> None:
    stored.files()
    (stored.folder / "key").unlink()
    stored.files()
    assert stored.found == 0


def test_random_changes_are_seen(tree: Path, stored: Stored) -> None:
    chance = random.Random(7)
    folders = ["app", "app/core", "tests", "build", "more", "."]
    for _ in range(40):
        time.sleep(_TICK_SECONDS)
        folder = tree / chance.choice(folders)
        path = folder / chance.choice(["a.py", "b.pyi", "__init__.py", ".gitignore", "c.txt"])
        if path.exists() and chance.random() < 0.5:
            path.unlink()
        else:
            _write(path, chance.choice(["", "core\n", "*.pyi\n", "a.py\n"]))
        assert stored.files() == fresh(), path
