"""What stands for the bytes of files, and which verdicts can be of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from support.reports import site
from taskleash.driver.cache import contents
from taskleash.driver.cache.contents import Contents
from taskleash.driver.cache.digests import FEW
from taskleash.driver.cache.keys import digest
from taskleash.driver.cache.store import DiskStore, NoStore
from taskleash.driver.cache.verdicts import Verdicts, are_of
from taskleash.driver.inputs import Input
from taskleash.source.discovery import File
from taskleash.verdict.model import Span

LONG_AGO = 1_000_000_000


def given(path: Path, text: str, at: int = LONG_AGO) -> Input:
    """A file that has not changed for a long time."""
    path.write_text(text, encoding="utf-8")
    return Input(File(path.name, path.stem, str(path), len(text), (at, at)))


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of what is read from disk."""
    found: list[str] = []
    read = Input.read

    def noted(item: Input) -> bytes:
        found.append(item.path)
        return read(item)

    monkeypatch.setattr(Input, "read", noted)
    return found


def run(store: Any, *items: Input) -> Contents:
    made = Contents(store)
    for item in items:
        assert made.digest(item) == digest(Path(item.file.absolute).read_bytes())
    store.put(made.news())
    return made


def test_what_has_its_size_and_times_is_not_read_again(tmp_path: Path, reads: list[str]) -> None:
    store = DiskStore(str(tmp_path / "cache"))
    a, b = given(tmp_path / "a.py", "x = 1\n"), given(tmp_path / "b.py", "x = 1\n")
    assert not Contents(store).has_seen([a])
    run(store, a, b)
    assert reads == ["a.py", "b.py"]
    later = run(store, a, b)
    assert reads == ["a.py", "b.py"]
    assert later.has_seen([a, b])
    longer, newer = given(tmp_path / "a.py", "x = 10\n"), given(tmp_path / "b.py", "x = 2\n", 2)
    assert not later.has_seen([longer])
    run(store, longer, newer)
    assert reads == ["a.py", "b.py"] * 2


def test_unsaved_text_is_none_of_the_files(tmp_path: Path) -> None:
    store = DiskStore(str(tmp_path / "cache"))
    item = given(tmp_path / "a.py", "x = 1\n")
    run(store, item)
    unsaved = item.with_data(b"x = 2\n")
    made = Contents(store)
    assert made.digest(unsaved) == digest(b"x = 2\n")
    assert made.news() == {}


def test_bytes_are_kept_while_there_is_room(
    tmp_path: Path, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contents, "_ROOM", 12)
    items = [given(tmp_path / f"{name}.py", "x = 1\n") for name in "abc"]
    made = Contents(NoStore())
    for _ in range(2):
        assert [made.data(item) for item in items] == [b"x = 1\n"] * 3
    # What was read last is at hand, whether there is room for it or not.
    assert reads == ["a.py", "b.py", "c.py"]
    made.data(given(tmp_path / "d.py", "y"))
    assert made.data(items[2]) == b"x = 1\n"
    assert reads[-2:] == ["d.py", "c.py"]
    made.release()
    made.data(items[0])
    assert reads[-1] == "a.py"


def test_a_file_that_changes_during_the_run_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contents, "_ROOM", 0)
    made = Contents(DiskStore(str(tmp_path / "cache")))
    item, other = given(tmp_path / "a.py", "x = 1\n"), given(tmp_path / "b.py", "x = 1\n")
    made.data(item)
    made.data(other)
    assert made.steady
    (tmp_path / "a.py").write_text("x = 2\n", encoding="utf-8")
    made.data(item)
    assert not made.steady
    assert made.digest(item) == digest(b"x = 2\n")


def test_of_very_many_files_those_that_are_gone_are_forgotten(
    tmp_path: Path, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contents, "_SPARE", 1)
    store = DiskStore(str(tmp_path / "cache"))
    items = [given(tmp_path / f"{name}.py", "x = 1\n") for name in "abcdef"]
    run(store, *items)
    new = given(tmp_path / "g.py", "x = 1\n")
    # Twice as many as are there, and those to spare, are no reason.
    run(store, *items[:3], new)
    assert Contents(store).has_seen(items)
    newer = given(tmp_path / "h.py", "x = 1\n")
    run(store, items[0], newer)
    last = Contents(store)
    assert last.has_seen([items[0], newer])
    assert not any(last.has_seen([item]) for item in items[1:])


@pytest.mark.parametrize(
    ("span", "can_be"),
    [
        (Span(1, 1, 1, 1), True),
        (Span(11, 11, 11, 11), True),
        (Span(12, 1, 12, 1), False),
        (Span(1, 1, 1, 12), False),
        (Span(0, 1, 1, 1), False),
        (Span(1, 0, 1, 1), False),
        (Span(3, 1, 2, 1), False),
        (Span(2, 5, 3, 1), True),
    ],
)
@pytest.mark.parametrize("where", ["span", "statement"])
def test_a_place_is_within_its_file(span: Span, can_be: bool, where: str, tmp_path: Path) -> None:
    item = given(tmp_path / "app.py", "x" * 10)
    fields = {"span": Span(1, 1, 1, 2), "statement": Span(1, 1, 1, 2), where: span}
    told = Verdicts((site(**fields),), {}, 0)
    assert are_of(told, [item]) is can_be
    assert are_of(told, [])


def test_what_is_written_in_an_editor_is_not_what_is_on_disk(tmp_path: Path) -> None:
    known = Contents(DiskStore(str(tmp_path / "cache")))
    a = given(tmp_path / "a.py", "x = 1\n")
    for data in (b"x = 1\n", None, b"x = 2\n", b"x = 3\n", None):
        known.again()
        item = a if data is None else a.with_data(data)
        assert known.digest(item) == known.digest(item) == digest(data or b"x = 1\n")
        assert known.data(item) == (data or b"x = 1\n")
        assert known.steady


def test_many_files_of_another_checkout_are_looked_at_before_they_are_asked_for(
    tmp_path: Path, reads: list[str]
) -> None:
    store = DiskStore(str(tmp_path / "cache"))
    items = [given(tmp_path / f"{number}.py", f"x = {number}\n") for number in range(FEW)]
    fresh = Contents(store)
    fresh.look(items, 1)
    assert not fresh.has_seen(items)
    run(store, *items)
    touched = [given(tmp_path / item.path, f"x = {n}\n", 2) for n, item in enumerate(items)]
    reads.clear()
    later = Contents(store)
    later.look(touched, 1)
    assert later.has_seen(touched)
    assert [later.digest(item) for item in touched] == [digest(item.read()) for item in items]
    assert len(reads) == FEW
    store.put(later.news())
    assert Contents(store).has_seen(touched)
