"""A worker whose parser never comes back, and lets no other thread of its process run."""

from __future__ import annotations

import libcst.native

from taskleash.driver import processes, serve
from taskleash.driver.inputs import Input
from taskleash.driver.parse import Parsed

#: each level doubles the parser's time
ENDLESS = "match x:\n    case " + "A(" * 60 + "a" + ")" * 60 + ":\n        pass\n"


def parse(item: Input) -> Parsed:
    libcst.native.parse_module(ENDLESS, None)
    raise AssertionError("that was not endless")


def main(descriptor: str) -> None:
    serve.parse = parse  # type: ignore[attr-defined]
    processes.main(descriptor)
