"""The linker lets go of files that others took the place of, but not of what it shares."""

from __future__ import annotations

import pytest

from taskleash.driver.gathering.linker import Linker
from taskleash.ir.known import Told
from taskleash.ir.lowering.extract import extract
from taskleash.ir.model import ModuleFacts
from taskleash.semantics.indexed import IndexedModules
from taskleash.source.loading import Source

TEXT = "import asyncio\n\nasync def main():\n    asyncio.create_task(main())\n"


def facts(text: str) -> dict[str, ModuleFacts]:
    return {"app.py": extract(Source("app.py", "app", text))}


@pytest.mark.parametrize("is_shared", [False, True])
def test_what_is_known_of_a_file_goes_with_it(is_shared: bool) -> None:
    linker = Linker(Told(), None, IndexedModules() if is_shared else None)
    before, after = facts(TEXT), facts(f"x = 1\n{TEXT}")
    linker.verdicts(before)
    known = linker.indexed.of(before["app.py"])

    (site,) = linker.verdicts(after)

    assert site.span.line == 5
    assert (vars(known) == {}) is not is_shared
    assert linker.verdicts(before)[0].span.line == 4
