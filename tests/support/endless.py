"""A worker whose parser never comes back, and lets no other thread of its process run."""

from __future__ import annotations

from unittest.mock import patch

import libcst.native

from taskleash.driver.inputs import Input
from taskleash.driver.parsing import processes, serve
from taskleash.driver.parsing.parse import Broken
from taskleash.ir.lowering.bodies import Lowered

#: each level doubles the parser's time
ENDLESS = "match x:\n    case " + "A(" * 60 + "a" + ")" * 60 + ":\n        pass\n"


def lower(item: Input) -> Lowered | Broken:
    libcst.native.parse_module(ENDLESS, None)
    raise AssertionError("that was not endless")


def take_over() -> None:
    """Have this process parse endlessly, and those that it forks."""
    patch.object(serve, "lower", lower).start()


def main(descriptor: str) -> None:
    take_over()
    processes.main(descriptor)
