"""The modules of all bases of classes that are asked for, from the facts alone."""

from __future__ import annotations

import pytest

from taskleash.demand.definitions import definitions
from taskleash.ir.lowering.extract import extract
from taskleash.source.loading import Source

FILES = {
    "stream.py": "class Stream: pass\n",
    "peer/__init__.py": "from .base import *\nfrom .trusted import Trusted\n",
    "peer/base.py": "from stream import Stream\nclass Base(Stream): pass\n",
    "peer/trusted.py": "from . import Base\nclass Trusted(Base):\n    class Inner(Base): pass\n",
    "circle.py": "from circle import One as Two\nclass One(Two): pass\n",
}


def modules(*classes: str, without: str = "") -> set[str]:
    """The modules of the program that are asked for, with some of its files at hand."""
    names = {path: path.removesuffix(".py").replace("/__init__", "") for path in FILES}
    dotted = {path: name.replace("/", ".") for path, name in names.items()}
    at_hand = [
        extract(Source(path, dotted[path], text)) for path, text in FILES.items() if path != without
    ]
    return {*definitions(at_hand, classes)} & {*dotted.values()}


def test_every_base_is_found_by_way_of_what_reexports_it() -> None:
    assert modules("peer.Trusted") == {"peer", "peer.trusted", "peer.base", "stream"}
    assert modules("peer.trusted.Trusted.Inner") >= {"peer.base", "stream"}


def test_a_module_that_is_not_at_hand_is_asked_for() -> None:
    assert modules("peer.Trusted", without="peer/base.py") >= {"peer", "peer.trusted", "peer.base"}
    assert modules("peer.trusted.Trusted", without="peer/trusted.py") >= {"peer", "peer.trusted"}


@pytest.mark.parametrize("without", ["", *FILES])
def test_what_leads_in_a_circle_comes_to_an_end(without: str) -> None:
    assert modules("circle.One", without=without) == {"circle"}
    # Whether it is a class or a module that is not at hand, a star may lead there.
    assert "peer" in modules("peer.other.Thing", "peer.Unknown", without=without)
