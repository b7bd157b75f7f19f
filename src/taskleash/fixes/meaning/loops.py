"""How the loops of a coroutine come to their end, and what a cancellation would leave out."""

from __future__ import annotations

import libcst as cst

from taskleash.fixes.meaning.following import Coroutine, own
from taskleash.fixes.meaning.polling import is_flag
from taskleash.fixes.syntax.containers import assignments
from taskleash.fixes.syntax.tree import Tree, caught_names, dotted, last_name, place_in
from taskleash.models.vocabulary import LOGGING_LEVELS, PROMPT_WORDS, words

#: what may be caught where a task is cancelled
CANCELLATIONS = frozenset({"", "BaseException", "CancelledError"})


def does_more_at_its_end(tree: Tree, coroutine: Coroutine) -> bool:
    """Whether something comes behind a loop that may end, which a cancellation would leave out."""
    for node in own(coroutine.function.body):
        if not isinstance(node, cst.While | cst.For) or not _may_end(node):
            continue
        if any(map(_comes_behind, own(node.body))):
            continue
        for parent, child in tree.around(node):
            if isinstance(parent, cst.FunctionDef | cst.While | cst.For) or _comes_behind(parent):
                break
            if isinstance(parent, cst.IndentedBlock):
                at = place_in(parent, child)
                if any(map(matters, parent.body[at + 1 :])):
                    return True
            # What a ``try`` does where nothing was raised comes behind the loop, too.
            if isinstance(parent, cst.Try) and child is parent.body:
                unless_raised = parent.orelse.body.body if parent.orelse is not None else ()
                if any(map(matters, unless_raised)):
                    return True
    return False


def _comes_behind(node: cst.CSTNode) -> bool:
    """Whether a handler of cancellation goes on behind its loop, or behind its ``try``."""
    handlers = [node] if isinstance(node, cst.ExceptHandler) else getattr(node, "handlers", ())
    return any(
        not CANCELLATIONS.isdisjoint(caught_names(each))
        and not any(isinstance(n, cst.Raise | cst.Return | cst.Continue) for n in own(each.body))
        and (isinstance(node, cst.Try) or any(isinstance(n, cst.Break) for n in own(each.body)))
        for each in handlers
    )


def _may_end(loop: cst.While | cst.For) -> bool:
    if isinstance(loop, cst.For) or not _is_true(loop.test):
        return True
    return any(isinstance(node, cst.Break) for node in own(loop.body))


def _is_true(test: cst.BaseExpression) -> bool:
    return is_flag(test) and (
        isinstance(test, cst.Integer) or (isinstance(test, cst.Name) and test.value == "True")
    )


def matters(line: cst.CSTNode) -> bool:
    """Whether a statement does more than to log."""
    for node in (line, *own(line)):
        if isinstance(node, cst.Call) and last_name(node.func) not in LOGGING_LEVELS:
            return True
    return any(True for _ in assignments(line))


def survives(coroutine: Coroutine) -> bool:
    """Whether a handler in a loop catches a cancellation, and the loop goes on."""
    for loop in own(coroutine.function.body):
        for node in own(loop.body) if isinstance(loop, cst.While | cst.For) else ():
            if not isinstance(node, cst.ExceptHandler):
                continue
            if CANCELLATIONS.isdisjoint(caught_names(node)):
                continue
            if not any(isinstance(n, cst.Raise | cst.Return | cst.Break) for n in own(node.body)):
                return True
    return False


def ends_by_its_queue(coroutine: Coroutine) -> bool:
    """Whether a loop that sends what is in a queue is over once it takes None out of that.

    What is in there is sent first.
    """
    taken = {
        dotted(target)
        for target, value, _ in assignments(coroutine.function.body)
        if isinstance(value, cst.Await)
        and isinstance(value.expression, cst.Call)
        and last_name(value.expression.func) == "get"
        and not value.expression.args
    }
    sent = {
        dotted(arg.value)
        for node in own(coroutine.function.body)
        if isinstance(node, cst.Await) and isinstance(node.expression, cst.Call)
        if not PROMPT_WORDS.isdisjoint(words(last_name(node.expression.func)))
        for arg in node.expression.args
    }
    return any(
        isinstance(node, cst.If)
        and is_asked(node)
        and isinstance(node.test, cst.Comparison)
        and dotted(node.test.left) in (taken & sent) - {""}
        and [dotted(each.comparator) for each in node.test.comparisons] == ["None"]
        for node in own(coroutine.function.body)
    )


def is_asked(node: cst.While | cst.If) -> bool:
    """Whether a condition is that of a loop, or leads out of one."""
    if isinstance(node, cst.While):
        return True
    leaving = (cst.Break, cst.Return)
    return any(isinstance(each, leaving) for each in own(node.body))
