"""Facts that are packed away while their file is mended, and what a run does with them."""

from __future__ import annotations

import gc
from pathlib import Path

from taskleash.driver.joined import analyse_roots
from taskleash.driver.settings import Settings
from taskleash.driver.shelf import Shelf
from taskleash.ir.lowering.extract import extract
from taskleash.ir.model import ModuleFacts
from taskleash.source.loading import Source

_CODE = "import asyncio\n\nasync def work():\n    asyncio.create_task(work())\n"


def _facts(path: str) -> ModuleFacts:
    return extract(Source(path, path.removesuffix(".py"), _CODE))


def test_what_is_put_away_is_gone_and_comes_back_as_it_was() -> None:
    shelf = Shelf({path: _facts(path) for path in ("a.py", "b.py")})
    first = _facts("a.py")
    shelf.put_away(["a.py", "no such file.py"])
    assert sorted(shelf) == ["a.py", "b.py"]
    assert [each.path for each in shelf.at_hand] == ["b.py"]
    gc.collect()
    assert not [each for each in _alive() if each.path == "a.py" and each is not first]
    assert shelf["a.py"] == first
    assert len(list(shelf.at_hand)) == len(shelf) == 2


def _alive() -> list[ModuleFacts]:
    return [each for each in gc.get_objects() if isinstance(each, ModuleFacts)]


def test_the_verdicts_of_a_program_are_the_same_after_some_of_it_was_put_away(
    tmp_path: Path,
) -> None:
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text(_CODE)
    analysis = analyse_roots(Settings(paths=(str(tmp_path),), jobs=1), with_facts=True)
    sites = analysis.sites
    paths = sorted(analysis.facts)
    analysis.put_away(paths[:1])
    assert analysis.with_files({}).sites == sites
    analysis.put_away(paths[:1])
    item = analysis.asked[paths[0]]
    other = extract(Source(paths[0], "a", _CODE.replace("asyncio.create_task(work())", "pass")))
    changed = analysis.with_files({paths[0]: (item, other)})
    assert [site.path for site in changed.sites] == paths[1:]
    assert analysis.with_files({}).sites == sites
