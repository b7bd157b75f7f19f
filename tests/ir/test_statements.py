"""Where the statement of a call begins and ends."""

from __future__ import annotations

import pytest

from taskleash.ir.lowering.extract import extract
from taskleash.ir.model import Call
from taskleash.source.loading import Source


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("x = [\n    start(),\n]\n", (1, 3)),
        ("if start():  # why\n    a()\n    b()\n", (1, 1)),
        ("if start(): a()\n", (1, 1)),
        ("while not (\n    start()\n):\n\n    a()\n", (1, 3)),
        ("for x in start():\n    a()\n    # done\n\n\nb()\n", (1, 1)),
        ("with (\n    start() as x,\n    y,\n):\n    a()\n", (1, 4)),
        ("match start():\n    case 1:\n        a()\n", (1, 1)),
        ("if a:\n    b()\nelif start():\n    c()\nelse:\n    d()\n", (3, 3)),
    ],
)
def test_a_statement_that_holds_others_ends_with_its_header(
    code: str, lines: tuple[int, int]
) -> None:
    body = extract(Source("module.py", "module", code)).functions["<module>"]
    (call,) = (e for e in body.events if isinstance(e, Call) and e.text == "start")

    assert (call.statement[0], call.statement[2]) == lines
