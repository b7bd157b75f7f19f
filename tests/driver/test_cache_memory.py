"""What a run remembers, and what of it another run takes over."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from taskleash.driver.analysis import analyse
from taskleash.driver.cache.keys import key
from taskleash.driver.cache.memory import Memory
from taskleash.driver.cache.retained import Retained
from taskleash.driver.cache.store import DiskStore, NoStore
from taskleash.driver.cache.verdicts import Verdicts
from taskleash.driver.inputs import Input
from taskleash.driver.settings import Settings
from taskleash.ir.known import Told
from taskleash.source.discovery import File
from taskleash.verdict.model import Site

TEXT = b"import asyncio\n\n\nasync def f():\n    asyncio.create_task(work())\n"


def saved(folder: Path, data: bytes = TEXT) -> Input:
    """A file on disk."""
    path = folder / "a.py"
    path.write_bytes(data)
    return Input(File("a.py", "a", str(path), len(data)))


def site_of(folder: Path) -> Site:
    """The site of the text, by the path that it is reported with."""
    item = saved(folder)
    given = Input(item.file, TEXT)
    (entry,) = analyse(Settings(), asked=[given]).report(0.0).entries
    return entry.site


def test_verdicts_are_known_again_for_files_that_they_can_be_about(tmp_path: Path) -> None:
    item, verdicts = saved(tmp_path), Verdicts((site_of(tmp_path),), {}, 1)
    store = DiskStore(str(tmp_path / "cache"))
    first = Memory(store)
    asked = first.program_key([item], [], Told())
    assert asked is not None
    first.keep_verdicts(asked, None, verdicts)
    first.save()
    later = Memory(store)
    assert later.verdicts(asked, [item]) == verdicts
    assert later.verdicts(b"another", [item]) is None
    # A place of line 5 is in no file of three bytes.
    assert later.verdicts(asked, [saved(tmp_path, b"x=1")]) is None


def test_a_program_that_is_not_on_disk_has_no_key(tmp_path: Path) -> None:
    item = saved(tmp_path)
    memory = Memory(DiskStore(str(tmp_path / "cache")))
    assert memory.program_key([item], [], Told()) is not None
    assert memory.program_key([item.with_data(TEXT)], [], Told()) is None
    assert Memory(NoStore()).program_key([item], [], Told()) is None


def test_another_run_keeps_what_the_one_before_was_not_to(tmp_path: Path) -> None:
    verdicts = Verdicts((), {}, 0)
    memory = Memory(DiskStore(str(tmp_path / "cache")))
    memory.keeps = False
    memory.keep_verdicts(b"key", None, verdicts)
    memory.save()
    assert Memory(DiskStore(str(tmp_path / "cache"))).verdicts(b"key", []) is None
    memory.again()
    memory.keep_verdicts(b"key", None, verdicts)
    memory.save()
    assert Memory(DiskStore(str(tmp_path / "cache"))).verdicts(b"key", []) == verdicts


def test_what_is_known_of_modules_lasts_from_run_to_run() -> None:
    retained = Retained()
    memory = Memory(retained=retained)
    known = memory.indexed
    assert known is not None
    retained.begin()
    assert memory.indexed is known
    assert Memory().indexed is None


def test_verdicts_that_say_what_differs_are_gone_with_those_that_they_differ_from(
    tmp_path: Path,
) -> None:
    item = saved(tmp_path)
    before = Verdicts((site_of(tmp_path),), {}, 1)
    after = replace(before, sites=(replace(before.sites[0], holder="later"),))
    store = DiskStore(str(tmp_path / "cache"))
    first = Memory(store)
    first.keep_verdicts(b"before", b"facts", before)
    first.save()
    second = Memory(store)
    second.keep_verdicts(b"after", b"facts", after)
    second.save()
    assert Memory(store).verdicts(b"before", [item]) == before
    assert Memory(store).verdicts(b"after", [item]) == after
    store.put({key("verdicts", b"facts"): b"damaged"})
    assert Memory(store).verdicts(b"after", [item]) is None
