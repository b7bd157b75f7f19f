"""What a file came to before it changed is at hand when it is parsed again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from taskleash.driver.cache.memory import Memory
from taskleash.driver.cache.seal import Seal
from taskleash.driver.cache.store import DiskStore, NoStore
from taskleash.driver.inputs import Input
from taskleash.driver.parsing.parse import lower, packed
from taskleash.ir.lowering.bodies import Lowered
from taskleash.ir.lowering.extract import extract
from taskleash.source.discovery import File
from taskleash.source.loading import Source

TEXT = "def f():\n" + "    a()\n" * 30 + "\n\ndef g():\n" + "    b()\n" * 30
PATH = "module.py"


def item(text: str) -> Input:
    return Input(File(PATH, "module", f"/project/{PATH}", len(text)), text.encode())


@pytest.fixture
def seal(tmp_path: Path) -> Seal:
    return Seal(str(tmp_path / "user" / "seal.key"))


def memory(folder: Path, seal: Seal) -> Memory:
    return Memory(DiskStore(str(folder / "cache"), seal=seal))


def parsed_twice(folder: Path, seal: Seal) -> bytes:
    """Parse the file, and then again as it changed: by then there are notes of its bodies."""
    outcome = b""
    for text in (TEXT, f"{TEXT}\nx = 1\n"):
        run = memory(folder, seal)
        (known,) = run.with_earlier([item(text)])
        found = lower(known)
        assert isinstance(found, Lowered)
        outcome = packed(found.facts, tuple(found.notes.values()))
        run.keep_outcome(known, outcome)
        run.save()
    return outcome


def notes_of(outcome: bytes) -> dict[str, str]:
    """The digests of bodies, each with the name of its function."""
    found = lower(replace(item(f"{TEXT}\nx = 1\n"), earlier=outcome))
    assert isinstance(found, Lowered)
    return {digest: note.functions[-1] for digest, note in found.notes.items()}


def test_the_last_outcome_of_a_file_is_at_hand_when_it_has_changed(
    tmp_path: Path, seal: Seal
) -> None:
    outcome = parsed_twice(tmp_path, seal)
    (known,) = memory(tmp_path, seal).with_earlier([item(TEXT.replace("b()", "c()"))])

    assert known.earlier == outcome


def test_only_what_changed_is_made_anew(tmp_path: Path, seal: Seal) -> None:
    before = parsed_twice(tmp_path, seal)
    changed = TEXT.replace("b()", "c()")
    (known,) = memory(tmp_path, seal).with_earlier([item(changed)])
    found = lower(known)

    assert isinstance(found, Lowered)
    assert found.facts == extract(Source(PATH, "module", changed))
    assert {digest for digest in notes_of(before) if digest in found.notes} == {
        digest for digest, name in notes_of(before).items() if name == "f"
    }


def test_what_others_kept_is_not_taken(tmp_path: Path, seal: Seal) -> None:
    parsed_twice(tmp_path, seal)
    other = Seal(str(tmp_path / "other" / "seal.key"))
    (known,) = memory(tmp_path, other).with_earlier([item(TEXT)])

    assert known.earlier is None


def test_without_a_cache_nothing_is_known(seal: Seal) -> None:
    given = item(TEXT)

    assert Memory(NoStore()).with_earlier([given]) == [given]


def test_another_file_is_another_one(tmp_path: Path, seal: Seal) -> None:
    parsed_twice(tmp_path, seal)
    other = replace(item(TEXT), file=File("other.py", "other", "/project/other.py", 1))
    (known,) = memory(tmp_path, seal).with_earlier([other])

    assert known.earlier is None
