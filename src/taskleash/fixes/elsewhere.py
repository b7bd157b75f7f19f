"""Whether work leads to other files of the program: its own one does not tell what those do."""

from __future__ import annotations

import libcst as cst

from taskleash.fixes.coroutines import awaited_by, coroutine_of
from taskleash.fixes.following import Coroutine
from taskleash.fixes.tree import Tree, dotted
from taskleash.models.vocabulary import FINITE_WORDS, words

#: methods that are over soon, or wait for what they are given alone
_BOUNDED = frozenset({"execute", "executemany", "gather", "sleep", "wait_for"})


def leads_elsewhere(
    tree: Tree, started: cst.BaseExpression, coroutine: Coroutine | None, package: str
) -> bool:
    """Whether work is, or awaits, a function of another file of the program.

    What that waits for this file does not tell. ``package`` is the top one of the file.
    """
    known = _imported_from_program(tree, package)
    calls = [started] if coroutine is None else awaited_by(tree, coroutine)
    return any(
        isinstance(call, cst.Call) and dotted(call.func).partition(".")[0] in known
        for call in calls
    )


def may_last(tree: Tree, coroutine: Coroutine | None) -> bool:
    """Whether a coroutine awaits what other objects do, which takes as long as they like.

    It is known where the name tells that it is one thing, and over then.
    """
    return coroutine is not None and any(
        _may_last(tree, each) for each in awaited_by(tree, coroutine)
    )


def _may_last(tree: Tree, work: cst.BaseExpression) -> bool:
    if not isinstance(work, cst.Call) or not isinstance(work.func, cst.Attribute):
        return False
    name = work.func.attr.value
    is_known = coroutine_of(tree, work) is not None or name in _BOUNDED
    return not is_known and FINITE_WORDS.isdisjoint(words(name))


def _imported_from_program(tree: Tree, package: str) -> set[str]:
    """The names that a file imports from its own package, by its name or relatively."""
    found: set[str] = set()
    for node in tree.nodes:
        if isinstance(node, cst.ImportFrom) and not isinstance(node.names, cst.ImportStar):
            root = dotted(node.module).partition(".")[0] if node.module is not None else ""
            if node.relative or (package and root == package):
                found |= {alias.evaluated_alias or alias.evaluated_name for alias in node.names}
    return found
