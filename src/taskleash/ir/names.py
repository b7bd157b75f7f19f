"""The names of a syntax tree as Python takes them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from taskleash.source.spelling import may_be_respelt, name_of


def respell(tree: cst.CSTNode, text: str) -> None:
    """Give each name in the tree of a text the letters that Python takes its own for.

    This changes the tree in place, and so comes once the places of its nodes are known: nobody who
    reads a name of it has to think of other spellings.
    """
    for node in respelt(tree, text):
        object.__setattr__(node, "value", name_of(node.value))


def respelt(tree: cst.CSTNode, text: str) -> Iterator[cst.Name]:
    """The names in the tree of a text that are others to Python than they are written."""
    pending: list[cst.CSTNode] = [tree] if may_be_respelt(text) else []
    while pending:
        node = pending.pop()
        if isinstance(node, cst.Name) and name_of(node.value) != node.value:
            yield node
        pending.extend(node.children)


def may_mention(text: str, name: str) -> bool:
    """Whether a name stands in a text, also in a comment, or may stand there in other letters."""
    return may_be_respelt(text) or (
        name in text and re.search(rf"\b{re.escape(name)}\b", text) is not None
    )
