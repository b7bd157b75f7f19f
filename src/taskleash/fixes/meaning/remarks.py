"""What the author says beside a call: the comments above it, beside it and in it."""

from __future__ import annotations

import re
from collections.abc import Sequence

import libcst as cst

from taskleash.fixes.syntax.tree import Holder, Tree, inside, last_name, place_in
from taskleash.models.vocabulary import words

#: what comments say of work that runs beside its caller
_APART = re.compile(
    r"asynchronous|background|block|dangling|detach|fire.and.forget|concurrent|offload|parallel|\bwait"
    r"|(?:n't|\bnot|without) await"
    # Chinese: in the background, asynchronous, (not) blocking, (not) waiting, at the same time
    r"|后台|後台|异步|非同步|阻塞|等待|并发|並發|并行|並行",
    re.IGNORECASE,
)
#: what comments and docstrings say of a function that goes on while what it starts runs
_GOING_ON = re.compile(
    r"background|fire.{1,3}(?:and|&|n).{1,3}forget|non.?blocking"
    r"|(?:n't|\bnot|without) (?:block|wait)"
    # Chinese: in the background, not blocking, not waiting
    r"|后台|後台|非阻塞|(?:不|无需|無需|无须|避免|防止)(?:会|會|用|必|要)?(?:阻塞|等待)",
    re.IGNORECASE,
)
#: words in names that say the same
_BESIDE = frozenset({"background", "bg", "nonblocking", "nowait", "offload", "offloaded"})
#: what begins with a statement has its comment above itself
_BLOCKS = (cst.Try, cst.With, cst.If, cst.For, cst.While)
#: what they say of work whose end is nobody's business
_FORGOTTEN = re.compile(r"fire.{1,3}(?:and|&|n).{1,3}forget|detached|dangling", re.IGNORECASE)
#: what they say of lines that run in one step with the call of their function
_IN_ONE_STEP = re.compile(r"\bbefore\b[^.]*\ba?wait|\b(?:no|without)\b[^.]*\bawait", re.IGNORECASE)
#: what a docstring says of a function that cancels what its object does
_CANCELS = re.compile(r"\bcancel(?:s|l?ing)?\b[^.]*\b(?:tasks?|jobs?|work)\b", re.IGNORECASE)


def says_that_it_cancels(function: cst.FunctionDef) -> bool:
    """Whether the docstring of a teardown says that it cancels tasks.

    Where it cancels some already, it is those that are meant.
    """
    text = function.get_docstring()
    if text is None or _CANCELS.search(text) is None:
        return False
    calls = (node for node in inside(function.body) if isinstance(node, cst.Call))
    return not any(last_name(call.func) == "cancel" for call in calls)


def says_that_it_goes_on(
    task: str, starting: cst.CSTNode | None, started: cst.FunctionDef | None = None
) -> bool:
    """Whether work, or the function that starts it, is said not to be waited for.

    Its name says so: ``save_in_background``; or the docstring of either does.
    """
    named, texts = [task.rpartition(".")[2]], list[str | None]()
    if isinstance(starting, cst.FunctionDef):
        named.append(starting.name.value)
        texts.append(starting.get_docstring())
    if started is not None:
        texts.append(started.get_docstring())
    if any(map(is_named_beside, named)):
        return True
    return any(_GOING_ON.search(text) for text in texts if text is not None)


def is_named_beside(name: str) -> bool:
    """Whether a function by its name starts something, or is started, beside its caller."""
    return not _BESIDE.isdisjoint(words(name))


def is_meant_apart(tree: Tree, holder: Holder) -> bool:
    """Whether a comment says that the work of a statement is not waited for."""
    texts = [*_comments(tree, holder), *_below(tree, holder), *_over_conditions(tree, holder)]
    return any(_APART.search(text) for text in texts)


def _over_conditions(tree: Tree, holder: Holder) -> list[str]:
    """The comments above the conditions around a statement: they say what is done under them."""
    found: list[str] = []
    for around, _ in tree.around(holder):
        if isinstance(around, cst.FunctionDef):
            break
        above = around.leading_lines if isinstance(around, cst.If) else ()
        found += [each.comment.value for each in above if each.comment is not None]
    return found


def is_to_go_on(tree: Tree, holder: Holder) -> bool:
    """Whether a comment says that the function is not held up by what a statement starts.

    What starts several at a time says so as well, and is waited for all the same.
    """
    return any(_GOING_ON.search(text) for text in _comments(tree, holder))


def _below(tree: Tree, holder: Holder) -> list[str]:
    """The comments right below a statement: what it was for is said there at times."""
    block = tree.parent(holder)
    if not isinstance(block, cst.IndentedBlock):
        return []
    at = place_in(block, holder)
    lines = getattr(block.body[at + 1], "leading_lines", ()) if at + 1 < len(block.body) else ()
    found: list[str] = []
    for line in [*lines] or [*block.footer]:
        if line.comment is None:
            break
        found.append(line.comment.value)
    return found


def is_before_any_wait(line: cst.CSTNode) -> bool:
    """Whether a comment above a statement says that nothing is waited for before it."""
    above: Sequence[cst.EmptyLine] = getattr(line, "leading_lines", ())
    text = " ".join(each.comment.value.strip("# ") for each in above if each.comment is not None)
    return _IN_ONE_STEP.search(text) is not None


def is_forgotten(tree: Tree, holder: Holder) -> bool:
    """Whether a comment says that nobody cares how the work of a statement ends.

    It may stand above the function right above the statement, which that starts, or in the
    docstring of the function that the statement is in.
    """
    texts = [*_comments(tree, holder), *_above(tree, holder)]
    scope = tree.scope(holder)
    if isinstance(scope, cst.FunctionDef):
        texts.append(scope.get_docstring() or "")
    return any(map(is_said_to_be, texts))


def is_said_to_be(text: str) -> bool:
    """Whether a text says of work that nobody cares how it ends."""
    return _FORGOTTEN.search(text) is not None


def _above(tree: Tree, holder: Holder) -> list[str]:
    block = tree.parent(holder)
    at = place_in(block, holder) if isinstance(block, cst.IndentedBlock) else 0
    function = block.body[at - 1] if at and isinstance(block, cst.IndentedBlock) else None
    if not isinstance(function, cst.FunctionDef):
        return []
    names = {node.value for node in inside(holder) if isinstance(node, cst.Name)}
    found = [line.comment for line in function.leading_lines if line.comment is not None]
    return [each.value for each in found] if function.name.value in names else []


def _comments(tree: Tree, holder: Holder) -> list[str]:
    """The comments at a statement; one above a block that begins with it is above it, too."""
    nodes = [*inside(holder)]
    inner: cst.CSTNode = holder
    for around, child in tree.around(holder):
        if isinstance(around, cst.IndentedBlock):
            if around.body[0] is not inner:
                break
        elif isinstance(around, _BLOCKS) and child is around.body:
            inner = around
            nodes += [each for line in around.leading_lines for each in inside(line)]
        else:
            break
    return [node.value for node in nodes if isinstance(node, cst.Comment)]
